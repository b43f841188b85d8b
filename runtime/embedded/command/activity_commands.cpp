// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/activity/activity_rules.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/command/commands.hpp"
#include "runtime/embedded/run/retry_policy.hpp"

#include <temporal/api/taskqueue/v1/message.pb.h>

#include <algorithm>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // use_workflow_build_id is still copied

namespace troupe::embedded {
namespace {

using command = api::command::v1::Command;
using wire_command = api::command::v1::ScheduleActivityTaskCommandAttributes;

constexpr auto bad_schedule = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_ACTIVITY_ATTRIBUTES;

command_failure refused(std::string text) {
  return {bad_schedule, std::move(text), false};
}

command_result check_length(const std::string& value, std::size_t limit, const char* name) {
  if (value.empty())
    return refused(std::string{name} + " is not set");
  if (value.size() > limit)
    return refused(
        std::string{name} + " exceeds length limit. Length=" + std::to_string(value.size())
        + " Limit=" + std::to_string(limit));
  return {};
}

/// True if its end waits for the next workflow task: it is gone for the rules, but the worker
/// cannot know.
bool ends_unseen(const completion& in, std::int64_t scheduled_event_id) {
  const auto ends = [&](const event_ptr& event) {
    return ends_activity(*event, scheduled_event_id);
  };
  return std::any_of(
             in.on.state.buffered.begin(),
             in.on.state.buffered.end(),
             [&](const auto& waiting) { return ends(waiting.second); })
         || std::any_of(in.ended.begin(), in.ended.end(), ends);
}

/// What waits for its start needs nobody's consent.
void cancel_unstarted(completion& in, activity_entry at, std::int64_t requested_event_id) {
  auto event = in.ch.make(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED);
  auto& to = *event->mutable_activity_task_canceled_event_attributes();
  auto& details = *to.mutable_details()->add_payloads();
  (*details.mutable_metadata())["encoding"] = "json/plain";
  details.set_data("\"ACTIVITY_ID_NOT_STARTED\"");
  to.set_latest_cancel_requested_event_id(requested_event_id);
  to.set_scheduled_event_id(at->second.scheduled_event_id);
  to.set_identity(in.identity);
  in.ended.push_back(std::move(event));
  in.on.state.activities.erase(at);
}

} // namespace

command_result schedule_activity(completion& in, const command& what) {
  auto& ch = in.ch;
  auto& state = in.on.state;
  const auto& settings = ch.settings();
  if (!what.has_schedule_activity_task_command_attributes())
    return refused(
        "ScheduleActivityTaskCommandAttributes is not set on ScheduleActivityTaskCommand.");
  const auto& from = what.schedule_activity_task_command_attributes();
  if (const auto queue =
          check_task_queue(from.has_task_queue(), from.task_queue(), settings.max_id_bytes);
      !queue.ok())
    return refused(
        from.task_queue().name() == "temporal-sys-per-ns-tq"
            ? queue.message + " (in parent component task queue: " + state.task_queue + ')'
            : queue.message);
  if (from.activity_id().empty())
    return refused("activityId is not set");
  if (from.activity_type().name().empty())
    return refused("activityType is not set");

  auto event = make_event(in, what, enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
  auto& to = *event->mutable_activity_task_scheduled_event_attributes();
  if (from.has_retry_policy())
    copy_in_slices(from.retry_policy(), *to.mutable_retry_policy());
  fill_defaults(*to.mutable_retry_policy());
  if (const auto policy = check(to.retry_policy()); !policy.ok())
    return refused(policy.message);
  if (auto failed = check_length(from.activity_id(), settings.max_id_bytes, "activityId"))
    return failed;
  if (auto failed =
          check_length(from.activity_type().name(), settings.max_id_bytes, "activityType"))
    return failed;
  *to.mutable_schedule_to_close_timeout() = from.schedule_to_close_timeout();
  *to.mutable_schedule_to_start_timeout() = from.schedule_to_start_timeout();
  *to.mutable_start_to_close_timeout() = from.start_to_close_timeout();
  *to.mutable_heartbeat_timeout() = from.heartbeat_timeout();
  if (const auto timeouts = check_and_fill_timeouts(
          from.activity_id(),
          from.activity_type().name(),
          state.run_timeout,
          *to.mutable_schedule_to_close_timeout(),
          *to.mutable_schedule_to_start_timeout(),
          *to.mutable_start_to_close_timeout(),
          *to.mutable_heartbeat_timeout());
      !timeouts.ok())
    return refused(timeouts.message);
  if (const auto priority = check(from.priority()); !priority.ok())
    return refused("invalid priorities: " + priority.message);
  if (from.use_workflow_build_id() && from.task_queue().name() != state.task_queue)
    return refused("Activity with UseCompatibleVersion cannot run on different task queue.");
  if (from.input().ByteSizeLong() > settings.max_blob_bytes)
    return command_failure{
        bad_schedule, "ScheduleActivityTaskCommandAttributes.Input exceeds size limit.", true};
  if (state.activities.size() >= settings.max_pending_activities) {
    const auto limit = std::to_string(settings.max_pending_activities);
    return command_failure{
        enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_ACTIVITIES_LIMIT_EXCEEDED,
        "the number of pending activities, " + std::to_string(state.activities.size())
            + ", has reached the per-workflow limit of " + limit,
        false};
  }
  if (state.activities.contains(from.activity_id()))
    return command_failure{
        enums::WORKFLOW_TASK_FAILED_CAUSE_SCHEDULE_ACTIVITY_DUPLICATE_ID,
        "invalid history builder state for action: add-activitytask-scheduled-event, ActivityID: "
            + from.activity_id(),
        false};

  to.set_activity_id(from.activity_id());
  *to.mutable_activity_type() = from.activity_type();
  to.mutable_task_queue()->set_name(from.task_queue().name());
  to.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  if (from.has_header())
    copy_in_slices(from.header(), *to.mutable_header());
  if (from.has_input())
    copy_in_slices(from.input(), *to.mutable_input());
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  to.set_use_workflow_build_id(from.use_workflow_build_id());
  if (from.has_priority())
    *to.mutable_priority() = from.priority();
  ch.write(in.on, event);

  activity_state activity;
  activity.scheduled_event_id = event->event_id();
  activity.scheduled = event;
  activity.stamp = ch.next_stamp();
  activity.first_scheduled_time = ch.now();
  activity.scheduled_time = ch.now();
  state.activities.put(from.activity_id(), std::move(activity));
  if (from.request_eager_execution() && settings.eager_activities)
    in.eager.push_back(from.activity_id());
  return {};
}

command_result request_cancel_activity(completion& in, const command& what) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_ACTIVITY_ATTRIBUTES;
  if (!what.has_request_cancel_activity_task_command_attributes())
    return command_failure{
        bad,
        "RequestCancelActivityTaskCommandAttributes is not set on "
        "RequestCancelActivityTaskCommand.",
        false};
  const auto id = what.request_cancel_activity_task_command_attributes().scheduled_event_id();
  if (id <= 0)
    return command_failure{
        bad, "ScheduledEventId is not set on RequestCancelActivityTaskCommand.", false};
  auto& activities = in.on.state.activities;
  const auto found = find_activity(in.on, id);
  const bool pending = found != activities.end();
  if (pending ? found->second.cancel_requested_event_id != 0 : !ends_unseen(in, id))
    return command_failure{
        bad,
        "invalid history builder state for action: add-activitytask-cancel-requested-event, "
        "ScheduledEventID: "
            + std::to_string(id),
        false};
  auto event = make_event(in, what, enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED);
  auto& to = *event->mutable_activity_task_cancel_requested_event_attributes();
  to.set_scheduled_event_id(id);
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  in.ch.write(in.on, event);
  if (!pending)
    return {};
  if (found->second.state == activity::state::started)
    activities.edit(found).cancel_requested_event_id = event->event_id();
  else
    cancel_unstarted(in, found, event->event_id());
  return {};
}

} // namespace troupe::embedded
