// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <absl/synchronization/mutex.h>

namespace troupe::bench {

/// What the worker does before its first channel, so that the other side of a ratio has it too:
/// Debian's Abseil is built with the deadlock detector of debug builds.
inline void prepare_grpc() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

} // namespace troupe::bench
