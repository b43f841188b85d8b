// SPDX-License-Identifier: Apache-2.0
// Activities that no workflow asked for, as clients see them; rows of the index.

#include "runtime/embedded/standalone/standalone_view.hpp"

#include "runtime/base/text/json_text.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/nexus/nexus_view.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/standalone/operation_view.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_reads.hpp"

#include <temporal/api/activity/v1/message.pb.h>
#include <temporal/api/callback/v1/message.pb.h>
#include <temporal/api/enums/v1/activity.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;

enums::ActivityExecutionStatus status_of(enums::WorkflowExecutionStatus status) {
  return status == enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT
             ? enums::ACTIVITY_EXECUTION_STATUS_TIMED_OUT
             : static_cast<enums::ActivityExecutionStatus>(status);
}

enums::PendingActivityState run_state_of(const run& on, const activity_state& activity) {
  if (!on.open())
    return enums::PENDING_ACTIVITY_STATE_UNSPECIFIED;
  if (activity.cancel_requested_event_id != 0)
    return enums::PENDING_ACTIVITY_STATE_CANCEL_REQUESTED;
  return activity.state == activity::state::started ? enums::PENDING_ACTIVITY_STATE_STARTED
                                                    : enums::PENDING_ACTIVITY_STATE_SCHEDULED;
}

const api::history::v1::WorkflowExecutionCancelRequestedEventAttributes*
cancel_request_of(const run& on, const activity_state& activity) {
  const auto id = activity.cancel_requested_event_id;
  return id == 0 ? nullptr
                 : &on.history[static_cast<std::size_t>(id - 1)]
                        ->workflow_execution_cancel_requested_event_attributes();
}

void fill_info(const record& rec, const run& on, api::activity::v1::ActivityExecutionInfo& to) {
  const auto& state = on.state;
  const auto& activity = standalone_activity(on);
  const auto& from = attributes(activity);
  to.set_activity_id(std::string{standalone_id_of(rec.workflow_id)});
  to.set_run_id(on.id);
  *to.mutable_activity_type() = from.activity_type();
  to.set_status(status_of(state.status));
  to.set_run_state(run_state_of(on, activity));
  to.set_task_queue(from.task_queue().name());
  *to.mutable_schedule_to_close_timeout() = from.schedule_to_close_timeout();
  *to.mutable_schedule_to_start_timeout() = from.schedule_to_start_timeout();
  *to.mutable_start_to_close_timeout() = from.start_to_close_timeout();
  *to.mutable_heartbeat_timeout() = from.heartbeat_timeout();
  *to.mutable_retry_policy() = from.retry_policy();
  if (activity.heartbeat_details)
    *to.mutable_heartbeat_details() = *activity.heartbeat_details;
  if (activity.last_heartbeat)
    to_proto(*activity.last_heartbeat, *to.mutable_last_heartbeat_time());
  if (activity.started_time != time_point{})
    to_proto(activity.started_time, *to.mutable_last_started_time());
  to.set_attempt(activity.attempt);
  to_proto(activity.first_scheduled_time, *to.mutable_schedule_time());
  if (const auto limit = from_proto(from.schedule_to_close_timeout()); limit > duration{})
    to_proto(later(activity.first_scheduled_time, limit), *to.mutable_expiration_time());
  if (activity.last_failure)
    *to.mutable_last_failure() = *activity.last_failure;
  to.set_last_worker_identity(activity.identity);
  if (activity.last_attempt_complete) {
    to_proto(*activity.last_attempt_complete, *to.mutable_last_attempt_complete_time());
    if (activity.attempt > 1 && activity.scheduled_time > *activity.last_attempt_complete) {
      to_proto(
          between(*activity.last_attempt_complete, activity.scheduled_time),
          *to.mutable_current_retry_interval());
      to_proto(activity.scheduled_time, *to.mutable_next_attempt_schedule_time());
    }
  }
  if (from.has_priority())
    *to.mutable_priority() = from.priority();
  to.set_state_transition_count(state.transitions);
  to.mutable_search_attributes();
  if (state.search_attributes)
    *to.mutable_search_attributes() = *state.search_attributes;
  if (from.has_header())
    *to.mutable_header() = from.header();
  if (on.history.front()->has_user_metadata())
    *to.mutable_user_metadata() = on.history.front()->user_metadata();
  if (const auto* const asked = cancel_request_of(on, activity))
    to.set_canceled_reason(asked->cause());
  if (on.open())
    return;
  to_proto(state.close_time, *to.mutable_close_time());
  to_proto(between(state.start_time, state.close_time), *to.mutable_execution_duration());
}

} // namespace

