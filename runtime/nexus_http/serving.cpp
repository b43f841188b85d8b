// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/serving.hpp"

#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/text/json_text.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/base/wire/wire_reader.hpp"
#include "runtime/nexus_http/content.hpp"
#include "runtime/nexus_http/status.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/protocol/nexus_failure.hpp"

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
      .body = protocol::failure_json(failure),
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
            protocol::wrap_operation_error("operation error", state, std::move(cause)),
            reads_new_failures));
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

/// Of several with one name the first counts.
void keep_first(std::vector<request_parts::header>& among) {
  using header = request_parts::header;
  constexpr std::size_t few = 24; // more are sorted, so that many are no square of comparisons
  if (among.size() > few) {
    std::ranges::stable_sort(among, {}, &header::first);
    const auto again = std::ranges::unique(among, {}, &header::first);
    among.erase(again.begin(), again.end());
    return;
  }
  auto end = among.begin();
  for (const auto& each : among)
    if (std::none_of(among.begin(), end, [&](const auto& one) { return one.first == each.first; }))
      *end++ = each;
  among.erase(end, among.end());
}

/// What the headers of a request are, found in one pass.
struct sorted_headers {
  bool are_passed_text = true;   ///< those that go along
  bool are_callback_text = true; ///< those of the callback
  bool are_content_text = true;  ///< those that say what the body is
  bool has_links = false;
  bool is_plain_json = false; ///< the body is
};

sorted_headers sort_headers(const http::incoming& from, bool is_cancel, request_parts& to) {
  sorted_headers found;
  int contents = 0;
  to.headers.reserve(from.headers.size());
  for (const auto& [name, value] : from.headers) {
    if (!is_cancel && name.starts_with(content_prefix)) {
      found.are_content_text = found.are_content_text && is_utf8(value);
      if (name != "content-encoding" && name != "content-length") {
        ++contents;
        found.is_plain_json = name == "content-type" && value == json_type;
      }
    } else if (!is_cancel && name.starts_with(callback_prefix)) {
      found.are_callback_text = found.are_callback_text && is_utf8(value);
      to.callback_headers.emplace_back(
          std::string_view{name}.substr(callback_prefix.size()), value);
    } else if (!(is_cancel && name == token_header) && is_passed(name)) {
      found.are_passed_text = found.are_passed_text && is_utf8(value) && is_utf8(name);
      found.has_links = found.has_links || name == link_header;
      to.headers.emplace_back(name, value);
    }
  }
  found.is_plain_json = found.is_plain_json && contents == 1;
  keep_first(to.headers);
  keep_first(to.callback_headers);
  return found;
}

/// The JSON of a success that has nothing beside.
std::optional<std::string_view> plain_json(std::string_view response) {
  using wire_payload = temporal::api::common::v1::Payload;
  auto within = only_field(response, nexus::Response::kStartOperationFieldNumber);
  if (within)
    within = only_field(*within, nexus::StartOperationResponse::kSyncSuccessFieldNumber);
  if (within)
    within = only_field(*within, nexus::StartOperationResponse::Sync::kPayloadFieldNumber);
  if (!within)
    return std::nullopt;
  constexpr std::string_view plain_entry{"\x0a\x08"
                                         "encoding"
                                         "\x12\x0a"
                                         "json/plain"};
  int entries = 0;
  std::string_view data;
  wire_reader in{*within};
  while (in.next())
    if (in.field() == wire_payload::kDataFieldNumber && in.is_text())
      data = in.text();
    else if (
        ++entries != 1 || in.field() != wire_payload::kMetadataFieldNumber
        || in.text() != plain_entry)
      return std::nullopt;
  return in.ok() && entries == 1 ? std::optional{data} : std::nullopt;
}

} // namespace

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  parts.reserve(8);
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

