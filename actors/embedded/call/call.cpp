// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/call.hpp"

#include "runtime/base/log.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/embedded/record/status.hpp"

namespace troupe::embedded {

call::call(rpc::local_service::request request, rpc::reply_handler on_reply)
    : request_(std::move(request)), on_reply_(std::move(on_reply)) {}

call::~call() {
  if (is_answered())
    return;
  if (!is_cancelled_)
    log::warn("a call was dropped without an answer", {{"method", request_.method}});
  finish(
      plain_status(
          is_cancelled_ ? status_code::cancelled : status_code::unavailable,
          is_cancelled_ ? "the call was cancelled" : "the service is shutting down"),
      {});
}

void call::set_message(const google::protobuf::Message* message) {
  message_ = message;
  request_.message = {};
}

std::string_view call::header(std::string_view name) const {
  for (const auto& [key, value] : request_.headers)
    if (key == name)
      return value;
  return {};
}

void call::answer(rpc_status failed) {
  finish(std::move(failed), {});
}

void call::answer(const google::protobuf::Message& response) {
  finish({}, rpc::bytes{response.SerializeAsString()});
}

void call::answer(std::string response) {
  finish({}, rpc::bytes{std::move(response)});
}

void call::answer(const reply& from) {
  if (!from.status.ok())
    finish(from.status, {});
  else if (!from.bytes.empty())
    finish({}, rpc::bytes{from.bytes});
  else if (from.message)
    answer(*from.message);
  else
    answer_empty();
}

void call::answer_empty() {
  finish({}, {});
}

void call::finish(rpc_status status, rpc::bytes message) {
  if (is_answered())
    return;
  on_cancel_ = nullptr;
  // Texts cite what a caller sent. Some languages cannot decode a status that is no UTF-8, and
  // retry for ever.
  if (!status.ok())
    status.message = to_valid_utf8(std::move(status.message));
  // The reply may run code that asks this call whether it is answered.
  auto on_reply = std::exchange(on_reply_, nullptr);
  on_reply(std::move(status), std::move(message));
}

void call::cancel() {
  if (is_answered())
    return;
  is_cancelled_ = true;
  if (auto hook = std::exchange(on_cancel_, nullptr))
    hook();
}

} // namespace troupe::embedded
