// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/connection_options.hpp"

#include <grpcpp/channel.h>

#include <memory>

namespace troupe::rpc {

/// A channel with a connection of its own, by our options. Throws `connection_error` for TLS input
/// that gRPC does not take.
[[nodiscard]] std::shared_ptr<grpc::Channel> make_channel(const connection_options& options);

} // namespace troupe::rpc
