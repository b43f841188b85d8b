// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <absl/container/btree_set.h>

#include <compare>
#include <cstdint>

namespace troupe::embedded {

/// What of a run a deadline is about.
enum class deadline_kind : std::uint8_t {
  run, ///< timeouts, the first task, the workflow task; of a closed run the end of its retention
  timer,
  nexus_operation,
  callback,
  activity,
};

/// A moment at which time alone changes something.
struct deadline {
  time_point when{};
  std::uint64_t run = 0; ///< the run's number
  deadline_kind what{};
  /// The timer's Started event, the operation's or activity's Scheduled event, the callback's
  /// number; 0 of a run.
  std::int64_t item = 0;

  auto operator<=>(const deadline&) const = default;
};

/// Sorted by time: the first is what the record's timer is armed for.
using deadline_index = absl::btree_set<deadline>;

} // namespace troupe::embedded
