// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/task_kind.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace troupe::activity {
struct environment;
}

namespace troupe::actors {

/// How often heartbeats are sent at most.
struct heartbeat_throttle {
  std::chrono::nanoseconds usual = std::chrono::seconds{30};   ///< without a heartbeat timeout
  std::chrono::nanoseconds longest = std::chrono::seconds{60}; ///< whatever the timeout is

  /// Between two heartbeats of an activity with that timeout: as Temporal's SDKs do.
  [[nodiscard]] std::chrono::nanoseconds
  interval(const std::optional<std::chrono::nanoseconds>& timeout) const {
    return timeout && *timeout / 5 * 4 < longest ? *timeout / 5 * 4
           : timeout || usual > longest          ? longest
                                                 : usual;
  }
};

struct activity_task_options {
  std::shared_ptr<const activity::environment> environment;
  std::shared_ptr<slot_supplier> slots;
  poller_limits pollers;
  std::optional<double> most_per_second = {}; ///< of the queue, for all of its workers
  /// The worker's workflow tasks may bring activities of its own queue along. Not with
  /// `most_per_second`: the service could not count those.
  bool is_eager = true;
  heartbeat_throttle heartbeats = {};
};

/// Activity tasks: polled on the worker's queue, each run by an `activity_actor`.
[[nodiscard]] task_kind activity_tasks(const activity_task_options& options);

} // namespace troupe::actors
