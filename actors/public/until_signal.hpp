// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/worker_snapshot.hpp>

#include <chrono>
#include <csignal>
#include <functional>
#include <vector>

namespace troupe::detail {

/// SIGINT and SIGTERM mean while it lives that the program is to stop; a second one ends the
/// process at once. One at a time.
class signal_scope {
public:
  signal_scope();
  ~signal_scope();
  signal_scope(const signal_scope&) = delete;
  signal_scope& operator=(const signal_scope&) = delete;

  /// Waits for a signal (true) or until `has_stopped` (false), which somebody says with `wake`.
  static bool wait(const std::function<bool()>& has_stopped);
  static void wake();

private:
  struct sigaction old_int_{};
  struct sigaction old_term_{};
};

/// Does `stop`, or ends the process when the grace is over: a plain function cannot be set aside as
/// a coroutine can, so threads wait for it that nothing else ends. `look`: at what is still under
/// way then.
void stop_or_leave(
    const std::function<void()>& stop,
    std::chrono::nanoseconds grace,
    const std::function<std::vector<worker_snapshot>()>& look);

} // namespace troupe::detail
