// SPDX-License-Identifier: Apache-2.0
// What clients do with activities that no workflow asked for.

#include "runtime/base/text/json_text.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/retry_policy.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_view.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/taskqueue/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
using start_request = wire::StartActivityExecutionRequest;

rpc_status check_length(const std::string& value, std::size_t limit, const char* name) {
  if (value.size() <= limit)
    return {};
  return invalid_argument(
      std::string{name} + " exceeds length limit. Length=" + std::to_string(value.size())
      + " Limit=" + std::to_string(limit));
}

/// Checks in the real server's order, and fills in what is not set.
rpc_status check_start(const change& ch, start_request& request) {
  const auto limit = ch.settings().max_id_bytes;
  if (auto queue = check_task_queue(request.has_task_queue(), request.task_queue(), limit);
      !queue.ok())
    return queue;
  const auto& id = request.activity_id();
  const auto& type = request.activity_type().name();
  if (id.empty())
    return invalid_argument("activityId is not set");
  if (type.empty())
    return invalid_argument("activityType is not set");
  fill_defaults(*request.mutable_retry_policy());
  if (auto policy = check(request.retry_policy()); !policy.ok())
    return policy;
  if (auto status = check_length(id, limit, "activityId"); !status.ok())
    return status;
  if (auto status = check_length(type, limit, "activityType"); !status.ok())
    return status;
  if (auto priority = check(request.priority()); !priority.ok())
    return invalid_argument("invalid priorities: " + priority.message);
  if (from_proto(request.schedule_to_close_timeout()) == duration{}
      && from_proto(request.start_to_close_timeout()) == duration{}
      && duration_problem(request.schedule_to_start_timeout()).empty()
      && duration_problem(request.heartbeat_timeout()).empty())
    return invalid_argument(
        "a valid StartToClose or ScheduleToCloseTimeout is not set on ScheduleActivityTaskCommand."
        " ActivityId="
        + id + " ActivityType=" + type);
  if (auto timeouts = check_and_fill_timeouts(
          id,
          type,
          duration{},
          *request.mutable_schedule_to_close_timeout(),
          *request.mutable_schedule_to_start_timeout(),
          *request.mutable_start_to_close_timeout(),
          *request.mutable_heartbeat_timeout());
      !timeouts.ok())
    return invalid_argument(timeouts.message);
  if (auto status = check_length(request.request_id(), limit, "request ID"); !status.ok())
    return status;
  if (auto status = check_length(request.identity(), limit, "identity"); !status.ok())
    return status;
  if (request.input().ByteSizeLong() > ch.settings().max_blob_bytes)
    return invalid_argument("input exceeds length limit");
  if (!request.has_search_attributes())
    return {};
  drop_nulls(request);
  if (auto found = check_search_attributes(
          ch.around, ch.rec.name_space, *request.mutable_search_attributes());
      !found.ok())
    return found.status;
  return check_attributes_size(ch.around, ch.rec.name_space, request.search_attributes()).status;
}

rpc_status taken(const run& existing) {
  api::errordetails::v1::ActivityExecutionAlreadyStartedFailure detail;
  detail.set_start_request_id(existing.state.start_request_id);
  detail.set_run_id(existing.id);
  return with_detail(status_code::already_exists, "activity execution already started", detail);
}

/// Whether a new run may follow this one.
bool may_follow(const run& existing, enums::ActivityIdReusePolicy reuse) {
  if (existing.open())
    return false;
  switch (reuse) {
  case enums::ACTIVITY_ID_REUSE_POLICY_REJECT_DUPLICATE: return false;
  case enums::ACTIVITY_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY:
    return existing.state.status != enums::WORKFLOW_EXECUTION_STATUS_COMPLETED;
  default: return true;
  }
}

void answer_started(change& ch, const run& on, bool started) {
  auto& response = accept<wire::StartActivityExecutionResponse>(ch);
  response.set_run_id(on.id);
  response.set_started(started);
}

