// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

namespace troupe::test {

/// An executor without a thread: work runs when the test says so, time moves when the test says so.
/// Posting from other threads is allowed; everything else belongs to the test's thread.
class manual_executor final : public executor {
public:
  void post(unique_function<void()> work) override {
    std::lock_guard lock{mutex_};
    posted_.push_back(std::move(work));
  }

  timer_id schedule(duration after, unique_function<void()> work) override {
    const auto id = ++last_timer_;
    timers_.emplace(std::pair{now_ + after, id}, std::move(work));
    return id;
  }

  void cancel(timer_id timer) override {
    std::erase_if(timers_, [&](const auto& entry) { return entry.first.second == timer; });
  }

  [[nodiscard]] time_point now() const override { return now_; }
  [[nodiscard]] bool runs_here() const override { return true; }

  /// Runs what is posted, and what that posts; true if anything ran.
  bool run_until_idle() {
    bool ran = false;
    for (;;) {
      unique_function<void()> work;
      {
        std::lock_guard lock{mutex_};
        if (posted_.empty())
          return ran;
        work = std::move(posted_.front());
        posted_.pop_front();
      }
      work();
      ran = true;
    }
  }

  /// Moves the time by `by`, stopping at every timer on the way.
  void advance(duration by) {
    const auto until = now_ + by;
    run_until_idle();
    while (!timers_.empty() && timers_.begin()->first.first <= until)
      run_next_timer();
    now_ = until;
    run_until_idle();
  }

  /// Runs what is posted, else moves to the next timer; false if nothing is left to do.
  bool step() {
    if (run_until_idle())
      return true;
    if (timers_.empty())
      return false;
    run_next_timer();
    return true;
  }

  [[nodiscard]] std::size_t pending_timers() const { return timers_.size(); }

private:
  void run_next_timer() {
    auto due = timers_.extract(timers_.begin());
    now_ = due.key().first;
    due.mapped()();
    run_until_idle();
  }

  time_point now_{std::chrono::seconds{1'700'000'000}};
  std::map<std::pair<time_point, timer_id>, unique_function<void()>> timers_;
  timer_id last_timer_ = 0;
  std::mutex mutex_; // guards what follows
  std::deque<unique_function<void()>> posted_;
};

} // namespace troupe::test
