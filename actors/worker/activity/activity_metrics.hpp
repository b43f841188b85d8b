// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/task_outcome.hpp"
#include "runtime/telemetry/meter.hpp"

#include <troupe/activity/info.hpp>

#include <string_view>

namespace troupe::actors {

/// What is counted of the attempts of one `activity_type` for one `workflow_type` on one shard.
struct activity_type_metrics {
  activity_type_metrics(telemetry::meter& meter, const telemetry::labels& with);

  telemetry::counter activity_task_received;              ///< by a poll
  telemetry::counter activity_task_received_eagerly;      ///< with a workflow task's answer
  telemetry::histogram activity_execution_latency;        ///< from the task to our answer
  telemetry::counter activity_execution_failed;           ///< but those that are expected
  telemetry::histogram activity_succeed_endtoend_latency; ///< from the first schedule
};

/// What activity tasks count on one shard. Named as the metrics that Temporal's SDKs emit.
struct activity_metrics {
  explicit activity_metrics(telemetry::meter& meter);

  [[nodiscard]] const activity_type_metrics& of(const activity::info& what) {
    return types.of({what.activity_type, what.workflow_type});
  }

  outcome_counters activity_tasks;
  telemetry::counter activity_poll_no_task;
  telemetry::counter activity_tasks_without_poll; ///< that came with a workflow task's answer
  telemetry::histogram activity_schedule_to_start_latency; ///< of the attempt
  telemetry::cells_by<activity_type_metrics, 2> types;
};

/// What is counted of the attempts of one local `activity_type` for one `workflow_type`.
struct local_activity_type_metrics {
  local_activity_type_metrics(telemetry::meter& meter, const telemetry::labels& with);

  telemetry::counter local_activity_total;
  telemetry::counter local_activity_execution_cancelled;
  telemetry::counter local_activity_execution_failed;
  telemetry::histogram local_activity_execution_latency;
  telemetry::histogram local_activity_succeed_endtoend_latency; ///< all attempts
};

/// The `worker_type` of their slots.
inline constexpr std::string_view local_activity_worker_type = "LocalActivityWorker";

/// What local activities count on one shard.
struct local_activity_metrics {
  explicit local_activity_metrics(telemetry::meter& meter);

  telemetry::gauge slots_used;
  telemetry::cells_by<local_activity_type_metrics, 2> types;
};

} // namespace troupe::actors
