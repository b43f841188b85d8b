// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/matching/matching.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace troupe::embedded {

/// Shares a queue out among fairness keys: numbers each task (`task_place::pass`) so that, of each
/// level, every key has its share of what is handed out, by its weight. Pure; of one thread.
///
/// A key goes on where its last task is, or where the queue is if it has none there, and each task
/// takes it further, the less the heavier the key is. So a key that comes late is not given what it
/// did not ask for before, and one with a long backlog waits for the others.
class fair_order {
public:
  /// Weights beyond these count as these; the real server's bounds.
  static constexpr float least_weight = 0.001F;
  static constexpr float largest_weight = 1000;

  /// The pass of a task of this level and key that comes now.
  std::uint64_t pass_of(std::int32_t level, const std::string& key, float weight) {
    auto& here = levels_.at(static_cast<std::size_t>(level - 1));
    if (here.last.size() > most_idle_keys)
      std::erase_if(here.last, [&](const auto& each) { return each.second <= here.reached; });
    auto& last = here.last[key];
    return last = std::max(last, here.reached) + stride(weight);
  }

  /// A task was handed out: what comes later stands behind it.
  void handed_out(const task_place& which) {
    if (which.level < 1 || which.level > priority_levels)
      return;
    auto& here = levels_.at(static_cast<std::size_t>(which.level - 1));
    here.reached = std::max(here.reached, which.pass);
  }

  /// Keys of a level that are remembered.
  [[nodiscard]] std::size_t known_keys(std::int32_t level) const {
    return levels_.at(static_cast<std::size_t>(level - 1)).last.size();
  }

private:
  /// Keys without a task that are kept: a look at each of them is too much for each task.
  static constexpr std::size_t most_idle_keys = 1000;

  /// 0: absent, which is 1.
  static std::uint64_t stride(float weight) {
    constexpr float of_weight_one = 1000;
    const auto counted = weight > 0 ? std::clamp(weight, least_weight, largest_weight) : 1.0F;
    return static_cast<std::uint64_t>(std::max(of_weight_one / counted, 1.0F));
  }

  struct level {
    std::uint64_t reached = 0;                           ///< the pass of what was handed out
    std::unordered_map<std::string, std::uint64_t> last; ///< the pass of each key's last task
  };
  std::array<level, priority_levels> levels_;
};

} // namespace troupe::embedded
