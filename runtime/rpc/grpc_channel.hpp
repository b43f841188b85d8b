// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/connection/connection_options.hpp"

#include <memory>

struct grpc_channel;

namespace troupe::rpc {

struct channel_deleter {
  void operator()(grpc_channel* channel) const noexcept;
};
using channel_ptr = std::unique_ptr<grpc_channel, channel_deleter>;

/// A channel with a connection of its own, by our options. Throws `connection_error` for TLS input
/// that gRPC does not take. Calls may outlive it.
[[nodiscard]] channel_ptr make_channel(const connection_options& options);

} // namespace troupe::rpc
