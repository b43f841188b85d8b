// SPDX-License-Identifier: Apache-2.0
//
// Where plain functions run. What it buys: a function costs no wake-up of its own. Work is handed
// over in batches, one thread takes all of it as long as functions are quick, and results go back
// in batches; only functions that turn out to take time get a thread each (bench/FINDINGS.md).
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/unique_function.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::actors {

/// A function for the pool, and what follows on the shard that wanted it.
struct pool_work {
  unique_function<void()> run;  ///< on a thread of the pool; must not throw
  executor* back = nullptr;     ///< outlives the pool
  unique_function<void()> done; ///< on `back`; dropped if `back` has stopped
};

/// Where plain function handlers run, which may block. Results return to their shard.
class work_pool {
public:
  virtual ~work_pool() = default;

  /// Runs each on some thread of the pool. Thread-safe.
  virtual void submit(std::vector<pool_work> batch) = 0;

  /// How long work that came now would wait for its turn, as others get theirs. Thread-safe.
  [[nodiscard]] virtual duration expected_wait() const { return {}; }
};

/// What a pool knows about its work.
struct pool_load {
  std::size_t threads = 0; ///< at most
  std::size_t busy = 0;    ///< threads inside a function
  std::size_t waiting = 0; ///< functions that have no thread
  duration usual_time{};   ///< that a function takes
  duration stalled{};      ///< since when none has begun
};

/// The time until a thread is free for work that comes now: as long as those before it need, who
/// begin one after the other in a thread's share of the usual time, or, if none has got a thread
/// for longer than that, at that pace.
[[nodiscard]] constexpr duration expected_wait(const pool_load& of) {
  if (of.busy < of.threads && of.waiting == 0)
    return {};
  const auto threads = static_cast<duration::rep>(std::max<std::size_t>(of.threads, 1));
  const auto pace = std::max(of.usual_time / threads, of.waiting == 0 ? duration{} : of.stalled);
  const auto ahead = static_cast<duration::rep>(of.waiting + 1);
  return pace > duration::max() / ahead ? duration::max() : pace * ahead;
}

/// A pool of at most `limit` threads, made when they are needed and kept.
///
/// As slots bound what is polled, no more pieces of work are here at a time than there are slots.
/// `limit` is that number, so that each may have a thread, or what the user wants instead. Whether
/// work gets a thread of its own depends on how long work takes: see `quick`. A function that
/// blocks delays those behind it by `patience` at most: then a thread that stands by takes over.
/// Destroying the pool waits for what runs and drops what has not begun.
class thread_work_pool final : public work_pool {
public:
  explicit thread_work_pool(std::size_t limit) : limit_(limit) {}
  ~thread_work_pool() override;

  void submit(std::vector<pool_work> batch) override;
  [[nodiscard]] duration expected_wait() const override;

  [[nodiscard]] std::size_t threads() const;

  /// Functions that take less than this on average are run one after the other by one thread: a
  /// wake-up costs about as much as they do.
  static constexpr std::chrono::microseconds quick{20};
  /// How long work waits behind a function that was thought to be quick.
  static constexpr std::chrono::microseconds patience{500};
  /// How long the results of quick functions wait for those of others, to go back together.
  static constexpr std::chrono::microseconds longest_wait{100};

private:
  using lock = std::unique_lock<std::mutex>;
  enum class role { idle, runner, standby };

  void live(role first);
  void run_work(lock& guard);
  role stand_by(lock& guard);
  void deliver(lock& guard);
  void call_runners(std::size_t wanted);
  void call_standby();
  bool call(role as);
  [[nodiscard]] std::size_t runners_needed() const;

  const std::size_t limit_;
  mutable std::mutex mutex_; ///< guards what follows
  std::condition_variable called_;
  std::condition_variable standby_wakes_;
  std::deque<pool_work> queue_;
  std::vector<pool_work> finished_; ///< run, and on the way back
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;           ///< threads that wait to be called
  std::size_t called_runners_ = 0; ///< of those: called and not awake yet
  bool called_standby_ = false;
  std::size_t runners_ = 0; ///< threads that run work or look for some, those called included
  std::size_t busy_ = 0;    ///< runners inside a function
  bool has_standby_ = false;
  std::uint64_t begun_ = 0;
  std::chrono::nanoseconds usual_time_{0}; ///< moving average of what a function takes
  std::chrono::steady_clock::time_point
      last_begun_{}; ///< when a function began, or began to wait, last
  bool stopping_ = false;
};

} // namespace troupe::actors