void fill_outcome(const run& on, api::activity::v1::ActivityExecutionOutcome& to) {
  const auto& end = *on.history.back();
  switch (end.event_type()) {
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
    *to.mutable_result() = end.activity_task_completed_event_attributes().result();
    return;
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
    *to.mutable_failure() = end.activity_task_failed_event_attributes().failure();
    return;
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
    *to.mutable_failure() = end.activity_task_timed_out_event_attributes().failure();
    return;
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED: {
    const auto& canceled = end.activity_task_canceled_event_attributes();
    auto& failure = *to.mutable_failure();
    failure.set_message("Activity canceled");
    auto& info = *failure.mutable_canceled_failure_info();
    if (canceled.has_details())
      *info.mutable_details() = canceled.details();
    if (const auto* const asked = cancel_request_of(on, standalone_activity(on)))
      info.set_identity(asked->identity());
    return;
  }
  default: {
    const auto& terminated = end.workflow_execution_terminated_event_attributes();
    auto& failure = *to.mutable_failure();
    failure.set_message(terminated.reason());
    failure.mutable_terminated_failure_info()->set_identity(terminated.identity());
  }
  }
}

void link_to_activity(const record& rec, const run& on, api::common::v1::Link& to) {
  auto& link = *to.mutable_activity();
  link.set_namespace_(rec.name_space);
  link.set_activity_id(std::string{standalone_id_of(rec.workflow_id)});
  link.set_run_id(on.id);
}

namespace {

/// What a row of any of them says.
void fill_row(
    const record& rec,
    const run& on,
    std::string_view division,
    api::workflow::v1::WorkflowExecutionInfo& to) {
  const auto& state = on.state;
  to.mutable_execution()->set_workflow_id(std::string{standalone_id_of(rec.workflow_id)});
  to.mutable_execution()->set_run_id(on.id);
  to.mutable_type()->set_name(state.workflow_type);
  to_proto(state.start_time, *to.mutable_start_time());
  to_proto(state.execution_time, *to.mutable_execution_time());
  to.set_status(state.status);
  to.set_task_queue(state.task_queue);
  to.set_state_transition_count(state.transitions);
  to.mutable_memo();
  if (state.search_attributes)
    *to.mutable_search_attributes() = *state.search_attributes;
  set_keyword(to, division_attribute, division);
  if (on.open())
    return;
  to_proto(state.close_time, *to.mutable_close_time());
  to_proto(between(state.start_time, state.close_time), *to.mutable_execution_duration());
}

} // namespace

void set_keyword(
    api::workflow::v1::WorkflowExecutionInfo& row, std::string_view name, std::string_view text) {
  auto& value = (*row.mutable_search_attributes()->mutable_indexed_fields())[std::string{name}];
  (*value.mutable_metadata())["encoding"] = "json/plain";
  (*value.mutable_metadata())["type"] = "Keyword";
  value.set_data(quote_json(text));
}

read_result describe_activity(
    const record& rec,
    const wire::DescribeActivityExecutionRequest& request,
    std::size_t max_id_bytes) {
  return describe_by<wire::DescribeActivityExecutionResponse>(
      rec, request, max_id_bytes, [&](const run& on, auto& response) {
        fill_info(rec, on, *response.mutable_info());
        const auto& scheduled = attributes(standalone_activity(on));
        if (request.include_input() && scheduled.has_input())
          *response.mutable_input() = scheduled.input();
        if (request.include_outcome() && !on.open())
          fill_outcome(on, *response.mutable_outcome());
        for (const auto& [number, each] : on.state.callbacks) {
          auto& shown = *response.add_callbacks();
          shown.mutable_trigger()->mutable_activity_closed();
          show_callback(each, *shown.mutable_info());
        }
      });
}

read_result poll_activity(
    const record& rec,
    const wire::PollActivityExecutionRequest& request,
    std::size_t max_id_bytes) {
  return poll_by<wire::PollActivityExecutionResponse>(
      rec,
      request,
      max_id_bytes,
      [](const run& on) { return !on.open(); },
      [](const run& on, auto& response) { fill_outcome(on, *response.mutable_outcome()); });
}

void fill_standalone_row(
    const record& rec, const run& on, api::workflow::v1::WorkflowExecutionInfo& to) {
  if (!is_operation(on)) {
    fill_row(rec, on, activity_division, to);
    return;
  }
  fill_row(rec, on, operation_division, to);
  fill_operation_row(standalone_operation(on), to);
}

void show_activity_row(
    const api::workflow::v1::WorkflowExecutionInfo& from,
    api::activity::v1::ActivityExecutionListInfo& to) {
  to.set_activity_id(from.execution().workflow_id());
  to.set_run_id(from.execution().run_id());
  to.mutable_activity_type()->set_name(from.type().name());
  *to.mutable_schedule_time() = from.start_time();
  if (from.has_close_time()) {
    *to.mutable_close_time() = from.close_time();
    *to.mutable_execution_duration() = from.execution_duration();
  }
  to.set_status(status_of(from.status()));
  *to.mutable_search_attributes() = from.search_attributes();
  to.mutable_search_attributes()->mutable_indexed_fields()->erase(std::string{division_attribute});
  to.set_task_queue(from.task_queue());
  to.set_state_transition_count(from.state_transition_count());
}

} // namespace troupe::embedded
