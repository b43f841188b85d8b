// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <source_location>

namespace troupe::actors {

/// The way back to the shard for foreign code that needs it for a moment.
class way_home {
public:
  /// True: the shard is this thread's until `leave`. False: it has gone on without this thread.
  [[nodiscard]] virtual bool enter() noexcept = 0;
  virtual void leave() noexcept = 0;

protected:
  ~way_home() = default;
};

/// Code of the user's that an actor has run by its shard: it may block or spin, and it may never
/// come back. Handed to `shard::run_foreign`.
///
/// The shard calls `run` with nothing of an actor's or of its own under way, so that it can go on
/// on another thread meanwhile. Then the two threads share nothing but this object, and of that
/// only what `left_behind` says.
class foreign_code {
public:
  virtual ~foreign_code() = default;
  foreign_code(const foreign_code&) = delete;
  foreign_code& operator=(const foreign_code&) = delete;

  /// The user's code. Touches nothing but what is this object's own, and the shard by `home` alone.
  virtual void run(way_home& home) noexcept = 0;
  /// On the shard, after `run`.
  virtual void came_back() noexcept = 0;
  /// Instead of that, on the shard's new thread, while `run` may still be under way on the old one:
  /// takes away what others wait for (slots, the task's outcome), and lets go of everything that
  /// belongs to the shard. `coroutine` had the thread last; its line is 0 if none had.
  virtual void left_behind(const std::source_location& coroutine) noexcept = 0;
  /// After that, on the old thread, when `run` has returned: destroys what is left. The shard, its
  /// actors and the worker may be gone.
  virtual void dissolve() noexcept = 0;

  /// How long it may go without a beat; zero: for ever, absent: as the watchdog has it. Set on the
  /// shard before it is handed over.
  std::optional<std::chrono::nanoseconds> patience = {};

protected:
  foreign_code() = default;
};

/// What a watchdog sees of it. Two looks that see the same have seen no progress.
struct foreign_look {
  std::uint64_t excursion = 0; ///< 0: no such code runs
  std::uint64_t beats = 0;
  std::int64_t patience = -1; ///< of this code, in nanoseconds; negative: the usual

  friend bool operator==(const foreign_look&, const foreign_look&) = default;
};

/// Thrown through the loop of a thread that its shard has left behind, to its end.
struct thread_left_behind {};

} // namespace troupe::actors
