// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/task_outcome.hpp"
#include "runtime/telemetry/meter.hpp"

namespace troupe::actors {

/// What Nexus tasks count on one shard. Named as the metrics that Temporal's SDKs emit.
struct nexus_metrics {
  explicit nexus_metrics(telemetry::meter& meter);

  outcome_counters nexus_tasks;
  telemetry::counter nexus_poll_no_task;
  telemetry::histogram nexus_task_schedule_to_start_latency;
  telemetry::histogram nexus_task_execution_latency; ///< from the poll's answer to ours
  telemetry::histogram nexus_task_endtoend_latency;  ///< ... to the service's word that it took it
  telemetry::counters_by_label nexus_task_execution_failed; ///< by `failure_reason`
};

} // namespace troupe::actors
