// SPDX-License-Identifier: Apache-2.0
// Pending activities as clients see them.

#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/activity/activity_rules.hpp"

#include <temporal/api/taskqueue/v1/message.pb.h>

namespace troupe::embedded {
namespace {

enums::PendingActivityState state_of(const activity_state& activity) {
  if (activity.cancel_requested_event_id != 0)
    return enums::PENDING_ACTIVITY_STATE_CANCEL_REQUESTED;
  const bool is_started = activity.state == activity::state::started;
  if (activity.paused)
    return is_started ? enums::PENDING_ACTIVITY_STATE_PAUSE_REQUESTED
                      : enums::PENDING_ACTIVITY_STATE_PAUSED;
  return is_started ? enums::PENDING_ACTIVITY_STATE_STARTED
                    : enums::PENDING_ACTIVITY_STATE_SCHEDULED;
}

void show_next_attempt(const activity_state& activity, api::workflow::v1::PendingActivityInfo& to) {
  const auto& policy = retry_policy_of(activity);
  auto interval = policy_interval(policy, activity.attempt);
  if (activity.state == activity::state::backing_off) {
    to_proto(activity.scheduled_time, *to.mutable_next_attempt_schedule_time());
    interval = activity.last_attempt_complete
                   ? between(*activity.last_attempt_complete, activity.scheduled_time)
                   : policy_interval(policy, activity.attempt - 1);
  }
  to_proto(interval, *to.mutable_current_retry_interval());
}

} // namespace

api::activity::v1::ActivityOptions shown_options(const activity_state& activity) {
  auto options = options_of(activity);
  options.mutable_retry_policy()->clear_non_retryable_error_types();
  return options;
}

void show_activity(const activity_state& activity, api::workflow::v1::PendingActivityInfo& to) {
  const auto& from = attributes(activity);
  const bool is_started = activity.state == activity::state::started;
  to.set_activity_id(from.activity_id());
  *to.mutable_activity_type() = from.activity_type();
  to.set_state(state_of(activity));
  if (activity.heartbeat_details)
    *to.mutable_heartbeat_details() = *activity.heartbeat_details;
  if (activity.last_heartbeat)
    to_proto(*activity.last_heartbeat, *to.mutable_last_heartbeat_time());
  if (is_started)
    to_proto(activity.started_time, *to.mutable_last_started_time());
  to.set_attempt(activity.attempt);
  to.set_maximum_attempts(retry_policy_of(activity).maximum_attempts());
  to_proto(activity.scheduled_time, *to.mutable_scheduled_time());
  if (const auto end = close_expiry(activity))
    to_proto(*end, *to.mutable_expiration_time());
  if (activity.last_failure)
    *to.mutable_last_failure() = *activity.last_failure;
  to.set_last_worker_identity(activity.identity);
  if (activity.last_attempt_complete)
    to_proto(*activity.last_attempt_complete, *to.mutable_last_attempt_complete_time());
  if (!is_started)
    show_next_attempt(activity, to);
  auto options = shown_options(activity);
  // Described with the names of a queue that could be sticky, unlike in its other places.
  options.mutable_task_queue()->set_normal_name(options.task_queue().name());
  options.mutable_task_queue()->clear_kind();
  if (options.has_priority())
    *to.mutable_priority() = options.priority();
  *to.mutable_activity_options() = std::move(options);
  if (!activity.paused)
    return;
  to.set_paused(true);
  to_proto(activity.paused->since, *to.mutable_pause_info()->mutable_pause_time());
  auto& who = *to.mutable_pause_info()->mutable_manual();
  who.set_identity(activity.paused->identity);
  who.set_reason(activity.paused->reason);
}

} // namespace troupe::embedded
