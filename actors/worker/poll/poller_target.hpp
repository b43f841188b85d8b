// SPDX-License-Identifier: Apache-2.0
#pragma once

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
};

/// Follows the service's advice on how many polls of one kind to keep open. Plain state.
///
/// Advice (`poller_scaling_decision`) moves the target by what it says. An empty poll without
/// advice lowers it by one, but only if this service ever gave advice. Errors lower it: by half if
/// the service is exhausted, else by one.
class poller_target {
public:
  explicit poller_target(poller_limits limits) : limits_(limits) { set(limits.initial); }

  void on_answer(bool empty, std::optional<int> advice) {
    if (advice) {
      advised_ = true;
      set(target_ + std::clamp(*advice, -100, 100));
    } else if (empty && advised_) {
      set(target_ - 1);
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

  poller_limits limits_;
  int target_ = 1;
  bool advised_ = false;
};

} // namespace troupe::actors
