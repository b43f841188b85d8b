// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/activity/activity_rules.hpp"

#include "runtime/base/slices/slice.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/base/wire/wire_writer.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/activity/failure_size.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/retry_policy.hpp"
#include "runtime/embedded/run/run_options.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"
#include "runtime/payload/failure_chain.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe::embedded {
namespace {

constexpr const char* no_time_left =
    "Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up "
    "retrying";

const char* words_of(enums::TimeoutType type) {
  switch (type) {
  case enums::TIMEOUT_TYPE_SCHEDULE_TO_START: return "activity ScheduleToStart timeout";
  case enums::TIMEOUT_TYPE_START_TO_CLOSE: return "activity StartToClose timeout";
  case enums::TIMEOUT_TYPE_HEARTBEAT: return "activity Heartbeat timeout";
  default: return no_time_left;
  }
}

api::failure::v1::Failure timeout_failure(enums::TimeoutType type) {
  api::failure::v1::Failure failure;
  failure.set_message(words_of(type));
  failure.set_source("Server");
  failure.mutable_timeout_failure_info()->set_timeout_type(type);
  return failure;
}

/// The Started event, which is written when the activity ends: until then each retry would make
/// another one.
event_ptr started_event(const change& ch, const activity_state& activity) {
  auto event = ch.make(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED);
  to_proto(activity.started_time, *event->mutable_event_time());
  auto& to = *event->mutable_activity_task_started_event_attributes();
  to.set_scheduled_event_id(activity.scheduled_event_id);
  to.set_identity(activity.identity);
  to.set_request_id(activity.request_id);
  to.set_attempt(activity.attempt);
  if (activity.last_failure)
    *to.mutable_last_failure() = *activity.last_failure;
  return event;
}

void end_timed_out(
    change& ch, run& on, activity_entry at, enums::TimeoutType type, enums::RetryState state) {
  const auto& activity = at->second;
  auto event = ch.make(enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT);
  auto& to = *event->mutable_activity_task_timed_out_event_attributes();
  to.set_scheduled_event_id(activity.scheduled_event_id);
  to.set_retry_state(state);
  auto& failure = *to.mutable_failure();
  failure = timeout_failure(type);
  if (is_standalone(on)) {
    // Components of the real server say less, and name each timeout.
    failure.clear_source();
    if (type == enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE)
      failure.set_message("activity ScheduleToClose timeout");
    end_activity(ch, on, at, event);
    return;
  }
  if (activity.heartbeat_details)
    *failure.mutable_timeout_failure_info()->mutable_last_heartbeat_details() =
        *activity.heartbeat_details;
  if (activity.last_failure)
    *failure.mutable_cause() = *activity.last_failure;
  end_activity(ch, on, at, event);
}

/// A worker did not answer in time, or fell silent.
void time_out_attempt(change& ch, run& on, activity_entry at, enums::TimeoutType type) {
  auto& activity = on.state.activities.edit(at);
  auto failure = timeout_failure(type);
  if (is_standalone(on)) {
    failure.clear_source();
    activity.last_attempt_complete = ch.now();
  }
  const auto state = retry_activity(ch, activity, failure);
  if (state == enums::RETRY_STATE_IN_PROGRESS)
    return;
  if (state == enums::RETRY_STATE_TIMEOUT && !is_standalone(on))
    type = enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE;
  end_timed_out(ch, on, at, type, state);
}

bool passed(const change& ch, const std::optional<time_point>& when) {
  return when && *when <= ch.now();
}

void serve(change& ch, run& on, activity_entry at) {
  const auto& activity = at->second;
  if (activity.state == activity::state::backing_off && activity.scheduled_time <= ch.now()) {
    auto& due = on.state.activities.edit(at);
    due.state = *activity::next(due.state, activity::event::retry_due);
    due.stamp = ch.next_stamp();
    due.sent = {};
  }
  if (activity.paused)
    return;
  if (passed(ch, start_expiry(activity)))
    end_timed_out(ch, on, at, enums::TIMEOUT_TYPE_SCHEDULE_TO_START, enums::RETRY_STATE_TIMEOUT);
  else if (passed(ch, close_expiry(activity)))
    end_timed_out(ch, on, at, enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, enums::RETRY_STATE_TIMEOUT);
  else if (passed(ch, attempt_expiry(activity)))
    time_out_attempt(ch, on, at, enums::TIMEOUT_TYPE_START_TO_CLOSE);
  else if (passed(ch, heartbeat_expiry(activity)))
    time_out_attempt(ch, on, at, enums::TIMEOUT_TYPE_HEARTBEAT);
}

} // namespace

