// SPDX-License-Identifier: Apache-2.0
#include "test/support/record_invariants.hpp"

#include "runtime/embedded/record/change.hpp"
#include "runtime/embedded/record/record.hpp"

#include <set>

namespace troupe::test {

namespace {

using namespace embedded;

/// Which entry of a run's peers the event begins, or ends.
struct peer_mark {
  std::int64_t begins = 0;
  std::int64_t ends = 0;
};

peer_mark peer_mark_of(const history_event& event) {
  switch (event.event_type()) {
  case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
  case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
  case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    return {event.event_id(), 0};
  case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
    return {0, event.start_child_workflow_execution_failed_event_attributes().initiated_event_id()};
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
    return {0, event.child_workflow_execution_completed_event_attributes().initiated_event_id()};
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
    return {0, event.child_workflow_execution_failed_event_attributes().initiated_event_id()};
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
    return {0, event.child_workflow_execution_canceled_event_attributes().initiated_event_id()};
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    return {0, event.child_workflow_execution_timed_out_event_attributes().initiated_event_id()};
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
    return {0, event.child_workflow_execution_terminated_event_attributes().initiated_event_id()};
  case enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED:
    return {0, event.external_workflow_execution_signaled_event_attributes().initiated_event_id()};
  case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    return {
        0, event.signal_external_workflow_execution_failed_event_attributes().initiated_event_id()};
  case enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
    return {
        0,
        event.external_workflow_execution_cancel_requested_event_attributes().initiated_event_id()};
  case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    return {
        0,
        event.request_cancel_external_workflow_execution_failed_event_attributes()
            .initiated_event_id()};
  default: return {};
  }
}

void look(const run& on, std::vector<std::string>& broken) {
  const auto wrong = [&](const std::string& what) { broken.push_back(on.id + ": " + what); };
  const auto& state = on.state;
  if (!on.history.empty() && on.history.front()->has_activity_task_scheduled_event_attributes())
    return; // an activity without a workflow
  if (on.history.empty()
      || !on.history.front()->has_workflow_execution_started_event_attributes()) {
    wrong("does not begin with its start");
    return;
  }
  std::set<std::string> timers;
  std::set<std::int64_t> operations;
  std::set<std::int64_t> peers;
  std::int64_t id = 0;
  std::int64_t last_task_id = 0;
  int closes = 0;
  std::int64_t bytes = 0;
  for (const auto& event : on.history) {
    bytes += static_cast<std::int64_t>(event->ByteSizeLong());
    if (event->event_id() != ++id)
      wrong("event " + std::to_string(event->event_id()) + " is number " + std::to_string(id));
    if (event->task_id() <= last_task_id)
      wrong("the task id of event " + std::to_string(id) + " does not grow");
    last_task_id = event->task_id();
    closes += is_close_event(event->event_type()) ? 1 : 0;
    if (const auto mark = peer_mark_of(*event); mark.begins != 0)
      peers.insert(mark.begins);
    else if (mark.ends != 0 && peers.erase(mark.ends) == 0)
      wrong("event " + std::to_string(id) + " ends what is not pending");
    switch (event->event_type()) {
    case enums::EVENT_TYPE_TIMER_STARTED:
      timers.insert(event->timer_started_event_attributes().timer_id());
      break;
    case enums::EVENT_TYPE_TIMER_FIRED:
      timers.erase(event->timer_fired_event_attributes().timer_id());
      break;
    case enums::EVENT_TYPE_TIMER_CANCELED:
      timers.erase(event->timer_canceled_event_attributes().timer_id());
      break;
    case enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED: operations.insert(id); break;
    case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
      operations.erase(event->nexus_operation_completed_event_attributes().scheduled_event_id());
      break;
    case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
      operations.erase(event->nexus_operation_failed_event_attributes().scheduled_event_id());
      break;
    case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
      operations.erase(event->nexus_operation_canceled_event_attributes().scheduled_event_id());
      break;
    case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
      operations.erase(event->nexus_operation_timed_out_event_attributes().scheduled_event_id());
      break;
    default: break;
    }
  }
  if (state.next_event_id != id + 1)
    wrong("the next event is number " + std::to_string(state.next_event_id));
  if (state.history_size != bytes) // an event was changed after it was measured
    wrong(
        "its history was measured as " + std::to_string(state.history_size) + " bytes and has "
        + std::to_string(bytes));
  if (closes != (on.open() ? 0 : 1)
      || (closes == 1 && !is_close_event(on.history.back()->event_type())))
    wrong("closes " + std::to_string(closes) + " times");
  if (!on.open()) {
    if (state.task)
      wrong("is closed and has a workflow task");
    return;
  }
  // What ended while a worker had a task is in the buffer, and not pending any more.
  for (const auto& [number, event] : state.buffered) {
    if (event->event_id() != 0)
      wrong("an event in the buffer has an id");
    peers.erase(peer_mark_of(*event).ends);
    if (event->has_timer_fired_event_attributes())
      timers.erase(event->timer_fired_event_attributes().timer_id());
    if (event->has_nexus_operation_completed_event_attributes())
      operations.erase(event->nexus_operation_completed_event_attributes().scheduled_event_id());
    if (event->has_nexus_operation_failed_event_attributes())
      operations.erase(event->nexus_operation_failed_event_attributes().scheduled_event_id());
    if (event->has_nexus_operation_canceled_event_attributes())
      operations.erase(event->nexus_operation_canceled_event_attributes().scheduled_event_id());
    if (event->has_nexus_operation_timed_out_event_attributes())
      operations.erase(event->nexus_operation_timed_out_event_attributes().scheduled_event_id());
  }
  std::set<std::string> pending_timers;
  for (const auto& [key, timer] : state.timers)
    pending_timers.insert(key);
  if (pending_timers != timers)
    wrong("other timers are pending than its history says");
  std::set<std::int64_t> pending_operations;
  for (const auto& [key, operation] : state.nexus_operations)
    pending_operations.insert(key);
  if (pending_operations != operations)
    wrong("other Nexus operations are pending than its history says");
  std::set<std::int64_t> pending_peers;
  for (const auto& [key, each] : state.peers)
    pending_peers.insert(key);
  if (pending_peers != peers)
    wrong("other children, signals or cancel requests are pending than its history says");
  if (!state.buffered.empty() && !(state.task && state.task->started()))
    wrong("buffers events and no worker has a task");
  if (state.task && state.task->is_written()) {
    const auto scheduled = state.task->scheduled_event_id;
    if (scheduled < 1 || scheduled > id
        || on.history[static_cast<std::size_t>(scheduled - 1)]->event_type()
               != enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)
      wrong("its workflow task is not in its history");
  }
}

} // namespace

std::vector<std::string> broken_invariants(const record& rec) {
  std::vector<std::string> broken;
  std::size_t open = 0;
  rec.runs.for_each([&](const run& each) {
    look(each, broken);
    open += each.open() ? 1 : 0;
    if (each.open() && &each != rec.current())
      broken.push_back(each.id + ": is open and not the current run");
  });
  if (open > 1)
    broken.push_back("more than one run is open");
  return broken;
}

} // namespace troupe::test
