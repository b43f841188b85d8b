// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/task_outcome.hpp"
#include "runtime/telemetry/meter.hpp"

namespace troupe::actors {

/// What activity tasks count on one shard. Named as the metrics that Temporal's SDKs emit.
struct activity_metrics {
  explicit activity_metrics(telemetry::meter& meter);

  outcome_counters activity_tasks;
  telemetry::counter activity_poll_no_task;
  telemetry::counter activity_tasks_without_poll; ///< that came with a workflow task's answer
  telemetry::histogram activity_schedule_to_start_latency; ///< of the attempt
  /// By `activity_type`.
  telemetry::counters_by_label activity_task_received;
  telemetry::histograms_by_label activity_execution_latency;        ///< from the task to our answer
  telemetry::counters_by_label activity_execution_failed;           ///< but those that are expected
  telemetry::histograms_by_label activity_succeed_endtoend_latency; ///< from the first schedule
};

/// What local activities count on one shard, by `activity_type`, an attempt at a time.
struct local_activity_metrics {
  explicit local_activity_metrics(telemetry::meter& meter);

  telemetry::counters_by_label local_activity_total;
  telemetry::counters_by_label local_activity_execution_cancelled;
  telemetry::counters_by_label local_activity_execution_failed;
  telemetry::histograms_by_label local_activity_execution_latency;
  telemetry::histograms_by_label local_activity_succeed_endtoend_latency; ///< all attempts
};

} // namespace troupe::actors
