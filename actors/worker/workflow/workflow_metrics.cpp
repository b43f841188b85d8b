// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/workflow_metrics.hpp"

#include "runtime/telemetry/sdk_buckets.hpp"

namespace troupe::actors {

namespace {

using telemetry::metric;
using telemetry::metric_kind;
using telemetry::metric_unit;
namespace buckets = telemetry::buckets;

constexpr metric poll_empty{
    .name = "workflow_task_queue_poll_empty", .help = "polls for workflow tasks that brought none"};
constexpr metric poll_succeed{
    .name = "workflow_task_queue_poll_succeed", .help = "polls that brought a workflow task"};
constexpr metric without_poll{
    .name = "workflow_tasks_without_poll",
    .help = "first workflow tasks that came with the answer to a start in this process",
    .is_ours = true};
constexpr auto schedule_to_start = telemetry::latency_with_quantiles(
    "workflow_task_schedule_to_start_latency",
    "how long workflow tasks waited for a worker",
    buckets::schedule_to_start);
constexpr auto execution = telemetry::latency_with_quantiles(
    "workflow_task_execution_latency",
    "from a workflow task's arrival to its answer",
    buckets::workflow_task);
constexpr auto replay = telemetry::latency_with_quantiles(
    "workflow_task_replay_latency",
    "how long workflow tasks replayed before new code ran",
    buckets::workflow_task);
constexpr metric too_long{
    .name = "workflow_task_too_long",
    .help = "workflow tasks that a worker was busy with for longer than it should be",
    .is_ours = true};
constexpr metric execution_failed{
    .name = "workflow_task_execution_failed", .help = "workflow tasks that failed, by why"};
constexpr metric completed{.name = "workflow_completed", .help = "runs that returned a result"};
constexpr metric canceled{.name = "workflow_canceled", .help = "runs that ended as cancelled"};
constexpr metric failed{.name = "workflow_failed", .help = "runs that ended with an error"};
constexpr metric continue_as_new{
    .name = "workflow_continue_as_new", .help = "runs that went on as new ones"};
constexpr metric endtoend{
    .name = "workflow_endtoend_latency",
    .kind = metric_kind::histogram,
    .help = "from the start of a run to its end",
    .unit = metric_unit::duration,
    .bounds = buckets::workflow_endtoend};
constexpr metric cache_hit{
    .name = "sticky_cache_hit", .help = "tasks with new events of a run that is cached"};
constexpr metric cache_miss{
    .name = "sticky_cache_miss", .help = "tasks with new events of a run that is not cached"};
constexpr metric cache_size{
    .name = "sticky_cache_size", .kind = metric_kind::gauge, .help = "runs in memory"};
constexpr metric cache_eviction{
    .name = "sticky_cache_total_forced_eviction", .help = "runs that left for lack of room"};
constexpr metric died{
    .name = "instances_died", .help = "runs lost to a bug of the worker", .is_ours = true};

} // namespace

workflow_metrics::failed_tasks::failed_tasks(telemetry::meter& meter, const telemetry::labels& with)
    : count(meter.counter(execution_failed, with)) {}

workflow_metrics::workflow_metrics(telemetry::meter& meter)
    : workflow_tasks(meter, "WorkflowWorker"),
      workflow_task_queue_poll_empty(meter.counter(poll_empty)),
      workflow_task_queue_poll_succeed(meter.counter(poll_succeed)),
      workflow_tasks_without_poll(meter.counter(without_poll)),
      workflow_task_schedule_to_start_latency(meter.histogram(schedule_to_start)),
      workflow_task_execution_latency(meter, execution, "workflow_type"),
      workflow_task_replay_latency(meter, replay, "workflow_type"),
      workflow_task_too_long(meter, too_long, "workflow_type"),
      workflow_task_execution_failed(meter, {"failure_reason", "workflow_type"}),
      workflow_completed(meter, completed, "workflow_type"),
      workflow_canceled(meter, canceled, "workflow_type"),
      workflow_failed(meter, failed, "workflow_type"),
      workflow_continue_as_new(meter, continue_as_new, "workflow_type"),
      workflow_endtoend_latency(meter, endtoend, "workflow_type"),
      sticky_cache_hit(meter, cache_hit, "workflow_type"),
      sticky_cache_miss(meter.counter(cache_miss)), sticky_cache_size(meter.gauge(cache_size)),
      sticky_cache_total_forced_eviction(meter.counter(cache_eviction)),
      instances_died(meter.counter(died)) {}

} // namespace troupe::actors
