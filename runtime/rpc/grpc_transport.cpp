// SPDX-License-Identifier: Apache-2.0
//
// Calls are made with gRPC's core API: one batch of six operations and one completion a call, on
// objects that are used again. The C++ API builds a context, a map of headers and two strings anew
// for each (bench/FINDINGS.md says what that costs). The queue stays a C++ one, since it is shared
// with servers: its tags are `CompletionQueueTag`s.
#include "runtime/rpc/grpc_transport.hpp"

#include "runtime/rpc/completion_tag.hpp"
#include "runtime/rpc/grpc_channel.hpp"
#include "runtime/rpc/polled_queue.hpp"

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/slice.h>
#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/impl/codegen/completion_queue_tag.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace troupe::rpc {

namespace {

grpc_slice to_slice(std::string_view text) {
  return grpc_slice_from_copied_buffer(text.data(), text.size());
}

std::string_view view_of(const grpc_slice& slice) {
  return {reinterpret_cast<const char*>(GRPC_SLICE_START_PTR(slice)), GRPC_SLICE_LENGTH(slice)};
}

grpc_byte_buffer* to_byte_buffer(const bytes& message) {
  const auto parts = message.slices();
  std::array<grpc_slice, 8> few;
  std::vector<grpc_slice> many;
  grpc_slice* slices = few.data();
  if (parts.size() > few.size()) {
    many.resize(parts.size());
    slices = many.data();
  }
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (parts[i].size() < copy_below)
      slices[i] = to_slice(parts[i]);
    else
      // gRPC only reads from it, though it asks for a mutable pointer.
      slices[i] = grpc_slice_new_with_user_data(
          const_cast<char*>(parts[i].data()),
          parts[i].size(),
          [](void* owner) { delete static_cast<bytes*>(owner); },
          new bytes(message));
  auto* buffer = grpc_raw_byte_buffer_create(slices, parts.size()); // takes references of its own
  for (std::size_t i = 0; i < parts.size(); ++i)
    grpc_slice_unref(slices[i]);
  return buffer;
}

/// Takes the buffer over; the views lie in it.
bytes from_byte_buffer(grpc_byte_buffer* buffer) {
  if (buffer == nullptr)
    return {};
  const std::shared_ptr<grpc_byte_buffer> owner{buffer, grpc_byte_buffer_destroy};
  const auto& slices = buffer->data.raw.slice_buffer;
  if (slices.count == 1)
    return {owner, view_of(slices.slices[0])};
  std::vector<std::string_view> views;
  views.reserve(slices.count);
  for (std::size_t i = 0; i < slices.count; ++i)
    if (const auto view = view_of(slices.slices[i]); !view.empty())
      views.push_back(view);
  return {owner, std::move(views)};
}

gpr_timespec deadline_after(std::chrono::milliseconds timeout) {
  return gpr_time_add(
      gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(timeout.count(), GPR_TIMESPAN));
}

grpc_metadata to_metadata(std::string_view name, std::string_view value) {
  grpc_metadata entry{};
  entry.key = to_slice(name);
  entry.value = to_slice(value);
  return entry;
}

void release(grpc_metadata& entry) {
  grpc_slice_unref(entry.key);
  grpc_slice_unref(entry.value);
}

} // namespace

/// Outlives the transport as long as calls are in flight.
struct grpc_transport::state : std::enable_shared_from_this<state> {
  /// One call; reused, since a worker makes them by the million.
  struct grpc_call_slot final : completion_tag, grpc::internal::CompletionQueueTag {
    grpc_call_slot() {
      grpc_metadata_array_init(&initial);
      grpc_metadata_array_init(&trailing);
    }
    grpc_call_slot(const grpc_call_slot&) = delete;
    grpc_call_slot& operator=(const grpc_call_slot&) = delete;
    ~grpc_call_slot() override {
      grpc_metadata_array_destroy(&initial);
      grpc_metadata_array_destroy(&trailing);
    }

