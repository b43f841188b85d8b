// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/server.hpp"
#include "runtime/nexus_http/headers.hpp"

#include <troupe/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace temporal::api::common::v1 {
class Payload;
}
namespace temporal::api::failure::v1 {
class Failure;
}
namespace temporal::api::nexus::v1 {
class Failure;
class HandlerError;
class Request;
class Response;
} // namespace temporal::api::nexus::v1

/// The server's side of Nexus over HTTP: a request into the message that workers get, and their
/// answer into an answer. https://github.com/nexus-rpc/api
namespace troupe::nexus_http {

/// What a path asks for: `/{service}/{operation}`, and below it `/cancel`.
struct target {
  std::string service;
  std::string operation;
  bool is_cancel = false;
  std::optional<std::string> token; ///< of the older path `/{service}/{operation}/{token}/cancel`
};

/// The parts of a path behind its first slash, still escaped.
[[nodiscard]] std::vector<std::string_view> split_path(std::string_view path);
/// Those behind the route; the error is what the client is told.
[[nodiscard]] result<target, http::response>
parse_target(const http::incoming& request, std::vector<std::string_view> rest);

/// What a request says. The views lie in the request that it was read from, and last as long.
struct request_parts {
  using header = std::pair<std::string_view, std::string_view>;

  target what;                          ///< of a cancellation with its token, wherever that stood
  std::vector<header> headers;          ///< that go along, each name once
  std::vector<header> callback_headers; ///< without the prefix, each name once
  std::vector<link> links;
  std::string_view request_id;
  std::string callback;
  std::string_view body;
  /// What the body holds; null: it is JSON as it is, as nearly all are.
  std::shared_ptr<temporal::api::common::v1::Payload> input;
  std::optional<duration> timeout; ///< how long the client waits, if it says so
  bool reads_new_failures = false; ///< `temporal-nexus-failure-support`
};
/// Headers go along but for those of the connection; the error is what the client is told.
[[nodiscard]] result<request_parts, http::response>
read_parts(const http::incoming& request, target what);

/// A request as the message that workers get.
struct served_request {
  std::shared_ptr<temporal::api::nexus::v1::Request> message;
  std::optional<duration> timeout; ///< how long the client waits, if it says so
  bool reads_new_failures = false; ///< `temporal-nexus-failure-support`
};
[[nodiscard]] result<served_request, http::response>
read_request(const http::incoming& request, target what, time_point now);

/// What a handler said.
[[nodiscard]] http::response
write_answer(const temporal::api::nexus::v1::Response& from, bool reads_new_failures);
/// The same of a `Response` in its serialised form; the commonest is not parsed into one.
[[nodiscard]] http::response write_answer(std::string_view response, bool reads_new_failures);
/// A worker refused, in the newer form or the older.
[[nodiscard]] http::response
write_answer(const temporal::api::failure::v1::Failure& refused, bool reads_new_failures);
[[nodiscard]] http::response
write_answer(const temporal::api::nexus::v1::HandlerError& refused, bool reads_new_failures);

/// A handler error of our own.
[[nodiscard]] http::response
refusal(std::string_view type, std::string_view message, std::optional<bool> is_retryable = {});
/// The same, with the header that says it is the worker's.
[[nodiscard]] http::response worker_refusal(std::string_view type, std::string_view message);

} // namespace troupe::nexus_http
