// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/caller.hpp"
#include "runtime/rpc/transport.hpp"

#include <troupe/result.hpp>

#include <grpc/support/time.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <cstddef>
#include <optional>
#include <string>

struct grpc_call;

namespace troupe::embedded {

/// gRPC's messages, statuses and deadlines as the service knows them, and back.

/// Takes the slices over without a copy.
rpc::bytes to_bytes(grpc::ByteBuffer& buffer);
/// Small slices are copied, large ones are lent until gRPC has sent them.
grpc::ByteBuffer to_buffer(const rpc::bytes& message);
grpc::Status to_status(const rpc_status& status);
/// `time_point::max()` if the client set none.
time_point deadline_of(const grpc::ServerContextBase& context);

/// Who makes a call: `ipv4:127.0.0.1:4711`.
std::string peer_of(::grpc_call* call);
/// What the verified certificate of the client says, if it showed one.
std::optional<rpc::tls_identity> identity_of(::grpc_call* call);

/// A deadline as gRPC has it; far ones are cut to what a `time_point` can say.
time_point to_time(gpr_timespec when);

/// The request as its sender made it: inflated if it came as gzip (no protobuf message begins like
/// that). No more than `most` bytes are made of it: the error says so, or that it is damaged.
result<rpc::bytes, grpc::Status> inflated(rpc::bytes message, std::size_t most);

/// True if the deadline lies in the past. Where there is none, nothing is asked of the clock.
bool is_over(time_point deadline);

/// What a call past its deadline is answered, in the real server's words.
inline constexpr const char* deadline_exceeded_text = "context deadline exceeded";

/// Ends a call whose request has not come by its deadline: its client hears so at once.
void expire_call(::grpc_call* call);

/// What a request above the limit is answered, in the real server's words: by the length that its
/// sender announced, or by what it inflates to.
grpc::Status request_too_large(std::size_t announced, std::size_t limit);
grpc::Status inflates_too_far(std::size_t limit);

} // namespace troupe::embedded
