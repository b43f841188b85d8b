// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/serving.hpp"

#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/text/json_text.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/nexus_http/content.hpp"
#include "runtime/nexus_http/failure.hpp"
#include "runtime/protocol/json_value.hpp"

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <algorithm>
#include <array>
#include <utility>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // old workers still know operation_id

namespace troupe::nexus_http {

namespace {

namespace nexus = temporal::api::nexus::v1;
namespace enums = temporal::api::enums::v1;

constexpr std::string_view json_type = "application/json";

/// Beside those of the connection: what the service keeps for itself
/// (`frontend.nexusRequestHeadersBlacklist`).
constexpr std::array<std::string_view, 3> not_passed{
    "accept-encoding", "temporal-nexus-failure-support", "x-forwarded-for"};

bool is_passed(std::string_view name) {
  return !is_of_connection(name) && std::ranges::find(not_passed, name) == not_passed.end()
         && !name.starts_with("xdc-redirection");
}

/// The value of a name in a query; empty if it is not there or cannot be read.
std::string query_value(std::string_view query, std::string_view wanted) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto each = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(each.find('='), each.size());
    if (query_value_text(each.substr(0, equals)) != wanted || equals == each.size())
      continue;
    return query_value_text(each.substr(equals + 1)).value_or(std::string{});
  }
  return {};
}

http::response with_failure(unsigned status, const nexus::Failure& failure) {
  return {
      .status = status,
      .body = failure_json(failure),
      .content_type = std::string{json_type},
      .headers = {}};
}

void say_source(http::response& to) {
  to.headers.emplace_back("Temporal-Nexus-Failure-Source", "worker");
}

/// Who does not read the newer form sees the cause alone.
const nexus::Failure& shown(const nexus::Failure& whole, bool reads_new_failures) {
  return whole.has_cause() && !reads_new_failures ? whole.cause() : whole;
}

http::response write_handler_error(
    const nexus::Failure& whole,
    std::string_view type,
    std::string_view retryable,
    bool reads_new_failures) {
  auto answer = with_failure(status_of(type), shown(whole, reads_new_failures));
  if (!retryable.empty())
    answer.headers.emplace_back("Nexus-Request-Retryable", retryable);
  say_source(answer);
  return answer;
}

http::response
write_operation_error(const std::string& state, nexus::Failure cause, bool reads_new_failures) {
  http::response answer;
  if (state == "failed" || state == "canceled") {
    answer = with_failure(
        424,
        shown(
            wrap_operation_error("operation error", state, std::move(cause)), reads_new_failures));
    answer.headers.emplace_back("Nexus-Operation-State", state);
  } else {
    answer = {.status = 500, .content_type = {}};
  }
  say_source(answer);
  return answer;
}

template <class Links>
void add_links(const Links& from, http::response& to) {
  std::vector<link> links;
  for (const auto& each : from)
    links.push_back({each.url(), each.type()});
  if (auto text = write_links(links); !text.empty())
    to.headers.emplace_back("Nexus-Link", std::move(text));
}

/// `content-type` as `Content-Type`: what people expect to see, and the real server sends.
std::string spelt(std::string_view name) {
  std::string out{name};
  bool is_first = true;
  for (char& c : out) {
    if (is_first && c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
    is_first = c == '-';
  }
  return out;
}

http::response write_sync(const nexus::StartOperationResponse::Sync& from) {
  http::response answer{.status = 200, .content_type = {}};
  if (from.has_payload()) {
    auto made = to_content(from.payload());
    answer.body = std::move(made.body);
    for (auto& [name, value] : made.about) {
      if (name == "content-type")
        answer.content_type = std::move(value);
      else
        answer.headers.emplace_back(spelt(name), std::move(value));
    }
  }
  add_links(from.links(), answer);
  return answer;
}

http::response write_async(const nexus::StartOperationResponse::Async& from) {
  const auto& token = from.operation_token().empty() ? from.operation_id() : from.operation_token();
  http::response answer{
      .status = 201,
      .body = "{\"token\":"
              + protocol::write_json(
                  {protocol::json_value::type::string, token, {}, {}}, {.escape_html = true})
              + ",\"state\":\"running\"}",
      .content_type = std::string{json_type},
      .headers = {}};
  add_links(from.links(), answer);
  return answer;
}

std::string_view retryable_text(enums::NexusHandlerErrorRetryBehavior behavior) {
  switch (behavior) {
  case enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE: return "true";
  case enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE: return "false";
  default: return {};
  }
}

std::optional<std::string> unescaped(std::string_view part) {
  return path_segment_text(part);
}

/// False if a header is no text that a message can hold.
bool copy_headers(const http::incoming& from, bool is_cancel, nexus::Request& to) {
  auto& kept = *to.mutable_header();
  for (const auto& [name, value] : from.headers) {
    const bool is_special =
        is_cancel ? name == token_header
                  : name.starts_with(content_prefix) || name.starts_with(callback_prefix);
    if (is_special || !is_passed(name))
      continue;
    if (!is_utf8(value) || !is_utf8(name))
      return false;
    kept.insert({name, value}); // the first one counts
  }
  return true;
}

} // namespace

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  if (path.starts_with('/'))
    path.remove_prefix(1);
  for (;;) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == path.npos)
      return parts;
    path.remove_prefix(slash + 1);
  }
}

