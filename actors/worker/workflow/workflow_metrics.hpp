// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/task_outcome.hpp"
#include "runtime/telemetry/meter.hpp"

namespace troupe::actors {

/// What workflow tasks count on one shard. Named as the metrics that Temporal's SDKs emit.
struct workflow_metrics {
  explicit workflow_metrics(telemetry::meter& meter);

  outcome_counters workflow_tasks;
  telemetry::counter workflow_task_queue_poll_empty;
  telemetry::counter workflow_task_queue_poll_succeed;
  telemetry::counter workflow_tasks_without_poll;
  telemetry::histogram workflow_task_schedule_to_start_latency;
  /// From the poll's answer to ours, by `workflow_type`.
  telemetry::histograms_by_label workflow_task_execution_latency;
  /// Until code ran that was new, of tasks that had to replay, by `workflow_type`.
  telemetry::histograms_by_label workflow_task_replay_latency;
  /// Those that took longer than they should, by `workflow_type`.
  telemetry::counters_by_label workflow_task_too_long;
  struct failed_tasks {
    failed_tasks(telemetry::meter& meter, const telemetry::labels& with);
    telemetry::counter count;
  };
  /// By `failure_reason` and `workflow_type`.
  telemetry::cells_by<failed_tasks, 2> workflow_task_execution_failed;
  /// By `workflow_type`: how runs ended, counted when the service has taken the answer.
  telemetry::counters_by_label workflow_completed;
  telemetry::counters_by_label workflow_canceled;
  telemetry::counters_by_label workflow_failed; ///< but those that are expected (benign)
  telemetry::counters_by_label workflow_continue_as_new;
  telemetry::histograms_by_label workflow_endtoend_latency; ///< from the run's start
  telemetry::counters_by_label sticky_cache_hit;            ///< by `workflow_type`
  telemetry::counter sticky_cache_miss;
  telemetry::gauge sticky_cache_size;
  telemetry::counter sticky_cache_total_forced_eviction;
  telemetry::counter instances_died;
};

} // namespace troupe::actors
