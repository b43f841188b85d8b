// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/transport.hpp"

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

namespace troupe::embedded {

/// gRPC's messages, statuses and deadlines as the service knows them, and back.

/// Takes the slices over without a copy.
rpc::bytes to_bytes(grpc::ByteBuffer& buffer);
/// Small slices are copied, large ones are lent until gRPC has sent them.
grpc::ByteBuffer to_buffer(const rpc::bytes& message);
grpc::Status to_status(const rpc_status& status);
/// `time_point::max()` if the client set none.
time_point deadline_of(const grpc::ServerContextBase& context);

/// What a request above the limit is answered, in the real server's words.
grpc::Status request_too_large(std::size_t limit);

} // namespace troupe::embedded
