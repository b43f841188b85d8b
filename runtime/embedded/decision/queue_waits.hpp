// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/record/surroundings.hpp"

#include <compare>
#include <set>
#include <string>
#include <vector>

namespace troupe::embedded {

/// Names the tasks of one kind of a task queue.
struct polled_queue_key {
  std::string namespace_id;
  std::string name;
  int type = 0; ///< the wire's `TaskQueueType`: workflow 1, activity 2, Nexus 3

  friend auto operator<=>(const polled_queue_key&, const polled_queue_key&) = default;
};

/// Something that a worker has to take before it goes on.
struct queue_wait {
  polled_queue_key queue;
  std::string what; ///< in words, with the ids that name it
  time_point since{};
  bool has_timeout = false; ///< it ends without a worker, too
};

/// Who waits for workers, and which queues have some: for a test that asks why nothing goes on.
struct queue_report {
  std::vector<queue_wait> waits;
  std::set<polled_queue_key> served;
};

/// Adds what the open run of the record waits for. Pure; looks at nothing but the record and the
/// endpoints.
void add_queue_waits(const record& rec, const catalog& known, queue_report& to);

} // namespace troupe::embedded
