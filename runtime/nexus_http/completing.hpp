// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/client.hpp"
#include "runtime/http/server.hpp"
#include "runtime/nexus_http/headers.hpp"

#include <troupe/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace temporal::api::common::v1 {
class Payload;
}
namespace temporal::api::failure::v1 {
class Failure;
}

namespace troupe::nexus_http {

/// How an asynchronous operation ended, as its completion callback tells it.
struct completion {
  std::string state; ///< `succeeded`, `failed`, `canceled`
  std::string operation_token;
  std::optional<time_point> start_time;
  std::optional<time_point> close_time;
  std::vector<link> links;
  std::shared_ptr<const temporal::api::common::v1::Payload> result;   ///< if succeeded; may be null
  std::shared_ptr<const temporal::api::failure::v1::Failure> failure; ///< else
};

/// The POST to a callback's URL, with the callback's own headers, whose words win.
[[nodiscard]] http::outgoing make_completion(
    http::http_url to,
    const headers& of_callback,
    const completion& what,
    std::chrono::milliseconds timeout);

/// One that came; the error is what its sender is told.
[[nodiscard]] result<completion, http::response> read_completion(const http::incoming& request);

} // namespace troupe::nexus_http
