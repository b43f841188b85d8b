// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/activity_metrics.hpp"

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

} // namespace

activity_metrics::activity_metrics(telemetry::meter& meter)
    : activity_tasks(meter, "ActivityWorker"), activity_poll_no_task(meter.counter(poll_no_task)),
      activity_tasks_without_poll(meter.counter(without_poll)),
      activity_schedule_to_start_latency(meter.histogram(schedule_to_start)),
      activity_task_received(meter, received, "activity_type"),
      activity_execution_latency(meter, execution, "activity_type"),
      activity_execution_failed(meter, execution_failed, "activity_type"),
      activity_succeed_endtoend_latency(meter, endtoend, "activity_type") {}

local_activity_metrics::local_activity_metrics(telemetry::meter& meter)
    : local_activity_total(meter, local_total, "activity_type"),
      local_activity_execution_cancelled(meter, local_cancelled, "activity_type"),
      local_activity_execution_failed(meter, local_failed, "activity_type"),
      local_activity_execution_latency(meter, local_execution, "activity_type"),
      local_activity_succeed_endtoend_latency(meter, local_endtoend, "activity_type") {}

} // namespace troupe::actors
