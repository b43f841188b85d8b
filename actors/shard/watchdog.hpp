// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/shard.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::actors {

/// Says which shard does not come round: code on it blocks or spins, and no other task of that
/// shard makes progress meanwhile. It cannot be preempted, but it can be named and counted.
///
/// Logs a warning for each stall, once; counts it. The shards must outlive it. Thread-safe but for
/// `start`, which is called once at most.
class watchdog {
public:
  /// A turn of a shard that takes longer than this is a stall.
  static constexpr std::int64_t patience_nanoseconds = 2'000'000'000;

  explicit watchdog(std::vector<const shard*> shards);
  /// Stops it if nobody has.
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// Looks once a second, on a thread of its own.
  void start();
  /// Ends the thread. From then on nothing touches the shards.
  void stop();

  /// Looks once; `now` is what a steady clock says, in nanoseconds. For the thread, and for tests.
  void look(std::int64_t now);

  [[nodiscard]] std::uint64_t stalls() const noexcept {
    return stalls_.load(std::memory_order_relaxed);
  }

private:
  struct watched {
    const shard* what;
    std::int64_t reported = 0; ///< the turn that was reported last, by its beginning
  };

  std::vector<watched> shards_;
  std::atomic<std::uint64_t> stalls_{0};
  std::mutex mutex_; ///< guards `is_stopping_`
  std::condition_variable changed_;
  bool is_stopping_ = false;
  std::thread thread_;
};

} // namespace troupe::actors
