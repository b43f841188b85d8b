// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/calling.hpp"

#include "runtime/base/text/ascii.hpp"
#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/nexus_http/content.hpp"
#include "runtime/nexus_http/status.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/protocol/nexus_failure.hpp"

#include <troupe/duration.hpp>

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <algorithm>
#include <optional>
#include <utility>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // old callers still know operation_id

namespace troupe::nexus_http {

namespace {

namespace nexus = temporal::api::nexus::v1;
namespace failures = temporal::api::failure::v1;

/// What an error cites of another server's text.
constexpr std::size_t longest_citation = 200;

std::string cited(std::string_view text) {
  return quote_as_go(excerpt(text, longest_citation));
}

void set(headers& to, std::string_view name, std::string_view value) {
  if (!is_header(name, value))
    return;
  for (auto& [key, old] : to)
    if (key == name) {
      old = value;
      return;
    }
  to.emplace_back(name, value);
}

call_outcome problem(std::string text, bool is_final = false) {
  call_outcome made;
  made.problem = std::move(text);
  made.is_problem_final = is_final;
  return made;
}

std::string status_text(const http::received& from) {
  return quote_as_go(
      std::to_string(from.status) + (from.reason.empty() ? "" : " " + excerpt(from.reason, 40)));
}

/// A message of which the failure's text is a part, if the answer has one.
call_outcome unexpected_answer(std::string text, const http::received& from) {
  if (is_json_type(find(from.headers, "content-type")))
    if (const auto failure = protocol::parse_failure_json(from.body);
        failure && !failure->message().empty())
      text += ": " + excerpt(failure->message(), longest_citation);
  return problem(std::move(text));
}

std::optional<bool> retryable_of(const http::received& from) {
  const auto text = to_lower(find(from.headers, retryable_header));
  if (text == "true")
    return true;
  if (text == "false")
    return false;
  return std::nullopt;
}

call_outcome refused_with(const nexus::Failure& failure) {
  call_outcome made;
  made.refused = std::make_unique<failures::Failure>();
  if (!protocol::from_nexus(failure, *made.refused))
    return problem("the handler's answer is a Nexus failure whose details cannot be read");
  return made;
}

/// A handler error that the status alone tells of, with what came along as its cause.
call_outcome by_status(const http::received& from, const nexus::Failure* cause) {
  const auto type = type_of(from.status);
  if (type.empty())
    return unexpected_answer("unexpected response status: " + status_text(from), from);
  auto failure = protocol::make_handler_error(type, {}, retryable_of(from));
  if (cause != nullptr)
    *failure.mutable_cause() = *cause;
  return refused_with(failure);
}

call_outcome started(const http::received& from) {
  const auto type = find(from.headers, "content-type");
  if (!is_json_type(type))
    return unexpected_answer("invalid response content type: " + cited(type), from);
  const auto info = protocol::parse_json(from.body);
  if (!info || info->is != protocol::json_value::type::object)
    return problem("the handler's answer is no operation info: " + cited(from.body));
  std::string token;
  std::string state;
  for (std::size_t at = 0; at < info->names.size(); ++at)
    if (info->items[at].is == protocol::json_value::type::string) {
      if (info->names[at] == "token")
        token = info->items[at].text;
      else if (info->names[at] == "state")
        state = info->items[at].text;
    }
  if (state != "running")
    return unexpected_answer("invalid operation state in response info: " + cited(state), from);
  if (token.empty())
    return unexpected_answer("empty operation token in response", from);
  call_outcome made;
  made.response = std::make_unique<nexus::Response>();
  auto& success = *made.response->mutable_start_operation()->mutable_async_success();
  success.set_operation_id(token);
  success.set_operation_token(std::move(token));
  return made;
}

call_outcome succeeded(http::received from) {
  call_outcome made;
  made.response = std::make_unique<nexus::Response>();
  auto& payload =
      *made.response->mutable_start_operation()->mutable_sync_success()->mutable_payload();
  for (const auto& [name, value] : from.headers)
    if (name.starts_with(content_prefix) && !is_utf8(value))
      return problem("the handler's answer has a header " + name + " that is not valid UTF-8");
  if (!from_content(from.headers, from.body, payload))
    return problem("the handler's answer says that it is a payload and cannot be read as one");
  return made;
}

/// The type in the body wins over the status.
bool is_operation_error(const http::received& from) {
  if (!is_json_type(find(from.headers, "content-type")))
    return false;
  const auto failure = protocol::parse_failure_json(from.body);
  return failure && protocol::failure_type(*failure) == protocol::operation_error_type;
}

call_outcome unsuccessful(const http::received& from) {
  const auto type = find(from.headers, "content-type");
  if (!is_json_type(type))
    return unexpected_answer("invalid response content type: " + cited(type), from);
  const auto failure = protocol::parse_failure_json(from.body);
  if (!failure)
    return problem("the handler's answer is no Nexus failure: " + cited(from.body));
  const bool says_state = protocol::failure_type(*failure) == protocol::operation_error_type;
  const auto state = says_state ? protocol::operation_state(*failure)
                                : std::optional<std::string>{find(from.headers, state_header)};
  if (!state)
    return problem("the handler's answer is a Nexus failure whose details cannot be read");
  if (state != "failed" && state != "canceled")
    return unexpected_answer(
        (says_state ? "invalid operation state in the failure: "
                    : "invalid operation state header: ")
            + cited(*state),
        from);
  call_outcome made;
  made.response = std::make_unique<nexus::Response>();
  auto& to = *made.response->mutable_start_operation()->mutable_failure();
  if (!protocol::from_nexus(protocol::unwrapped(*failure), to))
    return problem("the handler's answer is a Nexus failure whose details cannot be read");
  if (state == "canceled" && !to.has_canceled_failure_info())
    to.mutable_canceled_failure_info();
  if (state == "failed" && to.has_canceled_failure_info()) {
    // The state says how it ended, and the kind of failure would say otherwise.
    failures::Failure cause = std::move(to);
    to.Clear();
    to.set_message(cause.message());
    to.mutable_application_failure_info()->set_type("OperationError");
    to.mutable_application_failure_info()->set_non_retryable(true);
    *to.mutable_cause() = std::move(cause);
  }
  return made;
}

} // namespace

bool names_no_operation(const nexus::Request& from) noexcept {
  const auto is_dots = [](const std::string& part) { return part == "." || part == ".."; };
  return from.has_cancel_operation() ? is_dots(from.cancel_operation().service())
                                           || is_dots(from.cancel_operation().operation())
                                     : is_dots(from.start_operation().service())
                                           || is_dots(from.start_operation().operation());
}

http::outgoing
make_call(http::http_url to, const nexus::Request& from, std::chrono::milliseconds timeout) {
  http::outgoing made;
  made.to = std::move(to);
  made.time = std::max(timeout, std::chrono::milliseconds{1});
  const bool is_cancel = from.has_cancel_operation();
  auto& path = made.to.path;
  const auto mark = path.find('?');
  std::string query = mark == path.npos ? std::string{} : path.substr(mark + 1);
  path.erase(std::min(mark, path.size()));
  while (path.ends_with('/'))
    path.pop_back();
  const auto below = [&](std::string_view part) {
    path += '/';
    append_path_segment(path, part);
  };
  below(is_cancel ? from.cancel_operation().service() : from.start_operation().service());
  below(is_cancel ? from.cancel_operation().operation() : from.start_operation().operation());
  if (is_cancel)
    path += "/cancel";
  set(made.headers, request_timeout_header, write_duration(saturate(made.time)));
  for (const auto& [name, value] : from.header()) {
    const auto lower = to_lower(name);
    if (!lower.starts_with(content_prefix) && !is_of_connection(lower)
        && lower != request_timeout_header)
      set(made.headers, lower, value);
  }
  if (from.capabilities().temporal_failure_responses())
    set(made.headers, failure_support_header, "true");
  if (is_cancel) {
    const auto& cancel = from.cancel_operation();
    set(made.headers,
        token_header,
        cancel.operation_token().empty() ? cancel.operation_id() : cancel.operation_token());
  } else {
    const auto& start = from.start_operation();
    set(made.headers, request_id_header, start.request_id());
    for (const auto& [name, value] : start.callback_header())
      set(made.headers, std::string{callback_prefix} + to_lower(name), value);
    std::vector<link> links;
    for (const auto& each : start.links())
      links.push_back({each.url(), each.type()});
    if (const auto text = write_links(links); !text.empty())
      set(made.headers, link_header, text);
    if (start.has_payload()) {
      auto body = to_content(start.payload());
      for (auto& [name, value] : body.about)
        set(made.headers, name, value);
      made.body = std::move(body.body);
    }
    if (!start.callback().empty()) {
      query += query.empty() ? "callback=" : "&callback=";
      append_query_value(query, start.callback());
    }
  }
  if (!query.empty())
    path.append("?").append(query);
  return made;
}

call_outcome read_refusal(const http::received& from) {
  if (!from.problem.empty())
    return problem(from.problem, from.is_too_large);
  if (!is_json_type(find(from.headers, "content-type")))
    return by_status(from, nullptr);
  const auto failure = protocol::parse_failure_json(from.body);
  if (!failure)
    return by_status(from, nullptr);
  if (protocol::failure_type(*failure) == protocol::handler_error_type)
    return refused_with(*failure);
  return by_status(from, &*failure);
}

call_outcome read_answer(http::received from, bool is_cancel) {
  if (!from.problem.empty())
    return problem(std::move(from.problem), from.is_too_large);
  if (from.status >= 300 && from.status < 400)
    return problem(
        "the handler's address redirects (" + status_text(from) + ") to "
        + cited(find(from.headers, "location"))
        + ", which is not followed: give the endpoint that URL");
  if (is_cancel) {
    if (from.status != 202)
      return read_refusal(from);
    call_outcome made;
    made.response = std::make_unique<nexus::Response>();
    made.response->mutable_cancel_operation();
    return made;
  }
  const auto links = parse_links(from.headers);
  if (!links)
    return unexpected_answer(
        "invalid links header: " + cited(find(from.headers, link_header)), from);
  call_outcome made;
  switch (from.status) {
  case 200: made = succeeded(std::move(from)); break;
  case 201: made = started(from); break;
  case 424: return unsuccessful(from);
  default: return is_operation_error(from) ? unsuccessful(from) : read_refusal(from);
  }
  if (!made.response)
    return made;
  auto& start = *made.response->mutable_start_operation();
  auto& to = start.has_sync_success() ? *start.mutable_sync_success()->mutable_links()
                                      : *start.mutable_async_success()->mutable_links();
  for (const auto& each : *links) {
    auto& added = *to.Add();
    added.set_url(each.url);
    added.set_type(each.type);
  }
  return made;
}

} // namespace troupe::nexus_http
