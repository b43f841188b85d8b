// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/completing.hpp"

#include "runtime/base/text/ascii.hpp"
#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/text/json_values.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/http_date.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time_text.hpp"
#include "runtime/nexus_http/content.hpp"
#include "runtime/nexus_http/serving.hpp"
#include "runtime/protocol/nexus_failure.hpp"

#include <troupe/duration.hpp>

#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <utility>

namespace troupe::nexus_http {

namespace {

namespace nexus = temporal::api::nexus::v1;

void set_absent(headers& to, std::string_view name, std::string_view value) {
  if (!value.empty() && is_header(name, value) && find(to, name).empty())
    to.emplace_back(name, value);
}

} // namespace

http::outgoing make_completion(
    http::http_url to,
    const headers& of_callback,
    const completion& what,
    std::chrono::milliseconds timeout) {
  http::outgoing made;
  made.to = std::move(to);
  made.time = timeout;
  for (const auto& [name, value] : of_callback)
    if (const auto lower = to_lower(name);
        !lower.starts_with(content_prefix) && !is_of_connection(lower))
      set_absent(made.headers, lower, value);
  set_absent(made.headers, "user-agent", "temporalio/server");
  std::erase_if(made.headers, [](const auto& each) { return each.first == state_header; });
  set_absent(made.headers, state_header, what.state);
  set_absent(made.headers, token_header, what.operation_token);
  if (what.start_time)
    set_absent(made.headers, start_time_header, write_http_date(*what.start_time));
  if (what.close_time)
    set_absent(
        made.headers, close_time_header, rfc3339(*what.close_time, fraction_digits::thousands));
  set_absent(made.headers, link_header, write_links(what.links));
  if (what.state == "succeeded") {
    if (what.result) {
      auto body = to_content(*what.result);
      for (auto& [name, value] : body.about)
        set_absent(made.headers, name, value);
      made.body = std::move(body.body);
    }
    return made;
  }
  nexus::Failure failure;
  if (what.failure)
    protocol::to_nexus(*what.failure, failure);
  made.body = protocol::failure_json(failure);
  set_absent(made.headers, "content-type", "application/json");
  return made;
}

result<completion, http::response> read_completion(const http::incoming& request) {
  const auto bad = [](std::string_view why) { return unexpected{refusal("BAD_REQUEST", why)}; };
  completion made;
  made.state = request.header(state_header);
  made.operation_token = request.header(token_header);
  if (made.operation_token.empty()) // Go's SDK (0.4) sends the older name alone with a failure
    made.operation_token = request.header("nexus-operation-id");
  if (!is_utf8(made.operation_token))
    return bad("the operation token is not valid UTF-8");
  if (const auto text = request.header(start_time_header); !text.empty()) {
    made.start_time = parse_http_date(text);
    if (!made.start_time)
      return bad("failed to parse operation start time header");
  }
  if (const auto text = request.header(close_time_header); !text.empty()) {
    const auto parsed = parse_rfc3339(text);
    if (!parsed)
      return bad("failed to parse operation close time header");
    made.close_time = later(
        later(time_point{}, saturate(std::chrono::seconds{parsed->seconds})),
        std::chrono::nanoseconds{parsed->nanos});
  }
  auto links = parse_links(request.headers);
  if (!links)
    return bad("failed to decode links from request headers");
  made.links = std::move(*links);
  if (made.state == "succeeded") {
    auto result = std::make_shared<temporal::api::common::v1::Payload>();
    for (const auto& [name, value] : request.headers)
      if (name.starts_with(content_prefix) && !is_utf8(value))
        return bad("invalid result content");
    if (!from_content(request.headers, request.body, *result))
      return bad("invalid result content");
    made.result = std::move(result);
    return made;
  }
  if (made.state != "failed" && made.state != "canceled")
    return bad("invalid request operation state: " + quote_as_go(to_valid_utf8(made.state)));
  const auto type = request.header("content-type");
  if (!is_json_type(type))
    return bad("invalid request content type: " + quote_as_go(to_valid_utf8(std::string{type})));
  if (!has_few_values(request.body)) // it is read on the thread that serves all
    return bad("the failure has more than " + std::to_string(most_json_values) + " values");
  const auto failure = protocol::parse_failure_json(request.body);
  auto read = std::make_shared<temporal::api::failure::v1::Failure>();
  const auto unreadable = [&] { return bad("failed to decode Failure from request body"); };
  if (!failure || !protocol::from_nexus(protocol::unwrapped(*failure), *read))
    return unreadable();
  if (protocol::failure_type(*failure) == protocol::operation_error_type) {
    // It knows better than the header.
    auto state = protocol::operation_state(*failure);
    if (!state)
      return unreadable();
    if (*state != "failed" && *state != "canceled")
      return bad("invalid operation state in the failure: " + quote_as_go(excerpt(*state, 200)));
    made.state = std::move(*state);
  }
  made.failure = std::move(read);
  return made;
}

} // namespace troupe::nexus_http