    bool FinalizeResult(void** tag, bool* /*ok*/) override {
      *tag = static_cast<completion_tag*>(this);
      return true;
    }

    void complete(bool /*ok*/) override {
      const auto keep = std::move(owner);
      auto handler = std::move(on_reply);
      rpc_status outcome;
      bytes message;
      outcome.code = static_cast<status_code>(status);
      if (outcome.ok()) {
        message = from_byte_buffer(std::exchange(reply, nullptr));
      } else {
        outcome.message = view_of(details);
        for (std::size_t i = 0; i < trailing.count; ++i)
          if (view_of(trailing.metadata[i].key) == "grpc-status-details-bin")
            outcome.details = view_of(trailing.metadata[i].value);
        grpc_byte_buffer_destroy(std::exchange(reply, nullptr));
      }
      clear();
      // The slot is free before the handler runs: it usually starts the next call.
      keep->release(*this);
      handler(std::move(outcome), std::move(message));
    }

    void clear() {
      refused.reset();
      grpc_slice_unref(std::exchange(details, grpc_empty_slice()));
      // Their entries belong to the call, their memory is used again.
      initial.count = trailing.count = 0;
      for (std::size_t i = shared_headers; i < headers.size(); ++i)
        rpc::release(headers[i]);
      headers.clear();
      grpc_byte_buffer_destroy(std::exchange(request, nullptr));
      grpc_call_unref(std::exchange(call, nullptr));
    }

    std::shared_ptr<state> owner; ///< null while free
    reply_handler on_reply;
    grpc_call* call = nullptr;
    std::vector<grpc_metadata> headers; ///< the connection's, then `shared_headers` on the call's
    std::size_t shared_headers = 0;
    grpc_byte_buffer* request = nullptr;
    grpc_byte_buffer* reply = nullptr;
    grpc_metadata_array initial;
    grpc_metadata_array trailing;
    grpc_status_code status = GRPC_STATUS_OK;
    grpc_slice details = grpc_empty_slice();
    std::optional<grpc::Alarm> refused; ///< completes a call that gRPC did not take
    std::uint32_t index = 0;
    std::uint32_t generation = 1; ///< so that a stale id cancels nobody else's call
  };

