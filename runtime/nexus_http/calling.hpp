// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/client.hpp"
#include "runtime/nexus_http/headers.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace temporal::api::failure::v1 {
class Failure;
}
namespace temporal::api::nexus::v1 {
class Request;
class Response;
} // namespace temporal::api::nexus::v1

/// The client's side of Nexus over HTTP: the message that a worker would get as a request, and the
/// answer as what the worker would have said.
namespace troupe::nexus_http {

/// The request below this address, `{address}/{service}/{operation}[/cancel]`. Headers that cannot
/// stand in HTTP are left out.
[[nodiscard]] http::outgoing make_call(
    http::http_url to,
    const temporal::api::nexus::v1::Request& from,
    std::chrono::milliseconds timeout);

/// Its service or operation is `.` or `..`: in a path that would be another place.
[[nodiscard]] bool names_no_operation(const temporal::api::nexus::v1::Request& from) noexcept;
inline constexpr std::string_view no_operation_problem =
    "services and operations named \".\" or \"..\" cannot be called over HTTP";

/// What came of a call: one of the first two, or a problem.
struct call_outcome {
  std::unique_ptr<temporal::api::nexus::v1::Response> response;
  /// With a Nexus handler error's info.
  std::unique_ptr<temporal::api::failure::v1::Failure> refused;
  std::string problem;           ///< nobody answered, or nothing that makes sense
  bool is_problem_final = false; ///< the same would come again
};
[[nodiscard]] call_outcome read_answer(http::received from, bool is_cancel);

/// The handler error that an answer is, which is none of success; with a problem if it is nothing
/// of the kind.
[[nodiscard]] call_outcome read_refusal(const http::received& from);

} // namespace troupe::nexus_http
