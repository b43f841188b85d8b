// SPDX-License-Identifier: Apache-2.0
#include "actors/public/worker_options_check.hpp"

#include "runtime/base/text/utf8.hpp"

#include <algorithm>
#include <string>

namespace troupe::detail {

void check(const worker_options& options) {
  const auto refuse = [](bool when, const std::string& why) {
    if (when)
      throw worker_error(why);
  };
  const auto check_pollers = [&](const poller_options& pollers, const std::string& name) {
    refuse(
        pollers.minimum < 1 || pollers.maximum < pollers.minimum,
        name + ": the bounds must be at least 1 and in order");
    refuse(
        pollers.initial < pollers.minimum || pollers.initial > pollers.maximum,
        name + ": the initial number must lie between the bounds");
  };
  refuse(options.task_queue.empty(), "a worker needs a task queue: set worker_options::task_queue");
  refuse(!is_utf8(options.task_queue), "task_queue is not valid UTF-8");
  refuse(!is_utf8(options.identity), "identity is not valid UTF-8");
  refuse(
      options.max_concurrent_nexus_tasks == 0 || options.max_concurrent_workflow_tasks == 0
          || options.max_concurrent_activities == 0 || options.max_concurrent_local_activities == 0,
      "a worker needs at least one slot of each kind");
  check_pollers(options.nexus_pollers, "nexus_pollers");
  check_pollers(options.workflow_pollers, "workflow_pollers");
  check_pollers(options.activity_pollers, "activity_pollers");
  refuse(
      options.max_task_queue_activities_per_second
          && !(*options.max_task_queue_activities_per_second > 0),
      "max_task_queue_activities_per_second must be more than zero");
  refuse(
      options.max_activities_per_second && !(*options.max_activities_per_second > 0),
      "max_activities_per_second must be more than zero");
  refuse(
      options.max_nexus_tasks_per_second && !(*options.max_nexus_tasks_per_second > 0),
      "max_nexus_tasks_per_second must be more than zero");
  refuse(
      options.default_heartbeat_throttle_interval.count() <= 0
          || options.max_heartbeat_throttle_interval.count() <= 0,
      "the heartbeat throttle intervals must be longer than zero");
  refuse(
      std::ranges::find(options.interceptors, nullptr) != options.interceptors.end(),
      "interceptors: one of them is null");
  refuse(
      options.sticky_schedule_to_start_timeout.count() <= 0,
      "sticky_schedule_to_start_timeout must be longer than zero");
  refuse(
      options.graceful_shutdown_timeout.count() < 0,
      "graceful_shutdown_timeout must not be negative");
  refuse(options.deadlock_timeout.count() < 0, "deadlock_timeout must not be negative");
  for (const auto& [type, timeout] : options.deadlock_timeouts)
    refuse(timeout.count() < 0, "the deadlock_timeout of " + type + " must not be negative");
}

} // namespace troupe::detail
