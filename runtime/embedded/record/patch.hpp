// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::embedded {

/// What one decision changed of one run.
struct run_patch {
  std::string run_id;
  std::uint64_t number = 0;
  bool is_new = false;
  bool is_removed = false;
  bool scalars_differ = false;
  /// Events that were appended: positions in the history. Of a removed run, all it had before.
  std::size_t first_event = 0;
  std::size_t end_event = 0;
  /// Empty maps; their notes name the entries that were changed, and hold what they were before.
  run_tables touched;
};

/// Exactly the runs that one decision changed.
struct record_patch {
  std::vector<run_patch> runs;
};

} // namespace troupe::embedded
