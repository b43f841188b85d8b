// SPDX-License-Identifier: Apache-2.0
// How activities and operations without a workflow end, and what clients do to end them.

#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/nexus/nexus_rules.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_requests.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;

void terminate(
    change& ch,
    run& on,
    const std::string& reason,
    const std::string& identity,
    const std::string& request_id) {
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
  auto& to = *event->mutable_workflow_execution_terminated_event_attributes();
  to.set_reason(reason);
  to.set_identity(identity);
  if (is_operation(on))
    end_operation(ch, on, event);
  else
    end_activity(ch, on, on.state.activities.begin(), event);
  on.state.request_ids.put(
      request_id, {enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, event->event_id(), false});
}

template <class Response, class Request>
void terminate_by(change& ch, const Request& request) {
  run* const on = find_for_change(ch, request);
  if (!on)
    return;
  if (on->state.status == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED) {
    const auto* const former = request_of(*on, enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
    if (former != nullptr && *former != request.request_id())
      refuse(ch, failed_precondition("already terminated with request ID " + *former));
    else
      accept<Response>(ch);
    return;
  }
  if (!on->open()) {
    refuse(ch, closed_already(*on));
    return;
  }
  terminate(ch, *on, request.reason(), request.identity(), id_or_new(ch, request.request_id()));
  accept<Response>(ch);
}

template <class Response, class Request>
void delete_by(change& ch, const Request& request) {
  run* const on = find_for_change(ch, request);
  if (!on)
    return;
  if (on->open())
    terminate(ch, *on, words_of(request).deleted, {}, ch.around.ids.uuid());
  ch.remove(*on);
  accept<Response>(ch);
}

/// How the last attempt of an activity ended, if that is what ended it.
void keep_last_attempt(
    const change& ch, activity_state& activity, const api::history::v1::HistoryEvent& end) {
  const auto failed = [&](const api::failure::v1::Failure& failure) {
    activity.last_failure = std::make_shared<const api::failure::v1::Failure>(failure);
    activity.last_attempt_complete = ch.now();
  };
  if (end.has_activity_task_completed_event_attributes()) {
    activity.identity = end.activity_task_completed_event_attributes().identity();
    activity.last_attempt_complete = ch.now();
  } else if (end.has_activity_task_failed_event_attributes()) {
    activity.identity = end.activity_task_failed_event_attributes().identity();
    failed(end.activity_task_failed_event_attributes().failure());
  } else if (end.has_activity_task_timed_out_event_attributes()) {
    const auto& failure = end.activity_task_timed_out_event_attributes().failure();
    const auto type = failure.timeout_failure_info().timeout_type();
    if (type == enums::TIMEOUT_TYPE_START_TO_CLOSE || type == enums::TIMEOUT_TYPE_HEARTBEAT)
      failed(failure);
  }
}

enums::WorkflowExecutionStatus status_after(enums::EventType end) {
  switch (end) {
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
    return enums::WORKFLOW_EXECUTION_STATUS_COMPLETED;
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED: return enums::WORKFLOW_EXECUTION_STATUS_CANCELED;
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
    return enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
    return enums::WORKFLOW_EXECUTION_STATUS_TERMINATED;
  default: return enums::WORKFLOW_EXECUTION_STATUS_FAILED;
  }
}

} // namespace

void handle(change& ch, const terminate_standalone& what) {
  terminate_by<wire::TerminateActivityExecutionResponse>(ch, what.request);
}

void handle(change& ch, const terminate_operation& what) {
  terminate_by<wire::TerminateNexusOperationExecutionResponse>(ch, what.request);
}

void handle(change& ch, const delete_standalone& what) {
  delete_by<wire::DeleteActivityExecutionResponse>(ch, what.request);
}

void handle(change& ch, const delete_operation& what) {
  delete_by<wire::DeleteNexusOperationExecutionResponse>(ch, what.request);
}

std::string standalone_key(std::string_view prefix, std::string_view id) {
  return std::string{prefix}.append(id);
}

const activity_state& standalone_activity(const run& on) {
  return on.state.activities.begin()->second;
}

const nexus_operation_state& standalone_operation(const run& on) {
  return on.state.nexus_operations.begin()->second;
}

void close_standalone(change& ch, run& on, enums::EventType end) {
  on.state.status = status_after(end);
  on.state.close_time = ch.now();
  auto& callbacks = on.state.callbacks;
  for (auto at = callbacks.begin(); at != callbacks.end(); ++at)
    if (const auto to = callback::next(at->second.state, callback::event::ended))
      callbacks.edit(at).state = *to;
  ch.show(on);
}

void end_standalone(change& ch, run& on, activity_entry at, const event_ptr& end) {
  ch.write(on, end);
  auto& activity = on.state.activities.edit(at);
  keep_last_attempt(ch, activity, *end);
  activity.state = *activity::next(activity.state, activity::event::ended);
  close_standalone(ch, on, end->event_type());
}

} // namespace troupe::embedded