activity_entry find_activity(const run& on, std::int64_t scheduled_event_id) {
  const auto& all = on.state.activities;
  if (scheduled_event_id < 1 || scheduled_event_id > static_cast<std::int64_t>(on.history.size()))
    return all.end();
  const auto& event = on.history[static_cast<std::size_t>(scheduled_event_id - 1)];
  const auto found = all.find(event->activity_task_scheduled_event_attributes().activity_id());
  return found != all.end() && found->second.scheduled_event_id == scheduled_event_id ? found
                                                                                      : all.end();
}

void start_activity(
    change& ch, activity_state& activity, std::string identity, std::string request_id) {
  activity.state = *activity::next(activity.state, activity::event::started);
  activity.stamp = ch.next_stamp();
  activity.started_time = ch.now();
  activity.identity = std::move(identity);
  activity.request_id = std::move(request_id);
  activity.sent = {};
}

// Written as bytes, since building the message would copy the input.
std::string activity_task(const change& ch, const run& on, const activity_state& activity) {
  using response = api::workflowservice::v1::PollActivityTaskQueueResponse;
  const auto& from = attributes(activity);
  const auto& rec = ch.rec;
  const auto token = encode_activity(
      workflow_token{
          rec.namespace_id,
          rec.workflow_id, // or the key of an activity without one
          on.id,
          activity.scheduled_event_id,
          0,
          activity.attempt,
          activity.stamp},
      ch.settings().token_key);
  std::string bytes;
  bytes.reserve(300 + token.size() + activity.scheduled->ByteSizeLong());
  wire_writer to{bytes};
  to.text(response::kTaskTokenFieldNumber, token);
  to.text(response::kWorkflowNamespaceFieldNumber, rec.name_space);
  if (is_standalone(on)) {
    to.message(response::kWorkflowExecutionFieldNumber, [] {});
    to.text(response::kActivityRunIdFieldNumber, on.id);
  } else {
    to.message(response::kWorkflowTypeFieldNumber, [&] {
      to.text(api::common::v1::WorkflowType::kNameFieldNumber, on.state.workflow_type);
    });
    to.message(response::kWorkflowExecutionFieldNumber, [&] {
      to.text(api::common::v1::WorkflowExecution::kWorkflowIdFieldNumber, rec.workflow_id);
      to.text(api::common::v1::WorkflowExecution::kRunIdFieldNumber, on.id);
    });
  }
  to.message(response::kActivityTypeFieldNumber, from.activity_type());
  to.text(response::kActivityIdFieldNumber, from.activity_id());
  if (from.has_header())
    to.message(response::kHeaderFieldNumber, from.header());
  if (from.has_input())
    to.message(response::kInputFieldNumber, from.input());
  if (activity.heartbeat_details)
    to.message(response::kHeartbeatDetailsFieldNumber, *activity.heartbeat_details);
  google::protobuf::Timestamp time;
  to_proto(activity.first_scheduled_time, time);
  to.message(response::kScheduledTimeFieldNumber, time);
  to_proto(activity.scheduled_time, time);
  to.message(response::kCurrentAttemptScheduledTimeFieldNumber, time);
  to_proto(activity.started_time, time);
  to.message(response::kStartedTimeFieldNumber, time);
  to.number(response::kAttemptFieldNumber, static_cast<std::uint64_t>(activity.attempt));
  // The timeouts are as they were when it was scheduled, whatever a client changed since.
  to.message(response::kScheduleToCloseTimeoutFieldNumber, from.schedule_to_close_timeout());
  to.message(response::kStartToCloseTimeoutFieldNumber, from.start_to_close_timeout());
  to.message(response::kHeartbeatTimeoutFieldNumber, from.heartbeat_timeout());
  to.message(response::kRetryPolicyFieldNumber, retry_policy_of(activity));
  if (has_priority(on) || from.has_priority()
      || (activity.options && activity.options->has_priority()))
    to.message(response::kPriorityFieldNumber, priority_of(on, activity));
  return bytes;
}

void end_activity(change& ch, run& on, activity_entry at, const event_ptr& end) {
  const auto& activity = at->second;
  if (activity.state == activity::state::started) {
    const auto started = started_event(ch, activity);
    ch.append(on, started);
    set_started_event_id(*end, started->event_id()); // 0 in the buffer, until it is flushed
  }
  if (is_standalone(on)) {
    end_standalone(ch, on, at, end);
    return;
  }
  ch.append(on, end);
  on.state.activities.erase(at);
}