result<target, http::response>
parse_target(const http::incoming& request, std::vector<std::string_view> rest) {
  if (request.method != "POST")
    return unexpected{refusal(
        "BAD_REQUEST",
        "invalid request method: expected POST, got "
            + quote_as_go(to_valid_utf8(request.method)))};
  const bool is_old_cancel = rest.size() == 4 && rest[3] == "cancel";
  const bool is_cancel = is_old_cancel || (rest.size() == 3 && rest[2] == "cancel");
  if (rest.size() < 2 || (rest.size() > 2 && !is_cancel))
    return unexpected{refusal("NOT_FOUND", "not found")};
  auto service = unescaped(rest[0]);
  auto operation = unescaped(rest[1]);
  auto token = is_old_cancel ? unescaped(rest[2]) : std::string{};
  if (!service || !operation || !token)
    return unexpected{refusal("BAD_REQUEST", "failed to parse URL path")};
  target made{std::move(*service), std::move(*operation), is_cancel, std::nullopt};
  if (is_old_cancel)
    made.token = std::move(*token);
  return made;
}

result<served_request, http::response>
read_request(const http::incoming& request, target what, time_point now) {
  served_request made;
  made.message = std::make_shared<nexus::Request>();
  auto& message = *made.message;
  const auto bad = [](std::string_view why) { return unexpected{refusal("BAD_REQUEST", why)}; };
  made.reads_new_failures = request.header(failure_support_header) == "true";
  if (!copy_headers(request, what.is_cancel, message))
    return bad("a header is not valid UTF-8");
  to_proto(now, *message.mutable_scheduled_time());
  message.mutable_capabilities()->set_temporal_failure_responses(made.reads_new_failures);
  if (what.is_cancel) {
    auto token = what.token.value_or(std::string{request.header(token_header)});
    if (token.empty())
      token = query_value(request.query, "token");
    if (token.empty())
      return bad("missing operation token");
    if (!is_utf8(token))
      return bad("the operation token is not valid UTF-8");
    auto& cancel = *message.mutable_cancel_operation();
    cancel.set_service(std::move(what.service));
    cancel.set_operation(std::move(what.operation));
    cancel.set_operation_id(token);
    cancel.set_operation_token(std::move(token));
  } else {
    auto& start = *message.mutable_start_operation();
    start.set_service(std::move(what.service));
    start.set_operation(std::move(what.operation));
    const auto links = parse_links(request.headers);
    if (!links)
      return bad("invalid \"nexus-link\" header");
    for (const auto& each : *links) {
      auto& added = *start.add_links();
      added.set_url(each.url);
      added.set_type(each.type);
    }
    const auto request_id = request.header(request_id_header);
    if (!is_utf8(request_id))
      return bad("a header is not valid UTF-8");
    start.set_request_id(std::string{request_id});
    start.set_callback(query_value(request.query, "callback"));
    for (const auto& [name, value] : request.headers)
      if (name.starts_with(callback_prefix)) {
        if (!is_utf8(value))
          return bad("a header is not valid UTF-8");
        start.mutable_callback_header()->insert({name.substr(callback_prefix.size()), value});
      }
    for (const auto& [name, value] : request.headers)
      if (name.starts_with(content_prefix) && !is_utf8(value))
        return bad("invalid input");
    if (!from_content(request.headers, request.body, *start.mutable_payload()))
      return bad("invalid input");
  }
  if (const auto timeout = request.header(request_timeout_header); !timeout.empty()) {
    made.timeout = parse_duration(timeout);
    if (!made.timeout)
      return bad("invalid request timeout header");
    if (*made.timeout == duration::zero())
      made.timeout.reset(); // as if it were not there
  }
  return made;
}

http::response write_answer(const nexus::Response& from, bool reads_new_failures) {
  using variant = nexus::StartOperationResponse;
  if (from.has_cancel_operation())
    return {.status = 202, .content_type = {}};
  const auto& start = from.start_operation();
  switch (start.variant_case()) {
  case variant::kSyncSuccess: return write_sync(start.sync_success());
  case variant::kAsyncSuccess: return write_async(start.async_success());
  case variant::kOperationError:
    return write_operation_error(
        start.operation_error().operation_state(),
        start.operation_error().failure(),
        reads_new_failures);
  case variant::kFailure: {
    nexus::Failure cause;
    to_nexus(start.failure(), cause);
    return write_operation_error(
        start.failure().has_canceled_failure_info() ? "canceled" : "failed",
        std::move(cause),
        reads_new_failures);
  }
  case variant::VARIANT_NOT_SET: break;
  }
  return worker_refusal("INTERNAL", "empty outcome");
}

http::response
write_answer(const temporal::api::failure::v1::Failure& refused, bool reads_new_failures) {
  const auto& info = refused.nexus_handler_failure_info();
  nexus::Failure whole;
  to_nexus(refused, whole);
  return write_handler_error(
      whole, info.type(), retryable_text(info.retry_behavior()), reads_new_failures);
}

http::response write_answer(const nexus::HandlerError& refused, bool reads_new_failures) {
  const auto retryable = retryable_text(refused.retry_behavior());
  auto whole = make_handler_error(
      refused.error_type(),
      {},
      retryable.empty() ? std::optional<bool>{} : std::optional{retryable == "true"});
  *whole.mutable_cause() = refused.failure();
  return write_handler_error(whole, refused.error_type(), retryable, reads_new_failures);
}

http::response
refusal(std::string_view type, std::string_view message, std::optional<bool> is_retryable) {
  auto answer = with_failure(status_of(type), make_handler_error(type, message, is_retryable));
  if (is_retryable)
    answer.headers.emplace_back("Nexus-Request-Retryable", *is_retryable ? "true" : "false");
  return answer;
}

http::response worker_refusal(std::string_view type, std::string_view message) {
  auto answer = refusal(type, message);
  say_source(answer);
  return answer;
}

} // namespace troupe::nexus_http
