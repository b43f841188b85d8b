// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/grpc_transport.hpp"

#include "runtime/rpc/completion_tag.hpp"
#include "runtime/rpc/grpc_channel.hpp"

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <optional>
#include <vector>

namespace troupe::rpc {

namespace {

// Below this a copy is cheaper than the two allocations of a slice that refers to our memory.
constexpr std::size_t copy_below = 1024;

grpc::ByteBuffer to_byte_buffer(const bytes& message) {
  std::vector<grpc::Slice> slices;
  slices.reserve(message.slices().size());
  for (auto part : message.slices()) {
    if (part.size() < copy_below)
      slices.emplace_back(part.data(), part.size());
    else
      // gRPC only reads from it, though it asks for a mutable pointer.
      slices.emplace_back(
          const_cast<char*>(part.data()),
          part.size(),
          [](void* owner) { delete static_cast<bytes*>(owner); },
          new bytes(message));
  }
  return slices.empty() ? grpc::ByteBuffer{[] {
    static const grpc::Slice nothing;
    return &nothing;
  }(), 1} : grpc::ByteBuffer{slices.data(), slices.size()};
}

bytes from_byte_buffer(const grpc::ByteBuffer& buffer) {
  if (!buffer.Valid())
    return {};
  auto owner = std::make_shared<std::vector<grpc::Slice>>();
  if (!buffer.Dump(owner.get()).ok())
    return {};
  std::vector<std::string_view> views;
  views.reserve(owner->size());
  for (const auto& slice : *owner)
    if (slice.size() > 0)
      views.emplace_back(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return {std::move(owner), std::move(views)};
}

gpr_timespec deadline_after(std::chrono::milliseconds timeout) {
  return gpr_time_add(
      gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_millis(timeout.count(), GPR_TIMESPAN));
}

} // namespace

/// Outlives the transport as long as calls are in flight.
struct grpc_transport::state : std::enable_shared_from_this<state> {
  /// One call; reused, since a worker makes them by the million.
  struct grpc_call final : completion_tag {
    void complete(bool ok) override {
      const auto keep = std::move(owner);
      auto handler = std::move(on_reply);
      rpc_status outcome;
      bytes message;
      if (!ok) {
        outcome = {status_code::internal, "the completion queue dropped the call", {}};
      } else {
        outcome.code = static_cast<status_code>(status.error_code());
        if (outcome.ok()) {
          message = from_byte_buffer(reply);
        } else {
          outcome.message = status.error_message();
          outcome.details = status.error_details();
        }
      }
      reply.Clear();
      status = grpc::Status{};
      reader.reset();
      context.reset();
      // The slot is free before the handler runs: it usually starts the next call.
      keep->release(*this);
      handler(std::move(outcome), std::move(message));
    }

    std::shared_ptr<state> owner; ///< null while free
    reply_handler on_reply;
    std::optional<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader;
    grpc::ByteBuffer reply;
    grpc::Status status;
    std::uint32_t index = 0;
    std::uint32_t generation = 1; ///< so that a stale id cancels nobody else's call
  };

  state(const connection_options& options, grpc::CompletionQueue& queue_)
      : stub(make_channel(options)), queue(&queue_), headers(connection_metadata(options)) {}

  call_id start(call what, reply_handler on_reply) {
    auto& slot = take();
    slot.owner = shared_from_this();
    slot.on_reply = std::move(on_reply);
    auto& context = slot.context.emplace();
    context.set_deadline(deadline_after(what.timeout));
    for (const auto& [name, value] : headers)
      context.AddMetadata(name, value);
    for (const auto& [name, value] : what.headers)
      context.AddMetadata(name, value);
    slot.reader = stub.PrepareUnaryCall(
        &context, std::string{what.method}, to_byte_buffer(what.request), queue);
    slot.reader->StartCall();
    slot.reader->Finish(&slot.reply, &slot.status, static_cast<completion_tag*>(&slot));
    return id_of(slot);
  }

  void cancel(call_id id) {
    const auto index = static_cast<std::uint32_t>(id);
    if (index >= calls.size() || !calls[index]->owner || id_of(*calls[index]) != id)
      return;
    calls[index]->context->TryCancel();
  }

  void cancel_all() {
    for (auto& slot : calls)
      if (slot->owner)
        slot->context->TryCancel();
  }

  grpc_call& take() {
    ++in_flight;
    if (!free.empty()) {
      auto& slot = *calls[free.back()];
      free.pop_back();
      return slot;
    }
    auto& slot = *calls.emplace_back(std::make_unique<grpc_call>());
    slot.index = static_cast<std::uint32_t>(calls.size() - 1);
    return slot;
  }

  void release(grpc_call& slot) {
    --in_flight;
    ++slot.generation;
    free.push_back(slot.index);
  }

  static call_id id_of(const grpc_call& slot) noexcept {
    return (static_cast<call_id>(slot.generation) << 32U) | slot.index;
  }

  grpc::GenericStub stub;
  grpc::CompletionQueue* queue;
  metadata headers;
  std::vector<std::unique_ptr<grpc_call>> calls;
  std::vector<std::uint32_t> free;
  std::size_t in_flight = 0;
};

grpc_transport::grpc_transport(const connection_options& options, grpc::CompletionQueue& queue)
    : state_(std::make_shared<state>(options, queue)) {}

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
