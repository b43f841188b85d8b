// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace troupe::rpc {

/// Sends what gRPC has to say to our log, as debug lines (`from=grpc`): on its own it writes to
/// stderr what calls report anyway, with bytes of requests as they came. Left alone if
/// `GRPC_VERBOSITY` is set: who sets that wants to see gRPC's lines. For the whole process;
/// thread-safe, may be called often.
void adopt_grpc_log();

} // namespace troupe::rpc
