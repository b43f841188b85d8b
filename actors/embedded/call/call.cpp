// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/call.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/record/status.hpp"

#include <limits>

namespace troupe::embedded {

call::call(rpc::local_service::request request, rpc::reply_handler on_reply)
    : request_(std::move(request)), on_reply_(std::move(on_reply)) {}

call::~call() {
  if (is_answered())
    return;
  is_held_ = false;
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
  size_ = request_.message.size();
  request_.message = {};
}

const rpc::caller& call::who() const noexcept {
  return request_.from != nullptr ? *request_.from : neighbour_;
}

std::string_view call::neighbour::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name)
      return value;
  return {};
}

rpc_status check_answer_size(std::size_t bytes) {
  constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
  if (bytes <= most)
    return {};
  return plain_status(
      status_code::resource_exhausted,
      "grpc: trying to send message larger than max (" + std::to_string(bytes) + " vs. "
          + std::to_string(most) + ')');
}

void call::answer(rpc_status failed) {
  finish(std::move(failed), {});
}

void call::answer(const google::protobuf::Message& response) {
  if (auto refused = check_answer_size(response.ByteSizeLong()); !refused.ok()) {
    finish(std::move(refused), {});
    return;
  }
  std::string text;
  if (response.SerializeToString(&text))
    finish({}, rpc::bytes{std::move(text)});
  else
    finish(
        plain_status(
            status_code::internal,
            "grpc: error while marshaling: " + response.GetTypeName() + " cannot be serialised"),
        {});
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

void call::release_answer() {
  is_held_ = false;
  if (auto told = std::exchange(held_, std::nullopt))
    finish(std::move(told->first), std::move(told->second));
}

void call::replace_answer(rpc_status why) {
  is_held_ = false;
  held_.reset();
  finish(std::move(why), {});
}

void call::answer_empty() {
  finish({}, {});
}

void call::finish(rpc_status status, rpc::bytes message) {
  if (is_answered())
    return;
  if (is_held_) {
    held_.emplace(std::move(status), std::move(message));
    return;
  }
  if (auto refused = check_answer_size(message.size()); !refused.ok()) {
    status = std::move(refused);
    message = {};
  }
  // Texts cite what a caller sent. Some languages cannot decode a status that is no UTF-8, and
  // retry for ever.
  if (!status.ok())
    status = fit_to_send(std::move(status));
  on_cancel_ = nullptr;
  // The reply may run code that asks this call whether it is answered.
  auto on_reply = std::exchange(on_reply_, nullptr);
  request_.from = nullptr; // it ends with the answer
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
