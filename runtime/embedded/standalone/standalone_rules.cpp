// SPDX-License-Identifier: Apache-2.0
// Starts of activities that no workflow asked for, and requests to cancel them.

#include "runtime/base/text/json_text.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/retry_policy.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_requests.hpp"
#include "runtime/embedded/standalone/standalone_view.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/taskqueue/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
using activity_start = wire::StartActivityExecutionRequest;

/// Checks in the real server's order, and fills in what is not set.
rpc_status check_start(const change& ch, activity_start& request) {
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
  if (auto status = check_attachments(ch, request); !status.ok())
    return status;
  if (auto attributes = check_attributes(ch, request); !attributes.ok())
    return attributes;
  if (!enums::ActivityIdReusePolicy_IsValid(request.id_reuse_policy()))
    return invalid_argument(
        "unsupported ID reuse policy: " + std::to_string(request.id_reuse_policy()));
  if (!enums::ActivityIdConflictPolicy_IsValid(request.id_conflict_policy()))
    return invalid_argument(
        "unsupported ID conflict policy: " + std::to_string(request.id_conflict_policy()));
  return {};
}

event_ptr scheduled_event(const change& ch, const activity_start& request) {
  auto event = ch.make(enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
  if (request.has_user_metadata())
    *event->mutable_user_metadata() = request.user_metadata();
  add_links_of(request, *event);
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

run& begin(change& ch, const activity_start& request, const std::string& request_id) {
  const auto event = scheduled_event(ch, request);
  auto& on = begin_standalone(
      ch,
      request.activity_type().name(),
      request.task_queue().name(),
      request.search_attributes(),
      request_id,
      event);
  activity_state activity;
  activity.scheduled_event_id = event->event_id();
  activity.scheduled = event;
  activity.stamp = ch.next_stamp();
  activity.first_scheduled_time = ch.now();
  activity.scheduled_time = ch.now();
  on.state.activities.put(request.activity_id(), std::move(activity));
  put_callbacks(ch, on, request, request_id, false);
  return on;
}

} // namespace

void handle(change& ch, const start_standalone& what) {
  activity_start request = what.request;
  if (auto status = check_start(ch, request); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  start_by<
      wire::StartActivityExecutionResponse,
      api::errordetails::v1::ActivityExecutionAlreadyStartedFailure>(
      ch,
      request,
      enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
      [&](const std::string& request_id) -> run& { return begin(ch, request, request_id); },
      [&](run& on, const std::string& request_id) {
        return attach_callbacks(ch, on, request, request_id);
      });
}

void handle(change& ch, const cancel_standalone& what) {
  const auto& request = what.request;
  run* const on = find_for_change(ch, request);
  if (!on)
    return;
  if (!on->open()) {
    refuse(ch, closed_already(*on));
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
  const auto asked = write_cancel_request(ch, *on, request);
  auto& activity = on->state.activities.edit(at);
  activity.cancel_requested_event_id = asked;
  if (activity.state == activity::state::started)
    return;
  // What waits for its start needs nobody's consent.
  auto end = ch.make(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED);
  auto& to = *end->mutable_activity_task_canceled_event_attributes();
  auto& details = *to.mutable_details()->add_payloads();
  (*details.mutable_metadata())["encoding"] = "json/plain";
  details.set_data(quote_json(request.reason()));
  to.set_scheduled_event_id(activity.scheduled_event_id);
  to.set_latest_cancel_requested_event_id(asked);
  to.set_identity(request.identity());
  end_activity(ch, *on, at, end);
}

} // namespace troupe::embedded
