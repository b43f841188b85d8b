// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/history/event_table.hpp"

#include <temporal/api/enums/v1/command_type.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>
#include <array>

namespace troupe::workflow {
namespace {

using namespace temporal::api::enums::v1;
using temporal::api::history::v1::HistoryEvent;
using enum machine_input;
using enum event_group;
using kind = machine_kind;

/// Reads an id out of an event's attributes.
template <auto Attributes, auto Id>
std::int64_t id_in(const HistoryEvent& event) {
  return ((event.*Attributes)().*Id)();
}
#define BEGUN_BY(attributes, message, id)                                                          \
  &id_in<                                                                                          \
      &HistoryEvent::attributes##_event_attributes,                                                \
      &temporal::api::history::v1::message##EventAttributes::id##_event_id>

// clang-format off
constexpr event_row rows[] = {
  // the run
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,          .of = kind::run, .group = resolution},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,         .of = kind::run, .group = message},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, .of = kind::run, .group = resolution},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,       .of = kind::run, .ends_run = true, .undoes_task = true},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,        .of = kind::run, .ends_run = true, .undoes_task = true},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,  .of = kind::run},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_PAUSED,           .of = kind::run},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_UNPAUSED,         .of = kind::run},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED, .of = kind::run},

  // its tasks
  {.type = EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, .of = kind::task},
  {.type = EVENT_TYPE_WORKFLOW_TASK_STARTED,   .of = kind::task},
  {.type = EVENT_TYPE_WORKFLOW_TASK_COMPLETED, .of = kind::task},
  {.type = EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, .of = kind::task, .undoes_task = true},
  {.type = EVENT_TYPE_WORKFLOW_TASK_FAILED,    .of = kind::task, .undoes_task = true},

  // its end by its own code
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, .of = kind::close, .means = recorded, .command = COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION, .ends_run = true},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,    .of = kind::close, .means = recorded, .command = COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION, .ends_run = true},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,  .of = kind::close, .means = recorded, .command = COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION, .ends_run = true},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, .of = kind::close, .means = recorded, .command = COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION, .ends_run = true},

  // timers
  {.type = EVENT_TYPE_TIMER_STARTED,  .of = kind::timer, .means = recorded, .command = COMMAND_TYPE_START_TIMER},
  {.type = EVENT_TYPE_TIMER_FIRED,    .of = kind::timer, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(timer_fired, TimerFired, started)},
  {.type = EVENT_TYPE_TIMER_CANCELED, .of = kind::timer, .means = cancel_recorded, .command = COMMAND_TYPE_CANCEL_TIMER,
   .begun_by = BEGUN_BY(timer_canceled, TimerCanceled, started)},

  // activities
  {.type = EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, .of = kind::activity, .means = recorded, .command = COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK},
  {.type = EVENT_TYPE_ACTIVITY_TASK_STARTED,   .of = kind::activity, .means = start, .group = resolution,
   .begun_by = BEGUN_BY(activity_task_started, ActivityTaskStarted, scheduled)},
  {.type = EVENT_TYPE_ACTIVITY_TASK_COMPLETED, .of = kind::activity, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(activity_task_completed, ActivityTaskCompleted, scheduled)},
  {.type = EVENT_TYPE_ACTIVITY_TASK_FAILED,    .of = kind::activity, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(activity_task_failed, ActivityTaskFailed, scheduled)},
  {.type = EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT, .of = kind::activity, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(activity_task_timed_out, ActivityTaskTimedOut, scheduled)},
  {.type = EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED, .of = kind::activity, .means = cancel_recorded, .command = COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK,
   .begun_by = BEGUN_BY(activity_task_cancel_requested, ActivityTaskCancelRequested, scheduled)},
  {.type = EVENT_TYPE_ACTIVITY_TASK_CANCELED,  .of = kind::activity, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(activity_task_canceled, ActivityTaskCanceled, scheduled)},

  // Nexus operations
  {.type = EVENT_TYPE_NEXUS_OPERATION_SCHEDULED, .of = kind::nexus_operation, .means = recorded, .command = COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION},
  {.type = EVENT_TYPE_NEXUS_OPERATION_STARTED,   .of = kind::nexus_operation, .means = start, .group = resolution,
   .begun_by = BEGUN_BY(nexus_operation_started, NexusOperationStarted, scheduled)},
  {.type = EVENT_TYPE_NEXUS_OPERATION_COMPLETED, .of = kind::nexus_operation, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(nexus_operation_completed, NexusOperationCompleted, scheduled)},
  {.type = EVENT_TYPE_NEXUS_OPERATION_FAILED,    .of = kind::nexus_operation, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(nexus_operation_failed, NexusOperationFailed, scheduled)},
  {.type = EVENT_TYPE_NEXUS_OPERATION_CANCELED,  .of = kind::nexus_operation, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(nexus_operation_canceled, NexusOperationCanceled, scheduled)},
  {.type = EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT, .of = kind::nexus_operation, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(nexus_operation_timed_out, NexusOperationTimedOut, scheduled)},
  {.type = EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED, .of = kind::nexus_operation, .means = cancel_recorded, .command = COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION,
   .begun_by = BEGUN_BY(nexus_operation_cancel_requested, NexusOperationCancelRequested, scheduled)},
  {.type = EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED, .of = kind::nexus_operation, .means = request_taken, .group = resolution,
   .begun_by = BEGUN_BY(nexus_operation_cancel_request_completed, NexusOperationCancelRequestCompleted, scheduled), .may_be_late = true},
  {.type = EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED, .of = kind::nexus_operation, .means = request_refused, .group = resolution,
   .begun_by = BEGUN_BY(nexus_operation_cancel_request_failed, NexusOperationCancelRequestFailed, scheduled), .may_be_late = true},

  // updates
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED,  .of = kind::run,    .group = message},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,  .of = kind::update, .means = recorded, .command = COMMAND_TYPE_PROTOCOL_MESSAGE},
  {.type = EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, .of = kind::update, .means = recorded, .command = COMMAND_TYPE_PROTOCOL_MESSAGE},

  // children
  {.type = EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED, .of = kind::child, .means = recorded, .command = COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION},
  {.type = EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED, .of = kind::child, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(start_child_workflow_execution_failed, StartChildWorkflowExecutionFailed, initiated)},
  {.type = EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED, .of = kind::child, .means = start, .group = resolution,
   .begun_by = BEGUN_BY(child_workflow_execution_started, ChildWorkflowExecutionStarted, initiated)},
  {.type = EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED, .of = kind::child, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(child_workflow_execution_completed, ChildWorkflowExecutionCompleted, initiated)},
  {.type = EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED, .of = kind::child, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(child_workflow_execution_failed, ChildWorkflowExecutionFailed, initiated)},
  {.type = EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED, .of = kind::child, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(child_workflow_execution_canceled, ChildWorkflowExecutionCanceled, initiated)},
  {.type = EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT, .of = kind::child, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(child_workflow_execution_timed_out, ChildWorkflowExecutionTimedOut, initiated)},
  {.type = EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED, .of = kind::child, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(child_workflow_execution_terminated, ChildWorkflowExecutionTerminated, initiated)},

  // signals and requests to cancel for other workflows
  {.type = EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, .of = kind::external, .means = recorded, .command = COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION},
  {.type = EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, .of = kind::external, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(signal_external_workflow_execution_failed, SignalExternalWorkflowExecutionFailed, initiated)},
  {.type = EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED, .of = kind::external, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(external_workflow_execution_signaled, ExternalWorkflowExecutionSignaled, initiated)},
  {.type = EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, .of = kind::external, .means = recorded, .command = COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION},
  {.type = EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, .of = kind::external, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(request_cancel_external_workflow_execution_failed, RequestCancelExternalWorkflowExecutionFailed, initiated)},
  {.type = EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED, .of = kind::external, .means = close, .group = resolution,
   .begun_by = BEGUN_BY(external_workflow_execution_cancel_requested, ExternalWorkflowExecutionCancelRequested, initiated)},

  // what is but written down
  {.type = EVENT_TYPE_MARKER_RECORDED, .of = kind::marker, .means = recorded, .command = COMMAND_TYPE_RECORD_MARKER, .is_peeked_at = true},
  {.type = EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, .of = kind::marker, .means = recorded, .command = COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, .is_peeked_at = true},
  {.type = EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED, .of = kind::marker, .means = recorded, .command = COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES},
};
// clang-format on
#undef BEGUN_BY

constexpr auto by_type = [] {
  constexpr auto last = std::ranges::max_element(rows, {}, &event_row::type)->type;
  std::array<event_row, last + 1> table{};
  for (const auto& row : rows)
    table[static_cast<std::size_t>(row.type)] = row;
  return table;
}();
static_assert(
    std::ranges::count_if(by_type, [](const auto& row) { return row.type != 0; })
        == std::ranges::size(rows),
    "a type has two rows");

} // namespace

constinit const std::span<const event_row> rows_by_type{by_type};

} // namespace troupe::workflow