result<request_parts, http::response> read_parts(const http::incoming& request, target what) {
  request_parts made;
  const auto bad = [](std::string_view why) { return unexpected{refusal("BAD_REQUEST", why)}; };
  const auto found = sort_headers(request, what.is_cancel, made);
  made.what = std::move(what);
  made.reads_new_failures = request.header(failure_support_header) == "true";
  if (!found.are_passed_text)
    return bad("a header is not valid UTF-8");
  if (made.what.is_cancel) {
    auto token = made.what.token.value_or(std::string{request.header(token_header)});
    if (token.empty())
      token = query_value(request.query, "token");
    if (token.empty())
      return bad("missing operation token");
    if (!is_utf8(token))
      return bad("the operation token is not valid UTF-8");
    made.what.token = std::move(token);
  } else {
    if (found.has_links) {
      auto links = parse_links(request.headers);
      if (!links)
        return bad("invalid \"nexus-link\" header");
      made.links = std::move(*links);
    }
    made.request_id = request.header(request_id_header);
    made.callback = query_value(request.query, "callback");
    if (!found.are_callback_text)
      return bad("a header is not valid UTF-8");
    if (!found.are_content_text)
      return bad("invalid input");
    made.body = request.body;
    if (!found.is_plain_json) {
      made.input = std::make_shared<temporal::api::common::v1::Payload>();
      if (!from_content(request.headers, request.body, *made.input))
        return bad("invalid input");
    }
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

result<served_request, http::response>
read_request(const http::incoming& request, target what, time_point now) {
  auto parts = read_parts(request, std::move(what));
  if (!parts)
    return unexpected{std::move(parts.error())};
  served_request made{
      std::make_shared<nexus::Request>(), parts->timeout, parts->reads_new_failures};
  auto& message = *made.message;
  for (const auto& [name, value] : parts->headers)
    message.mutable_header()->insert({std::string{name}, std::string{value}});
  to_proto(now, *message.mutable_scheduled_time());
  message.mutable_capabilities()->set_temporal_failure_responses(parts->reads_new_failures);
  if (parts->what.is_cancel) {
    auto& cancel = *message.mutable_cancel_operation();
    cancel.set_service(std::move(parts->what.service));
    cancel.set_operation(std::move(parts->what.operation));
    cancel.set_operation_id(*parts->what.token);
    cancel.set_operation_token(std::move(*parts->what.token));
    return made;
  }
  auto& start = *message.mutable_start_operation();
  start.set_service(std::move(parts->what.service));
  start.set_operation(std::move(parts->what.operation));
  for (auto& each : parts->links) {
    auto& added = *start.add_links();
    added.set_url(std::move(each.url));
    added.set_type(std::move(each.type));
  }
  start.set_request_id(std::string{parts->request_id});
  start.set_callback(std::move(parts->callback));
  for (const auto& [name, value] : parts->callback_headers)
    start.mutable_callback_header()->insert({std::string{name}, std::string{value}});
  auto& input = *start.mutable_payload();
  if (parts->input) {
    input = std::move(*parts->input);
  } else {
    (*input.mutable_metadata())["encoding"] = "json/plain";
    input.set_data(parts->body.data(), parts->body.size());
  }
  return made;
}

http::response write_answer(std::string_view response, bool reads_new_failures) {
  if (const auto json = plain_json(response))
    return {
        .status = 200,
        .body = std::string{*json},
        .content_type = std::string{json_type},
        .headers = {}};
  nexus::Response whole;
  if (!whole.ParseFromArray(response.data(), static_cast<int>(response.size())))
    return worker_refusal("INTERNAL", "the answer cannot be read");
  return write_answer(whole, reads_new_failures);
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
    protocol::to_nexus(start.failure(), cause);
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
  protocol::to_nexus(refused, whole);
  return write_handler_error(
      whole, info.type(), retryable_text(info.retry_behavior()), reads_new_failures);
}

http::response write_answer(const nexus::HandlerError& refused, bool reads_new_failures) {
  const auto retryable = retryable_text(refused.retry_behavior());
  auto whole = protocol::make_handler_error(
      refused.error_type(),
      {},
      retryable.empty() ? std::optional<bool>{} : std::optional{retryable == "true"});
  *whole.mutable_cause() = refused.failure();
  return write_handler_error(whole, refused.error_type(), retryable, reads_new_failures);
}

http::response
refusal(std::string_view type, std::string_view message, std::optional<bool> is_retryable) {
  auto answer =
      with_failure(status_of(type), protocol::make_handler_error(type, message, is_retryable));
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
