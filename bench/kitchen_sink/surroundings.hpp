// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/kitchen_sink/program.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace kitchen_sink {

/// Which code the workers have. It is changed while programs run, as in a deployment: what runs
/// then was begun by code that had not heard of the change.
enum class code_state {
  before,  ///< without the change
  patched, ///< with it, for runs that have not passed it
  settled, ///< without what has become superfluous
};

/// Where something that travels beside the arguments was seen to arrive.
enum class station { workflow, signal, query, update, activity, local_activity, operation };
BOOST_DESCRIBE_ENUM(station, workflow, signal, query, update, activity, local_activity, operation)
inline constexpr std::size_t stations = static_cast<std::size_t>(station::operation) + 1;

/// What everything in this process shares: the world outside, which no replay can know. A new one
/// for each group of programs, so that the same seed finds the same.
struct surroundings {
  std::atomic<code_state> code = code_state::before;
  std::atomic<std::int64_t> drawn = 0; ///< never the same twice
  bool counts = true;                  ///< false while histories are replayed
  std::array<std::atomic<std::size_t>, kinds> done{};
  std::array<std::atomic<std::size_t>, stations> seen{};

  /// How often something was asked for before, by its key.
  int count_up(std::string_view key) {
    const std::scoped_lock lock{mutex_};
    return asked_[std::string{key}]++;
  }

private:
  std::mutex mutex_;
  std::map<std::string, int> asked_;
};

/// Those of the group that runs now. Use: `surroundings world; enter(&world);`, and leave with
/// null.
surroundings& here();
void enter(surroundings* next);

} // namespace kitchen_sink
