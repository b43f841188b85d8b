// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/call/call.hpp"
#include "actors/embedded/directory/directory.hpp"
#include "runtime/embedded/matching/matching.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

/// DescribeTaskQueue. A queue that is not there is described as an empty one and not made for it.
namespace troupe::embedded {

/// What a description shows of one queue.
struct queue_view {
  /// Of the tasks of one priority level.
  struct level_stats {
    std::int64_t backlog = 0;
    duration backlog_age{};
    float add_rate = 0; ///< tasks per second
    float dispatch_rate = 0;
  };

  std::vector<poller_history::entry> pollers;
  std::array<level_stats, priority_levels> levels; ///< level 1 first
  std::optional<double> most_per_second;           ///< that its workers want; nothing: no limit
};

/// Describes the queue that the request names: asks it, or answers at once if it is not there.
void describe_queue(directory& here, const call_ptr& from);

/// The queue was asked: adds its part, and answers or asks the queue of the next kind.
void describe_queue(directory& here, const call_ptr& from, queue_kind kind, const queue_view& seen);

} // namespace troupe::embedded
