// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/unique_function.hpp>

#include <chrono>
#include <cstdint>

namespace troupe {

/// Wall-clock time as the protocol means it (UTC, nanoseconds). Injected everywhere, so tests can
/// run in virtual time.
using time_point = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;
using duration = std::chrono::nanoseconds;

/// Runs work and timers on one thread: what a shard is to code that has never heard of actors.
///
/// Everything that belongs to one executor runs on its thread, so its users need no locks. The
/// implementations are the shard (a completion-queue thread) and the hand-drained shard of the
/// tests, whose time moves only when told to.
class executor {
public:
  using timer_id = std::uint64_t; ///< never 0; 0 means "no timer"

  virtual ~executor() = default;

  /// Runs `work` later on this executor's thread. Thread-safe. Work posted after shutdown is
  /// destroyed unrun.
  virtual void post(unique_function<void()> work) = 0;

  /// Runs `work` once, `after` from now, on this executor's thread. Own thread only. Never early.
  virtual timer_id schedule(duration after, unique_function<void()> work) = 0;

  /// Forgets a timer that has not run yet; a spent or unknown id is ignored. Own thread only.
  virtual void cancel(timer_id timer) = 0;

  /// The time of this executor. Thread-safe.
  [[nodiscard]] virtual time_point now() const = 0;

  /// True on this executor's own thread (always true for a hand-drained one). Thread-safe.
  [[nodiscard]] virtual bool runs_here() const = 0;
};

} // namespace troupe