event_ptr scheduled_event(const change& ch, const start_request& request) {
  auto event = ch.make(enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
  if (request.has_user_metadata())
    *event->mutable_user_metadata() = request.user_metadata();
  *event->mutable_links() = request.links();
  auto& to = *event->mutable_activity_task_scheduled_event_attributes();
  to.set_activity_id(request.activity_id());
  *to.mutable_activity_type() = request.activity_type();
  to.mutable_task_queue()->set_name(request.task_queue().name());
  to.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (request.has_header())
    *to.mutable_header() = request.header();
  if (request.has_input())
    *to.mutable_input() = request.input();
  *to.mutable_schedule_to_close_timeout() = request.schedule_to_close_timeout();
  *to.mutable_schedule_to_start_timeout() = request.schedule_to_start_timeout();
  *to.mutable_start_to_close_timeout() = request.start_to_close_timeout();
  *to.mutable_heartbeat_timeout() = request.heartbeat_timeout();
  *to.mutable_retry_policy() = request.retry_policy();
  if (request.has_priority())
    *to.mutable_priority() = request.priority();
  return event;
}

run& begin(change& ch, const start_request& request, std::string request_id) {
  auto made = std::make_unique<run>();
  made->id = ch.around.ids.time_ordered_uuid(ch.now());
  auto& state = made->state;
  state.workflow_type = request.activity_type().name();
  state.task_queue = request.task_queue().name();
  state.first_run_id = made->id;
  state.start_request_id = request_id;
  state.start_time = state.execution_time = ch.now();
  if (request.has_search_attributes())
    state.search_attributes =
        held<api::common::v1::SearchAttributes>::copy_of(request.search_attributes());
  auto& on = ch.add(std::move(made));
  const auto event = scheduled_event(ch, request);
  ch.write(on, event);
  activity_state activity;
  activity.scheduled_event_id = event->event_id();
  activity.scheduled = event;
  activity.stamp = ch.next_stamp();
  activity.first_scheduled_time = ch.now();
  activity.scheduled_time = ch.now();
  on.state.activities.put(request.activity_id(), std::move(activity));
  on.state.request_ids.put(
      request_id, {enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, event->event_id(), false});
  ch.show(on);
  return on;
}

/// The run that a request means; null, and the refusal is set, if it is none that could be meant.
template <class Request>
run* find(change& ch, const Request& request) {
  auto status =
      check_activity_id(request.activity_id(), request.run_id(), ch.settings().max_id_bytes);
  if constexpr (requires { request.request_id(); }) {
    const auto limit = ch.settings().max_id_bytes;
    if (status.ok())
      status = check_length(request.request_id(), limit, "request ID");
    if (status.ok())
      status = check_length(request.identity(), limit, "identity");
    if (status.ok() && request.reason().size() > ch.settings().max_blob_bytes)
      status = invalid_argument("reason exceeds length limit");
  }
  run* const on = status.ok() ? ch.find(request.run_id()) : nullptr;
  if (status.ok() && !on)
    status = activity_not_found(request.activity_id());
  if (!status.ok())
    refuse(ch, std::move(status));
  return on;
}

/// The id of the request that this kind of event came from; null if there was none.
const std::string* request_of(const run& on, enums::EventType type) {
  for (const auto& [id, use] : on.state.request_ids)
    if (use.event_type == type)
      return &id;
  return nullptr;
}

std::string id_or_new(change& ch, const std::string& id) {
  return id.empty() ? ch.around.ids.uuid() : id;
}

const char* how_it_ended(enums::WorkflowExecutionStatus status) {
  switch (status) {
  case enums::WORKFLOW_EXECUTION_STATUS_COMPLETED: return "Completed";
  case enums::WORKFLOW_EXECUTION_STATUS_CANCELED: return "Canceled";
  case enums::WORKFLOW_EXECUTION_STATUS_TERMINATED: return "Terminated";
  case enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT: return "TimedOut";
  default: return "Failed";
  }
}

rpc_status closed(const run& on) {
  return failed_precondition(
      std::string{"invalid transition from "} + how_it_ended(on.state.status));
}

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
  const auto at = on.state.activities.begin();
  end_activity(ch, on, at, event);
  on.state.request_ids.put(
      request_id, {enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, event->event_id(), false});
}

} // namespace

