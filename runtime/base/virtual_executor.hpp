// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace troupe {

/// Work in the order it was posted; when there is none, time jumps to the next timer. For running
/// one piece of user's code on the calling thread; one thread.
class virtual_executor final : public executor {
public:
  void post(unique_function<void()> work) override { schedule(duration::zero(), std::move(work)); }

  timer_id schedule(duration after, unique_function<void()> work) override {
    const auto id = ++last_id_;
    timers_.emplace(std::pair{now_ + std::max(after, duration::zero()), id}, std::move(work));
    return id;
  }

  void cancel(timer_id timer) override {
    std::erase_if(timers_, [&](const auto& each) { return each.first.second == timer; });
  }

  time_point now() const override { return now_; }
  bool runs_here() const override { return true; }

  /// Runs the next thing due; false if there is none.
  bool run_one() {
    if (timers_.empty())
      return false;
    auto first = timers_.extract(timers_.begin());
    now_ = std::max(now_, first.key().first);
    first.mapped()();
    return true;
  }

private:
  time_point now_{std::chrono::seconds{1'700'000'000}};
  timer_id last_id_ = 0;
  std::map<std::pair<time_point, timer_id>, unique_function<void()>> timers_;
};

} // namespace troupe
