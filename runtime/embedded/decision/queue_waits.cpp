// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/decision/queue_waits.hpp"

#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/record/deadlines.hpp"
#include "runtime/embedded/standalone/standalone.hpp"

#include <temporal/api/enums/v1/task_queue.pb.h>

#include <optional>
#include <utility>

namespace troupe::embedded {

namespace {

std::string whose(const record& rec, const run& on) {
  return "of the workflow " + on.state.workflow_type + " (id " + rec.workflow_id + ")";
}

std::string alone(const record& rec) {
  return "without a workflow (id " + std::string{standalone_id_of(rec.workflow_id)} + ")";
}

void add_task(const record& rec, const run& on, queue_report& to) {
  const auto& task = on.state.task;
  if (!task || task->started())
    return;
  // One in a sticky queue comes to the normal one.
  to.waits.push_back(
      {{rec.namespace_id, on.state.task_queue, enums::TASK_QUEUE_TYPE_WORKFLOW},
       "a task " + whose(rec, on),
       task->original_scheduled_time != time_point{} ? task->original_scheduled_time
                                                     : task->scheduled_time,
       on.state.run_expiration || on.state.execution_expiration});
}

void add_activity(const record& rec, const run& on, const activity_state& each, queue_report& to) {
  if (each.state != activity::state::scheduled || each.paused)
    return;
  to.waits.push_back(
      {{rec.namespace_id, task_queue_of(each), enums::TASK_QUEUE_TYPE_ACTIVITY},
       "the activity " + attributes(each).activity_type().name() + ' '
           + (is_standalone(on) ? alone(rec) : whose(rec, on)),
       each.scheduled_time,
       close_expiry(each) || start_expiry(each) || on.state.run_expiration
           || on.state.execution_expiration});
}

void add_operation(
    const record& rec,
    const run& on,
    const nexus_operation_state& each,
    const catalog& known,
    queue_report& to) {
  if (nexus_operation::has_ended(each.state))
    return;
  const bool is_started = each.state == nexus_operation::state::started;
  const auto& cancel = each.cancel;
  const bool is_cancelled = is_started && cancel
                            && (cancel->state == nexus_cancelation::state::scheduled
                                || cancel->state == nexus_cancelation::state::backing_off);
  if (is_started && !is_cancelled)
    return;
  const auto& said = each.scheduled->nexus_operation_scheduled_event_attributes();
  auto target = known.endpoint_by_id(said.endpoint_id());
  if (!target)
    target = known.endpoint_by_name(said.endpoint());
  std::string target_id;
  if (!target || target->target_task_queue.empty()
      || !known.find_namespace(target->target_namespace, target_id).ok())
    return;
  auto what = (is_started ? "the request to cancel the Nexus operation " : "the Nexus operation ")
              + said.service() + '/' + said.operation() + " at the endpoint " + said.endpoint()
              + ", " + (is_standalone(on) ? alone(rec) : whose(rec, on));
  to.waits.push_back(
      {{std::move(target_id), target->target_task_queue, enums::TASK_QUEUE_TYPE_NEXUS},
       std::move(what),
       is_started ? cancel->requested_time : each.scheduled_time,
       close_expiry(each) || (!is_started && start_expiry(each)) || run_expiry(each)
           || on.state.run_expiration || on.state.execution_expiration});
}

} // namespace

void add_queue_waits(const record& rec, const catalog& known, queue_report& to) {
  const auto* const on = rec.current();
  if (on == nullptr || !on->open())
    return;
  add_task(rec, *on, to);
  for (const auto& [id, each] : on->state.activities)
    add_activity(rec, *on, each, to);
  for (const auto& [id, each] : on->state.nexus_operations)
    add_operation(rec, *on, each, known, to);
}

} // namespace troupe::embedded
