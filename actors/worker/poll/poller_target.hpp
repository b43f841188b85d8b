// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace troupe::actors {

/// How many polls to keep open; `minimum == maximum` switches scaling off.
struct poller_limits {
  int minimum = 1;
  int initial = 5;
  int maximum = 100;
  /// Between the starts of two polls; zero: none.
  std::chrono::nanoseconds pace{};
  /// The namespace is known to give advice.
  bool is_advised = false;
  /// Without advice: one more when a poll brings a task, one less when it does not.
  bool follows_tasks = false;
};

/// Follows the service's advice on how many polls of one kind to keep open. Plain state.
///
/// Advice (`poller_scaling_decision`) moves the target by what it says; up only while more and more
/// tasks come, at least a tenth more in one period than in the one before, or none did in both. An
/// empty poll without advice lowers it by one, but only if this service ever gave advice, or is
/// known to. Errors lower it: by half if the service is exhausted, else by one.
class poller_target {
public:
  static constexpr duration period = std::chrono::milliseconds{100};

  explicit poller_target(poller_limits limits) : limits_(limits), advised_(limits.is_advised) {
    set(limits.initial);
  }

  void on_answer(bool empty, std::optional<int> advice, time_point now) {
    begin_period(now);
    if (!empty)
      ++came_;
    if (advice) {
      advised_ = true;
      if (*advice < 0 || may_grow_)
        set(target_ + std::clamp(*advice, -100, 100));
    } else if (empty && (advised_ || limits_.follows_tasks)) {
      set(target_ - 1);
    } else if (!empty && !advised_ && limits_.follows_tasks) {
      set(target_ + 1);
    }
  }

  void on_error(bool resource_exhausted) {
    if (advised_)
      set(resource_exhausted ? target_ / 2 : target_ - 1);
  }

  [[nodiscard]] int value() const noexcept { return target_; }

private:
  void set(int wanted) {
    target_ = std::clamp(wanted, std::max(limits_.minimum, 1), std::max(limits_.maximum, 1));
  }

  /// Looks at the periods that have ended since the last answer.
  void begin_period(time_point now) {
    if (now - began_ < period) [[likely]]
      return;
    const auto ended = (now - began_) / period;
    // Of two or more, nothing came in all but the first.
    const auto last = ended == 1 ? came_ : 0;
    const auto before = ended == 1 ? came_before_ : ended == 2 ? came_ : 0;
    constexpr double growth = 1.1;
    may_grow_ = last >= growth * before;
    came_before_ = last;
    came_ = 0;
    began_ += ended * period;
  }

  poller_limits limits_;
  int target_ = 1;
  bool advised_ = false;
  // -- tasks by period
  time_point began_{};
  int came_ = 0;        ///< in the present one
  int came_before_ = 0; ///< in the one before
  bool may_grow_ = true;
};

} // namespace troupe::actors
