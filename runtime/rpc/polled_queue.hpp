// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace grpc {
class CompletionQueue;
}

namespace troupe::rpc {

/// A completion queue as its loop and the transports on it share it. Own thread of the loop only.
///
/// A thread that waits in gRPC's queue serves the sockets of the whole process: 1.51 has one epoll
/// set for all. A loop without calls must not wait there, or it takes the events of busy loops and
/// hands them over, at the price of two context switches each. So a loop waits in the queue only
/// while calls are on it.
struct polled_queue {
  grpc::CompletionQueue* completions = nullptr;
  std::size_t in_flight = 0; ///< calls started and not yet completed
};

} // namespace troupe::rpc
