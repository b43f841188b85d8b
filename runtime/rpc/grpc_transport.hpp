// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/connection/connection_options.hpp"
#include "runtime/rpc/transport.hpp"

#include <memory>

struct grpc_channel;

namespace troupe::rpc {

struct polled_queue;

/// Calls over gRPC, on a completion queue that its owner polls.
///
/// Every tag on the queue is a `completion_tag*`: the owner's loop calls `complete(ok)` on it, and
/// the reply handler runs in there. One channel (one connection) for each transport, or for several
/// of one queue; connections of different channels are never shared. Connecting starts with the
/// first call and is retried in the background; while the service cannot be reached, calls fail
/// with `unavailable`.
///
/// Own thread of the queue only, but for the constructor. Destroying it cancels the calls in
/// flight: their handlers still run, with `cancelled`, as the owner goes on polling; so poll until
/// the queue is drained after destroying the transports on it.
class grpc_transport final : public transport {
public:
  /// `options` must have gone through `resolve`. Throws `connection_error` for unusable TLS input.
  grpc_transport(const connection_options& options, polled_queue& queue);
  /// Over a channel of the same options that others use, too.
  grpc_transport(
      const connection_options& options,
      polled_queue& queue,
      std::shared_ptr<grpc_channel> channel);
  ~grpc_transport() override;

  call_id start(call what, reply_handler on_reply) override;
  void cancel(call_id id) override;

  /// Calls started and not yet answered.
  [[nodiscard]] std::size_t in_flight() const noexcept;

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::rpc
