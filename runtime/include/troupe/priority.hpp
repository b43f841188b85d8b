// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace troupe {

/// In which order the service hands tasks of one queue out. What is absent is taken over from the
/// workflow that schedules the task, or is the service's default.
struct priority {
  /// 1 comes before 2 and so on; 0: absent.
  int key = 0;
  /// Tasks of one priority are shared out among the keys, so that a busy one does not starve
  /// others; empty: absent.
  std::string fairness_key = {};
  /// The share of this fairness key; 0: absent.
  float fairness_weight = 0;

  friend bool operator==(const priority&, const priority&) = default;
};

} // namespace troupe
