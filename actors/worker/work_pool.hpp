// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/unique_function.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::actors {

/// Where plain function handlers run, which may block. Results return to their shard as messages.
class work_pool {
public:
  virtual ~work_pool() = default;

  /// Runs `work` on some thread of the pool. Thread-safe. `work` must not throw.
  virtual void submit(unique_function<void()> work) = 0;
};

/// A pool of at most `limit` threads, made when they are needed and kept.
///
/// As slots bound what is polled, at most `limit` = number of slots pieces of work are here at a
/// time, so nothing queues behind a blocked handler. Destroying it waits for what runs and drops
/// what has not begun.
class thread_work_pool final : public work_pool {
public:
  explicit thread_work_pool(std::size_t limit) : limit_(limit) {}
  ~thread_work_pool() override;

  void submit(unique_function<void()> work) override;

  [[nodiscard]] std::size_t threads() const;

private:
  void run();

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<unique_function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

} // namespace troupe::actors
