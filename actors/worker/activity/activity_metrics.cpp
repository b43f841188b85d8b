// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/activity_metrics.hpp"

#include "actors/worker/slots/slot_metrics.hpp"
#include "runtime/telemetry/sdk_buckets.hpp"

namespace troupe::actors {

namespace {

using telemetry::metric;
namespace buckets = telemetry::buckets;

constexpr metric poll_no_task{
    .name = "activity_poll_no_task", .help = "polls for activity tasks that brought none"};
constexpr metric received{.name = "activity_task_received", .help = "activity tasks that came"};
constexpr metric without_poll{
    .name = "activity_tasks_without_poll",
    .help = "activity tasks that the answer to a workflow task brought along",
    .is_ours = true};
constexpr auto schedule_to_start = telemetry::latency_with_quantiles(
    "activity_schedule_to_start_latency",
    "how long attempts waited for a worker",
    buckets::schedule_to_start);
constexpr auto execution = telemetry::latency(
    "activity_execution_latency",
    "from an activity task's arrival to its answer",
    buckets::activity_execution);
constexpr metric execution_failed{
    .name = "activity_execution_failed", .help = "attempts of activities that failed"};
constexpr auto endtoend = telemetry::latency(
    "activity_succeed_endtoend_latency",
    "from the schedule of an activity to its success, all attempts together",
    buckets::other);

constexpr metric local_total{
    .name = "local_activity_total", .help = "attempts of local activities"};
constexpr metric local_cancelled{
    .name = "local_activity_execution_cancelled",
    .help = "attempts of local activities that were cancelled"};
constexpr metric local_failed{
    .name = "local_activity_execution_failed", .help = "attempts of local activities that failed"};
constexpr auto local_execution = telemetry::latency(
    "local_activity_execution_latency",
    "how long an attempt of a local activity took",
    buckets::other);
constexpr auto local_endtoend = telemetry::latency(
    "local_activity_succeed_endtoend_latency",
    "from the schedule of a local activity to its success, all attempts together",
    buckets::other);

telemetry::labels and_eager(telemetry::labels with, bool eager) {
  with.push_back({"eager", eager ? "true" : "false"});
  return with;
}

} // namespace

activity_type_metrics::activity_type_metrics(telemetry::meter& meter, const telemetry::labels& with)
    : activity_task_received(meter.counter(received, and_eager(with, false))),
      activity_task_received_eagerly(meter.counter(received, and_eager(with, true))),
      activity_execution_latency(meter.histogram(execution, with)),
      activity_execution_failed(meter.counter(execution_failed, with)),
      activity_succeed_endtoend_latency(meter.histogram(endtoend, with)) {}

activity_metrics::activity_metrics(telemetry::meter& meter)
    : activity_tasks(meter, "ActivityWorker"), activity_poll_no_task(meter.counter(poll_no_task)),
      activity_tasks_without_poll(meter.counter(without_poll)),
      activity_schedule_to_start_latency(meter.histogram(schedule_to_start)),
      types(meter, {"activity_type", "workflow_type"}) {}

local_activity_type_metrics::local_activity_type_metrics(
    telemetry::meter& meter, const telemetry::labels& with)
    : local_activity_total(meter.counter(local_total, with)),
      local_activity_execution_cancelled(meter.counter(local_cancelled, with)),
      local_activity_execution_failed(meter.counter(local_failed, with)),
      local_activity_execution_latency(meter.histogram(local_execution, with)),
      local_activity_succeed_endtoend_latency(meter.histogram(local_endtoend, with)) {}

local_activity_metrics::local_activity_metrics(telemetry::meter& meter)
    : slots_used(
          meter.gauge(used_slots, {{"worker_type", std::string{local_activity_worker_type}}})),
      types(meter, {"activity_type", "workflow_type"}) {}

} // namespace troupe::actors
