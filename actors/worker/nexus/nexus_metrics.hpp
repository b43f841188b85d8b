// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/task_outcome.hpp"
#include "runtime/telemetry/meter.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::actors {

/// Failed Nexus tasks by what was asked for and why. What is asked for comes from outside: after
/// `most` operations the others count as `other`.
class failed_nexus_tasks {
public:
  explicit failed_nexus_tasks(telemetry::meter& meter) : meter_(&meter) {}

  void add(std::string_view service, std::string_view operation, std::string_view reason);

  static constexpr std::size_t most = 100;

private:
  telemetry::meter* meter_;
  std::map<std::pair<std::string, std::string>, telemetry::counters_by_label> known_;
};

/// What Nexus tasks count on one shard. Named as the metrics that Temporal's SDKs emit.
struct nexus_metrics {
  explicit nexus_metrics(telemetry::meter& meter);

  outcome_counters nexus_tasks;
  telemetry::counter nexus_poll_no_task;
  telemetry::histogram nexus_task_schedule_to_start_latency;
  telemetry::histogram nexus_task_execution_latency; ///< from the poll's answer to ours
  telemetry::histogram nexus_task_endtoend_latency;  ///< ... to the service's word that it took it
  failed_nexus_tasks nexus_task_execution_failed;
  telemetry::counter nexus_task_refused; ///< since they would have had no turn in time
};

} // namespace troupe::actors
