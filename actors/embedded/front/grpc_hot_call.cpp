// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/grpc_hot_call.hpp"

#include "actors/embedded/front/grpc_bytes.hpp"
#include "actors/embedded/front/grpc_call.hpp"
#include "runtime/base/log/log.hpp"

#include <grpc/byte_buffer.h>
#include <grpc/slice.h>
#include <grpc/support/time.h>
#include <grpcpp/server.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace troupe::embedded {

namespace {

/// So many objects are kept to be used again; more are there only after a burst.
constexpr std::size_t most_spare = 256;

/// Below this a copy into the slice costs less than handing over the owner.
constexpr std::size_t copy_below = 2048;

/// The message lies in gRPC's buffer, which lives as long as it.
rpc::bytes take(grpc_byte_buffer*& from) {
  auto owner =
      std::shared_ptr<grpc_byte_buffer>{std::exchange(from, nullptr), grpc_byte_buffer_destroy};
  if (!owner)
    return {};
  const auto& slices = owner->data.raw.slice_buffer;
  const auto view = [](const grpc_slice& slice) {
    return std::string_view{
        reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
  };
  if (slices.count == 1)
    return rpc::bytes{std::move(owner), view(slices.slices[0])};
  std::vector<std::string_view> views;
  views.reserve(slices.count);
  for (std::size_t at = 0; at < slices.count; ++at)
    if (GRPC_SLICE_LENGTH(slices.slices[at]) != 0)
      views.push_back(view(slices.slices[at]));
  return rpc::bytes{std::move(owner), std::move(views)};
}

grpc_slice to_slice(std::string_view text) {
  return grpc_slice_from_copied_buffer(text.data(), text.size());
}

grpc_slice to_slice(const rpc::bytes& message, std::string_view part) {
  if (part.size() < copy_below)
    return to_slice(part);
  return grpc_slice_new_with_user_data(
      const_cast<char*>(part.data()),
      part.size(),
      [](void* kept) { delete static_cast<rpc::bytes*>(kept); },
      new rpc::bytes(message));
}

grpc_byte_buffer* to_byte_buffer(const rpc::bytes& message) {
  std::vector<grpc_slice> slices;
  slices.reserve(message.slices().size());
  for (auto part : message.slices())
    slices.push_back(to_slice(message, part));
  auto* made = grpc_raw_byte_buffer_create(slices.data(), slices.size());
  for (auto& slice : slices)
    grpc_slice_unref(slice);
  return made;
}

void* tag_of(grpc::internal::CompletionQueueTag& tag) {
  return &tag;
}

} // namespace

hot_methods::hot_methods(std::vector<hot_method> methods) : methods_(std::move(methods)) {
  for (int method = 0; method < count(); ++method) {
    // They are unary; but of what is said to be one, gRPC reads the request before it tells.
    registered_.push_back(new grpc::internal::RpcServiceMethod(
        (*this)[method].name.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
    AddMethod(registered_.back());
    MarkMethodRaw(method);
  }
}

void* hot_methods::tag(int method) const noexcept {
  return registered_[static_cast<std::size_t>(method)]->server_tag();
}

void hot_call::wait(grpc_front_context& front, int method) {
  (new hot_call(front))->request(method);
}

hot_call::hot_call(grpc_front_context& front) : front_(front), status_message_(grpc_empty_slice()) {
  grpc_metadata_array_init(&headers_);
}

hot_call::~hot_call() {
  grpc_metadata_array_destroy(&headers_);
}

const hot_method& hot_call::method() const noexcept {
  return front_.hot[method_];
}

std::string hot_call::peer() const {
  return peer_of(call_);
}

std::optional<rpc::tls_identity> hot_call::identity() const {
  return identity_of(call_);
}

std::string_view hot_call::header(std::string_view name) const {
  const auto view = [](const grpc_slice& slice) {
    return std::string_view{
        reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
  };
  for (std::size_t at = 0; at < headers_.count; ++at)
    if (view(headers_.metadata[at].key) == name)
      return view(headers_.metadata[at].value);
  return {};
}

void hot_call::request(int method) {
  method_ = method;
  step_.on = &hot_call::called;
  is_done_ = !this->method().is_poll;
  is_finished_ = false;
  is_expired_ = false;
  const auto error = grpc_server_request_registered_call(
      front_.server,
      front_.hot.tag(method),
      &call_,
      &deadline_,
      &headers_,
      nullptr,
      front_.queue->cq(),
      front_.queue->cq(),
      tag_of(step_));
  if (error != GRPC_CALL_OK) {
    // The queue is shut down: nobody waits for calls any more.
    log::debug(
        "a gRPC call could not be waited for", {{"error", grpc_call_error_to_string(error)}});
    delete this;
  }
}

void hot_call::called(bool ok) {
  if (!ok) {
    delete this;
    return;
  }
  front_.live_calls.fetch_add(1, std::memory_order_relaxed);
  if (!front_.stopping.load(std::memory_order_acquire)) {
    auto& spare = front_.spare_calls;
    if (spare.empty()) {
      wait(front_, method_);
    } else {
      auto next = std::move(spare.back());
      spare.pop_back();
      next.release()->request(method_);
    }
  }
  if (method().is_poll) {
    grpc_op closed{};
    closed.op = GRPC_OP_RECV_CLOSE_ON_SERVER;
    closed.data.recv_close_on_server.cancelled = &cancelled_;
    start_batch(&closed, 1, done_);
  }
  front_.bodies.watch(*this, to_time(deadline_));
  step_.on = &hot_call::request_read;
  grpc_op read{};
  read.op = GRPC_OP_RECV_MESSAGE;
  read.data.recv_message.recv_message = &request_;
  start_batch(&read, 1, step_);
}

void hot_call::expire() {
  is_expired_ = true;
  expire_call(call_);
}

void hot_call::request_read(bool) {
  front_.bodies.forget(*this);
  if (is_expired_ || is_over(to_time(deadline_))) {
    answer({status_code::deadline_exceeded, deadline_exceeded_text, {}}, {});
    return;
  }
  if (request_ == nullptr) {
    answer({status_code::internal, "the call carries no request message", {}}, {});
    return;
  }
  if (const auto size = grpc_byte_buffer_length(request_); size > front_.request_limit) {
    const auto refused = request_too_large(size, front_.request_limit);
    answer({status_code::resource_exhausted, refused.error_message(), {}}, {});
    return;
  }
  auto request = inflated(take(request_), front_.request_limit);
  if (!request) {
    const auto& refused = request.error();
    answer({static_cast<status_code>(refused.error_code()), refused.error_message(), {}}, {});
    return;
  }
  if (front_.unsent.any() && front_.unsent.is_full(peer())) {
    answer({status_code::resource_exhausted, unsent_answers::refusal, {}}, {});
    return;
  }
  // The answer may come before handle() returns, on the service's thread. This object outlives
  // that: it is released on the queue's thread, which is here.
  cancel_ = front_.service.handle(
      {method().name, std::move(*request), to_time(deadline_), {}, this},
      [this](const rpc_status& status, const rpc::bytes& message) { answer(status, message); });
  if (method().is_poll && is_done_ && cancel_)
    cancel_();
}

void hot_call::answer(const rpc_status& status, const rpc::bytes& message) {
  std::array<grpc_op, 4> operations{};
  std::size_t count = 0;
  step_.on = &hot_call::finished;
  operations[count++].op = GRPC_OP_SEND_INITIAL_METADATA;
  if (status.ok()) {
    if (const auto size = message.size(); size >= unsent_answers::counted_from)
      unsent_ = {front_.unsent, peer(), size};
    response_ = to_byte_buffer(message);
    auto& send = operations[count++];
    send.op = GRPC_OP_SEND_MESSAGE;
    send.data.send_message.send_message = response_;
  }
  auto& end = operations[count++];
  end.op = GRPC_OP_SEND_STATUS_FROM_SERVER;
  end.data.send_status_from_server.status = static_cast<grpc_status_code>(status.code);
  if (!status.ok()) {
    status_message_ = to_slice(status.message);
    end.data.send_status_from_server.status_details = &status_message_;
    if (!status.details.empty()) {
      status_details_.key = grpc_slice_from_static_string("grpc-status-details-bin");
      status_details_.value = to_slice(status.details);
      end.data.send_status_from_server.trailing_metadata_count = 1;
      end.data.send_status_from_server.trailing_metadata = &status_details_;
    }
  }
  if (!method().is_poll) {
    auto& closed = operations[count++];
    closed.op = GRPC_OP_RECV_CLOSE_ON_SERVER;
    closed.data.recv_close_on_server.cancelled = &cancelled_;
  }
  start_batch(operations.data(), count, step_);
}

void hot_call::start_batch(const grpc_op* operations, std::size_t count, tag& completion) {
  const auto error = grpc_call_start_batch(call_, operations, count, tag_of(completion), nullptr);
  if (error != GRPC_CALL_OK)
    log::error(
        "gRPC refused an operation of a call", {{"error", grpc_call_error_to_string(error)}});
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

/// Ready for the next call.
void hot_call::release() {
  cancel_ = nullptr;
  unsent_ = {};
  grpc_metadata_array_destroy(&headers_);
  grpc_metadata_array_init(&headers_);
  for (auto* buffer : {std::exchange(request_, nullptr), std::exchange(response_, nullptr)})
    if (buffer != nullptr)
      grpc_byte_buffer_destroy(buffer);
  grpc_slice_unref(std::exchange(status_message_, grpc_empty_slice()));
  if (status_details_.value.refcount != nullptr)
    grpc_slice_unref(std::exchange(status_details_, {}).value);
  grpc_call_unref(std::exchange(call_, nullptr));
}

void hot_call::leave() {
  auto& front = front_;
  release();
  std::unique_ptr<hot_call> mine{this};
  if (front.spare_calls.size() < most_spare)
    front.spare_calls.push_back(std::move(mine));
  mine.reset();
  if (front.live_calls.fetch_sub(1, std::memory_order_acq_rel) == 1)
    front.live_calls.notify_all();
}

} // namespace troupe::embedded