void tell_of_ends(change& ch, run& on) {
  if (is_standalone(on))
    return; // nobody waits but readers
  want_task(ch, on);
  limit_buffer(ch, on);
}

enums::RetryState
retry_activity(change& ch, activity_state& activity, const api::failure::v1::Failure& failure) {
  const auto& policy = retry_policy_of(activity);
  if (activity.cancel_requested_event_id != 0)
    return enums::RETRY_STATE_CANCEL_REQUESTED;
  if (!is_retryable(failure, policy))
    return enums::RETRY_STATE_NON_RETRYABLE_FAILURE;
  // What is paused takes no part in the game of attempts: it may be tried again once more.
  retry_decision next;
  if (!activity.paused) {
    next = next_attempt(
        held<api::common::v1::RetryPolicy>::copy_of(policy),
        activity.attempt,
        failure,
        ch.now(),
        close_expiry(activity));
    if (next.state != enums::RETRY_STATE_IN_PROGRESS)
      return next.state;
    // A policy that a client has emptied knows no pause; nor does a failure that asks for none.
    const auto& asked = failure.application_failure_info();
    if (next.delay <= duration{}
        && (!asked.has_next_retry_delay() || from_proto(asked.next_retry_delay()) == duration{}))
      return enums::RETRY_STATE_TIMEOUT;
    activity.scheduled_time = later(ch.now(), next.delay);
  }
  activity.state = *activity::next(
      activity.state,
      activity.paused ? activity::event::held_back : activity::event::attempt_failed);
  ++activity.attempt;
  activity.stamp = ch.next_stamp();
  activity.request_id.clear();
  const auto bytes = failure.ByteSizeLong();
  auto kept = bytes > most_kept_failure_bytes ? cut_failure(failure, most_kept_failure_bytes, false)
                                              : failure;
  cut_causes(kept);
  activity.last_failure.reset();
  if (bytes > 0) // a worker may fail an attempt without a word
    activity.last_failure = std::make_shared<const api::failure::v1::Failure>(std::move(kept));
  if (activity.resets_heartbeat) {
    activity.heartbeat_details.reset();
    activity.last_heartbeat.reset();
  }
  activity.resets_heartbeat = false;
  activity.reset_requested = false;
  return enums::RETRY_STATE_IN_PROGRESS;
}

void reschedule_activity(change& ch, activity_state& activity, time_point when) {
  const bool is_later = when > ch.now();
  activity.state = *activity::next(
      activity.state, is_later ? activity::event::put_off : activity::event::called_up);
  activity.scheduled_time = when;
  activity.stamp = ch.next_stamp();
  activity.last_failure.reset();
  activity.sent = {};
}

void serve_activity_deadlines(change& ch, run& on, const std::vector<std::int64_t>& due) {
  const auto before = on.state.activities.size();
  for (const auto scheduled_event_id : due)
    if (const auto at = find_activity(on, scheduled_event_id); at != on.state.activities.end())
      serve(ch, on, at);
  if (on.state.activities.size() != before)
    tell_of_ends(ch, on);
}

void dispatch_activities(change& ch, run& on) {
  auto& all = on.state.activities;
  if (!on.open() || all.notes().empty())
    return;
  // By index: dispatching notes more.
  for (std::size_t at = 0, end = all.notes().size(); at < end; ++at) {
    spend();
    const auto found = all.find(all.notes()[at].key);
    if (found == all.end())
      continue;
    const auto& activity = found->second;
    if (activity.state != activity::state::scheduled || activity.paused || activity.sent.is_queued)
      continue;
    auto& sent = all.edit(found);
    sent.sent.is_queued = true;
    ch.tx.effects.push_back(activity_task_dispatch{
        task_queue_of(sent),
        on.id,
        found->first,
        sent.stamp,
        sent.scheduled_time,
        task_priority_of(on, sent)});
  }
}

void handle(change& ch, const start_activity_task& what) {
  run* const on = ch.find(what.run_id);
  auto* const all = on && !what.run_id.empty() && on->open() ? &on->state.activities : nullptr;
  const auto found = all ? all->find(what.activity_id) : activity_entry{};
  if (!all || found == all->end() || found->second.state != activity::state::scheduled
      || found->second.stamp != what.stamp || found->second.paused) {
    refuse(ch, task_not_found());
    return;
  }
  auto& activity = all->edit(found);
  start_activity(ch, activity, what.identity, what.request_id);
  ch.tx.answer = {{}, nullptr, activity_task(ch, *on, activity)};
}

} // namespace troupe::embedded