  state(const connection_options& options, polled_queue& on, std::shared_ptr<grpc_channel> over)
      : channel(std::move(over)), queue(&on) {
    for (const auto& [name, value] : connection_metadata(options))
      headers.push_back(to_metadata(name, value));
  }
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    for (auto& each : headers)
      rpc::release(each);
  }

  call_id start(call what, reply_handler on_reply) {
    auto& slot = take();
    slot.owner = shared_from_this();
    slot.on_reply = std::move(on_reply);
    slot.headers = headers;
    for (const auto& own : what.headers)
      std::erase_if(
          slot.headers, [&](const grpc_metadata& each) { return view_of(each.key) == own.first; });
    slot.shared_headers = slot.headers.size();
    for (const auto& [name, value] : what.headers)
      slot.headers.push_back(to_metadata(name, value));
    slot.request = to_byte_buffer(what.request);
    slot.call = grpc_channel_create_registered_call(
        channel.get(),
        nullptr,
        GRPC_PROPAGATE_DEFAULTS,
        queue->completions->cq(),
        handle_of(what.method),
        deadline_after(what.timeout),
        nullptr);

    std::array<grpc_op, 6> batch{};
    batch[0].op = GRPC_OP_SEND_INITIAL_METADATA;
    batch[0].data.send_initial_metadata.count = slot.headers.size();
    batch[0].data.send_initial_metadata.metadata = slot.headers.data();
    batch[1].op = GRPC_OP_SEND_MESSAGE;
    batch[1].data.send_message.send_message = slot.request;
    batch[2].op = GRPC_OP_SEND_CLOSE_FROM_CLIENT;
    batch[3].op = GRPC_OP_RECV_INITIAL_METADATA;
    batch[3].data.recv_initial_metadata.recv_initial_metadata = &slot.initial;
    batch[4].op = GRPC_OP_RECV_MESSAGE;
    batch[4].data.recv_message.recv_message = &slot.reply;
    batch[5].op = GRPC_OP_RECV_STATUS_ON_CLIENT;
    batch[5].data.recv_status_on_client.trailing_metadata = &slot.trailing;
    batch[5].data.recv_status_on_client.status = &slot.status;
    batch[5].data.recv_status_on_client.status_details = &slot.details;
    const auto error = grpc_call_start_batch(
        slot.call,
        batch.data(),
        batch.size(),
        static_cast<grpc::internal::CompletionQueueTag*>(&slot),
        nullptr);
    if (error != GRPC_CALL_OK) {
      // A header that HTTP/2 does not carry is all that can be wrong here.
      slot.status = GRPC_STATUS_INVALID_ARGUMENT;
      slot.details = grpc_slice_from_static_string(grpc_call_error_to_string(error));
      slot.refused.emplace().Set(
          queue->completions,
          gpr_inf_past(GPR_CLOCK_MONOTONIC),
          static_cast<completion_tag*>(&slot));
    }
    return id_of(slot);
  }

  void cancel(call_id id) {
    const auto index = static_cast<std::uint32_t>(id);
    if (index >= calls.size() || !calls[index]->owner || id_of(*calls[index]) != id)
      return;
    grpc_call_cancel(calls[index]->call, nullptr);
  }

  void cancel_all() {
    for (auto& slot : calls)
      if (slot->owner)
        grpc_call_cancel(slot->call, nullptr);
  }

  /// gRPC's own handle of a method: made once, then calls need not carry its name. The few methods
  /// of one transport are found faster in a list than in a map.
  void* handle_of(std::string_view method) {
    for (const auto& [name, handle] : methods)
      if (name == method)
        return handle;
    std::string name{method};
    auto* handle = grpc_channel_register_call(channel.get(), name.c_str(), nullptr, nullptr);
    methods.emplace_back(std::move(name), handle);
    return handle;
  }

  grpc_call_slot& take() {
    ++in_flight;
    ++queue->in_flight;
    if (!free.empty()) {
      auto& slot = *calls[free.back()];
      free.pop_back();
      return slot;
    }
    auto& slot = *calls.emplace_back(std::make_unique<grpc_call_slot>());
    slot.index = static_cast<std::uint32_t>(calls.size() - 1);
    return slot;
  }

  void release(grpc_call_slot& slot) {
    --in_flight;
    --queue->in_flight;
    ++slot.generation;
    free.push_back(slot.index);
  }

  static call_id id_of(const grpc_call_slot& slot) noexcept {
    return (static_cast<call_id>(slot.generation) << 32U) | slot.index;
  }

  std::shared_ptr<grpc_channel> channel;
  polled_queue* queue;
  std::vector<grpc_metadata> headers; ///< of every call
  std::vector<std::pair<std::string, void*>> methods;
  std::vector<std::unique_ptr<grpc_call_slot>> calls;
  std::vector<std::uint32_t> free;
  std::size_t in_flight = 0;
};

grpc_transport::grpc_transport(const connection_options& options, polled_queue& queue)
    : grpc_transport(options, queue, make_channel(options)) {}

grpc_transport::grpc_transport(
    const connection_options& options, polled_queue& queue, std::shared_ptr<grpc_channel> channel)
    : state_(std::make_shared<state>(options, queue, std::move(channel))) {}

grpc_transport::~grpc_transport() {
  state_->cancel_all();
}

transport::call_id grpc_transport::start(call what, reply_handler on_reply) {
  return state_->start(std::move(what), std::move(on_reply));
}

void grpc_transport::cancel(call_id id) {
  state_->cancel(id);
}

std::size_t grpc_transport::in_flight() const noexcept {
  return state_->in_flight;
}

} // namespace troupe::rpc
