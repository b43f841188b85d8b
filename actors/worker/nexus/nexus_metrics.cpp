// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/nexus/nexus_metrics.hpp"

#include "runtime/telemetry/sdk_buckets.hpp"

namespace troupe::actors {

namespace {

using telemetry::metric;
namespace buckets = telemetry::buckets;

constexpr metric poll_no_task{
    .name = "nexus_poll_no_task", .help = "polls for Nexus tasks that brought none"};
constexpr auto schedule_to_start = telemetry::latency_with_quantiles(
    "nexus_task_schedule_to_start_latency",
    "from the service's request to the worker that got it",
    buckets::schedule_to_start);
constexpr auto execution = telemetry::latency_with_quantiles(
    "nexus_task_execution_latency", "from a Nexus task's arrival to its answer", buckets::other);
constexpr auto endtoend = telemetry::latency_with_quantiles(
    "nexus_task_endtoend_latency",
    "from a Nexus task's arrival to the service's word that it took the answer",
    buckets::other);
constexpr metric refused{
    .name = "nexus_task_refused",
    .help = "Nexus tasks that would have had no thread of the pool before their time was over",
    .is_ours = true};
constexpr metric execution_failed{
    .name = "nexus_task_execution_failed", .help = "Nexus tasks that did not succeed, by why"};

} // namespace

nexus_metrics::nexus_metrics(telemetry::meter& meter)
    : nexus_tasks(meter, "NexusWorker"), nexus_poll_no_task(meter.counter(poll_no_task)),
      nexus_task_schedule_to_start_latency(meter.histogram(schedule_to_start)),
      nexus_task_execution_latency(meter.histogram(execution)),
      nexus_task_endtoend_latency(meter.histogram(endtoend)), nexus_task_execution_failed(meter),
      nexus_task_refused(meter.counter(refused)) {}

void failed_nexus_tasks::add(
    std::string_view service, std::string_view operation, std::string_view reason) {
  std::pair<std::string, std::string> of{service, operation};
  auto found = known_.find(of);
  if (found == known_.end()) {
    if (known_.size() >= most)
      of = {"other", "other"};
    telemetry::labels fixed{{"nexus_service", of.first}, {"nexus_operation", of.second}};
    found = known_
                .try_emplace(
                    std::move(of), *meter_, execution_failed, "failure_reason", std::move(fixed))
                .first;
  }
  found->second.of(reason).add();
}

} // namespace troupe::actors
