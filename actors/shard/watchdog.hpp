// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/shard.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace troupe::actors {

/// Looks after shards whose code does not come back.
///
/// Foreign code that makes no progress for `patience`, or for one of its own, is left behind with
/// its thread, and the shard goes on on a new one (`shard::leave_behind`). Anything else that keeps
/// a shard in one turn can only be named and counted: no other task of that shard makes progress
/// meanwhile. The shards must outlive it. Thread-safe but for `start`, which is called once at
/// most.
class watchdog {
public:
  /// A turn of a shard that takes longer than this is a stall.
  static constexpr std::int64_t stall_nanoseconds = 2'000'000'000;
  /// So often it looks during its patience. Looks are counted, not time, so that a process that was
  /// stopped for a while, by a debugger or with its machine, is not taken for one that hangs.
  static constexpr int looks = 4;
  /// Not more often than this, however impatient somebody is.
  static constexpr std::chrono::nanoseconds shortest_interval = std::chrono::milliseconds{1};

  /// `patience` of zero: foreign code without one of its own may take as long as it likes.
  /// `shortest` of all there are, or zero if none of them is: how often it has to look.
  watchdog(
      std::vector<shard*> shards,
      std::chrono::nanoseconds patience,
      std::chrono::nanoseconds shortest);
  watchdog(std::vector<shard*> shards, std::chrono::nanoseconds patience)
      : watchdog(std::move(shards), patience, patience) {}
  /// Stops it if nobody has.
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// Looks at regular times, on a thread of its own.
  void start();
  /// Ends the thread. From then on nothing touches the shards.
  void stop();

  /// Looks once; `now` is what a steady clock says, in nanoseconds. For the thread, and for tests.
  void look(std::int64_t now);

  /// Turns that took too long, code that was left behind not among them.
  [[nodiscard]] std::uint64_t stalls() const noexcept {
    return stalls_.load(std::memory_order_relaxed);
  }

private:
  struct watched {
    shard* what;
    std::int64_t reported = 0; ///< the turn that was reported last, by its beginning
    foreign_look last{};
    int unchanged = 0; ///< looks that saw the same as the one before
  };

  void look_at_turn(watched& at, std::int64_t now);
  void look_at_foreign(watched& at) const;

  std::vector<watched> shards_;
  const std::chrono::nanoseconds patience_;
  const std::chrono::nanoseconds interval_;
  std::atomic<std::uint64_t> stalls_{0};
  std::mutex mutex_; ///< guards `is_stopping_`
  std::condition_variable changed_;
  bool is_stopping_ = false;
  std::thread thread_;
};

} // namespace troupe::actors
