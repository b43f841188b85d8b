// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/answers.hpp"

#include "runtime/gateway/fields.hpp"
#include "runtime/protocol/endpoint_json.hpp"
#include "runtime/protocol/json_value.hpp"

#include <google/rpc/status.pb.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace troupe::gateway {

namespace {

using protocol::payload_style;

std::optional<json_form> named_form(std::string_view content_type) {
  constexpr std::array<std::pair<std::string_view, std::pair<payload_style, bool>>, 4> forms{
      {{"application/json", {payload_style::shorthand, false}},
       {"application/json+pretty", {payload_style::shorthand, true}},
       {"application/json+no-payload-shorthand", {payload_style::raw, false}},
       {"application/json+pretty+no-payload-shorthand", {payload_style::raw, true}}}};
  for (const auto& [name, how] : forms)
    if (content_type == name)
      return json_form{how.first, how.second, std::string{name}};
  return {};
}

} // namespace

json_form form_of_body(const http::incoming& request) {
  return named_form(request.header("content-type")).value_or(json_form{});
}

json_form form_of_answer(const http::incoming& request) {
  std::string asked;
  if (const auto query = read_query(request.query)) {
    const auto has = [&](std::string_view name) {
      return std::ranges::any_of(*query, [&](const auto& each) { return each.first == name; });
    };
    asked += has("pretty") ? "+pretty" : "";
    asked += has("noPayloadShorthand") ? "+no-payload-shorthand" : "";
  }
  if (!asked.empty())
    return *named_form("application/json" + asked);
  for (const auto& [name, value] : request.headers)
    if (name == "accept")
      if (auto form = named_form(value))
        return *form;
  return form_of_body(request);
}

http::response answer_with(const google::protobuf::Message& message, const json_form& form) {
  auto text = protocol::to_json_with_endpoints(message, form.payloads);
  if (form.is_pretty)
    text = protocol::indent_json(text);
  return {.body = std::move(text), .content_type = form.content_type};
}

http::response answer_with(const rpc_status& status, const json_form& form) {
  google::rpc::Status body;
  if (!status.details.empty() && !body.ParseFromString(status.details))
    body.Clear();
  body.set_code(static_cast<int>(status.code));
  body.set_message(status.message);
  auto answer = answer_with(body, form);
  answer.status = http_status(status.code);
  return answer;
}

unsigned http_status(status_code code) noexcept {
  switch (code) {
  case status_code::ok: return 200;
  case status_code::invalid_argument:
  case status_code::failed_precondition:
  case status_code::out_of_range: return 400;
  case status_code::unauthenticated: return 401;
  case status_code::permission_denied: return 403;
  case status_code::not_found: return 404;
  case status_code::already_exists:
  case status_code::aborted: return 409;
  case status_code::resource_exhausted: return 429;
  case status_code::cancelled: return 499;
  case status_code::unimplemented: return 501;
  case status_code::unavailable: return 503;
  case status_code::deadline_exceeded: return 504;
  case status_code::unknown:
  case status_code::internal:
  case status_code::data_loss: break;
  }
  return 500;
}

} // namespace troupe::gateway