void handle(change& ch, const start_standalone& what) {
  start_request request = what.request;
  if (auto status = check_start(ch, request); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  const auto request_id = id_or_new(ch, request.request_id());
  if (const run* const current = ch.current()) {
    const auto used = current->state.request_ids.find(request_id);
    if (used != current->state.request_ids.end()
        && used->second.event_type == enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) {
      answer_started(ch, *current, false);
      return;
    }
    if (current->open()
        && request.id_conflict_policy() == enums::ACTIVITY_ID_CONFLICT_POLICY_USE_EXISTING) {
      answer_started(ch, *current, false);
      return;
    }
    if (!may_follow(*current, request.id_reuse_policy())) {
      refuse(ch, taken(*current));
      return;
    }
  }
  answer_started(ch, begin(ch, request, request_id), true);
}

void handle(change& ch, const cancel_standalone& what) {
  const auto& request = what.request;
  run* const on = find(ch, request);
  if (!on)
    return;
  if (!on->open()) {
    refuse(ch, closed(*on));
    return;
  }
  const auto at = on->state.activities.begin();
  if (at->second.cancel_requested_event_id != 0) {
    const auto* const former =
        request_of(*on, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
    if (former != nullptr && *former != request.request_id())
      refuse(ch, failed_precondition("cancellation already requested with request ID " + *former));
    else
      accept<wire::RequestCancelActivityExecutionResponse>(ch);
    return;
  }
  accept<wire::RequestCancelActivityExecutionResponse>(ch);
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
  auto& asked = *event->mutable_workflow_execution_cancel_requested_event_attributes();
  asked.set_cause(request.reason());
  asked.set_identity(request.identity());
  ch.write(*on, event);
  on->state.request_ids.put(
      id_or_new(ch, request.request_id()),
      {enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED, event->event_id(), false});
  auto& activity = on->state.activities.edit(at);
  activity.cancel_requested_event_id = event->event_id();
  if (activity.state == activity::state::started)
    return;
  // What waits for its start needs nobody's consent.
  auto end = ch.make(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED);
  auto& to = *end->mutable_activity_task_canceled_event_attributes();
  auto& details = *to.mutable_details()->add_payloads();
  (*details.mutable_metadata())["encoding"] = "json/plain";
  details.set_data(quote_json(request.reason()));
  to.set_scheduled_event_id(activity.scheduled_event_id);
  to.set_latest_cancel_requested_event_id(event->event_id());
  to.set_identity(request.identity());
  end_activity(ch, *on, at, end);
}

void handle(change& ch, const terminate_standalone& what) {
  const auto& request = what.request;
  run* const on = find(ch, request);
  if (!on)
    return;
  if (on->state.status == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED) {
    const auto* const former = request_of(*on, enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
    if (former != nullptr && *former != request.request_id())
      refuse(ch, failed_precondition("already terminated with request ID " + *former));
    else
      accept<wire::TerminateActivityExecutionResponse>(ch);
    return;
  }
  if (!on->open()) {
    refuse(ch, closed(*on));
    return;
  }
  terminate(ch, *on, request.reason(), request.identity(), id_or_new(ch, request.request_id()));
  accept<wire::TerminateActivityExecutionResponse>(ch);
}

void handle(change& ch, const delete_standalone& what) {
  run* const on = find(ch, what.request);
  if (!on)
    return;
  if (on->open())
    terminate(ch, *on, "Delete activity execution", {}, ch.around.ids.uuid());
  ch.remove(*on);
  accept<wire::DeleteActivityExecutionResponse>(ch);
}

// -- its end -------------------------------------------------------------------------------------

std::string standalone_key(std::string_view activity_id) {
  return std::string{standalone_prefix}.append(activity_id);
}

const activity_state& standalone_activity(const run& on) {
  return on.state.activities.begin()->second;
}

namespace {

/// How its last attempt ended, if that is what ended it.
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

} // namespace

void end_standalone(change& ch, run& on, activity_entry at, const event_ptr& end) {
  ch.write(on, end);
  auto& state = on.state;
  keep_last_attempt(ch, state.activities.edit(at), *end);
  switch (end->event_type()) {
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
    state.status = enums::WORKFLOW_EXECUTION_STATUS_COMPLETED;
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
    state.status = enums::WORKFLOW_EXECUTION_STATUS_CANCELED;
    break;
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
    state.status = enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT;
    break;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
    state.status = enums::WORKFLOW_EXECUTION_STATUS_TERMINATED;
    break;
  default: state.status = enums::WORKFLOW_EXECUTION_STATUS_FAILED;
  }
  state.close_time = ch.now();
  auto& activity = state.activities.edit(at);
  activity.state = *activity::next(activity.state, activity::event::ended);
  ch.show(on);
}

} // namespace troupe::embedded
