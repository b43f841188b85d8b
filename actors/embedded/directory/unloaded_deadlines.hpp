// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace troupe::embedded {

struct execution_key;

/// When records that are not in memory want to be woken, on one timer for the earliest. On the
/// executor's thread.
class unloaded_deadlines {
public:
  using wake_function = unique_function<void(const execution_key&)>;

  unloaded_deadlines(executor& home, wake_function wake);
  ~unloaded_deadlines();
  unloaded_deadlines(const unloaded_deadlines&) = delete;
  unloaded_deadlines& operator=(const unloaded_deadlines&) = delete;

  /// Wakes the record then, instead of when was said before.
  void put(const std::shared_ptr<const execution_key>& whose, time_point when);
  /// It is in memory now and looks after itself: gives when it wanted to be woken.
  std::optional<time_point> remove(const execution_key& whose);

  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }

private:
  using key = std::pair<std::string, std::string>;

  void arm();
  void fire();

  executor& home_;
  wake_function wake_;
  std::map<std::pair<time_point, key>, std::shared_ptr<const execution_key>> due_;
  std::map<key, time_point> places_;
  executor::timer_id timer_ = 0;
  std::optional<time_point> armed_for_;
};

} // namespace troupe::embedded
