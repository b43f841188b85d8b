// SPDX-License-Identifier: Apache-2.0
#include "actors/service/grpc_hot_call.hpp"

#include "actors/service/grpc_call.hpp"
#include "runtime/rpc/methods.hpp"

#include <array>
#include <utility>

namespace troupe::embedded {

namespace {

namespace names = rpc::methods::workflow_service;

struct hot_method {
  std::string_view name;
  bool is_poll;
};

constexpr std::array<hot_method, hot_methods::count> table{{
    {names::poll_nexus_task_queue, true},
    {names::respond_nexus_task_completed, false},
    {names::poll_workflow_task_queue, true},
    {names::respond_workflow_task_completed, false},
}};

/// The queue hands back what it was given as a `void*`, so it must be the base's address.
void* tag_of(rpc::completion_tag& tag) {
  return &tag;
}

} // namespace

hot_methods::hot_methods() {
  for (int method = 0; method < count; ++method) {
    AddMethod(new grpc::internal::RpcServiceMethod(
        name(method).data(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRaw(method);
  }
}

std::string_view hot_methods::name(int method) noexcept {
  return table[static_cast<std::size_t>(method)].name;
}

bool hot_methods::is_poll(int method) noexcept {
  return table[static_cast<std::size_t>(method)].is_poll;
}

void hot_call::wait(grpc_front_context& front, int method) {
  auto* call = new hot_call(front, method);
  if (hot_methods::is_poll(method))
    call->context_.AsyncNotifyWhenDone(tag_of(call->done_));
  front.hot.RequestAsyncUnary(
      method,
      &call->context_,
      &call->message_,
      &call->writer_,
      front.queue,
      front.queue,
      tag_of(call->step_));
}

hot_call::hot_call(grpc_front_context& front, int method)
    : front_(front), method_(method), writer_(&context_), is_done_(!hot_methods::is_poll(method)) {}

void hot_call::called(bool ok) {
  if (!ok) { // the done tag of a call that never began does not come
    delete this;
    return;
  }
  front_.live_calls.fetch_add(1, std::memory_order_relaxed);
  if (!front_.stopping.load(std::memory_order_acquire))
    wait(front_, method_);
  step_.on = &hot_call::finished;
  if (message_.Length() > front_.request_limit) {
    writer_.FinishWithError(request_too_large(front_.request_limit), tag_of(step_));
    return;
  }
  // The answer may come before handle() returns, on the service's thread. This object outlives
  // that: it is deleted on the queue's thread, which is here.
  cancel_ = front_.service.handle(
      {std::string{hot_methods::name(method_)}, to_bytes(message_), deadline_of(context_), {}},
      [this](const rpc_status& status, const rpc::bytes& message) { answer(status, message); });
  if (hot_methods::is_poll(method_) && is_done_ && cancel_)
    cancel_();
}

void hot_call::answer(const rpc_status& status, const rpc::bytes& message) {
  if (status.ok())
    writer_.Finish(to_buffer(message), grpc::Status::OK, tag_of(step_));
  else
    writer_.FinishWithError(to_status(status), tag_of(step_));
}

void hot_call::done(bool) {
  is_done_ = true;
  if (is_finished_)
    leave();
  else if (cancel_)
    cancel_();
}

void hot_call::finished(bool) {
  is_finished_ = true;
  if (is_done_)
    leave();
}

void hot_call::leave() {
  auto& front = front_;
  delete this;
  if (front.live_calls.fetch_sub(1, std::memory_order_acq_rel) == 1)
    front.live_calls.notify_all();
}

} // namespace troupe::embedded
