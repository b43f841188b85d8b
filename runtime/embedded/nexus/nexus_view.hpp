// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/time/time.hpp"
#include "runtime/embedded/record/record.hpp"

#include <temporal/api/enums/v1/common.pb.h>
#include <temporal/api/enums/v1/workflow.pb.h>

/// What descriptions of operations of workflows and of those without one show alike.
namespace troupe::embedded {

/// Why a request is held back, and which operations are to blame.
inline std::string blocked_reason(const sent_request& of) {
  std::string why = "The circuit breaker is open.";
  if (!of.blocked_by.empty())
    why.append(" Failed: ").append(of.blocked_by);
  return why;
}

/// How often something was tried, how the last attempt went, and when the next one is.
template <class From, class To>
void show_attempts(const From& from, To& to) {
  to.set_attempt(from.attempt);
  if (from.last_attempt_complete)
    to_proto(*from.last_attempt_complete, *to.mutable_last_attempt_complete_time());
  if (from.last_failure)
    *to.mutable_last_attempt_failure() = *from.last_failure;
  if (from.next_attempt)
    to_proto(*from.next_attempt, *to.mutable_next_attempt_schedule_time());
}

/// A completion callback and how far it has come; what sets it off is for the caller to say.
template <class To>
void show_callback(const completion_callback& from, To& to) {
  *to.mutable_callback() = *from.what;
  to_proto(from.registered, *to.mutable_registration_time());
  switch (from.state) {
  case callback::state::standby: to.set_state(enums::CALLBACK_STATE_STANDBY); break;
  case callback::state::scheduled: to.set_state(enums::CALLBACK_STATE_SCHEDULED); break;
  case callback::state::backing_off: to.set_state(enums::CALLBACK_STATE_BACKING_OFF); break;
  case callback::state::succeeded: to.set_state(enums::CALLBACK_STATE_SUCCEEDED); break;
  case callback::state::failed: to.set_state(enums::CALLBACK_STATE_FAILED); break;
  }
  show_attempts(from, to);
}

/// How far a request to cancel has come; nothing while the operation has not started.
template <class To>
void show_cancel_state(const nexus_cancel_request& from, To& to) {
  switch (from.state) {
  case nexus_cancelation::state::held: break;
  case nexus_cancelation::state::scheduled:
    to.set_state(
        from.sent.blocked ? enums::NEXUS_OPERATION_CANCELLATION_STATE_BLOCKED
                          : enums::NEXUS_OPERATION_CANCELLATION_STATE_SCHEDULED);
    if (from.sent.blocked)
      to.set_blocked_reason(blocked_reason(from.sent));
    break;
  case nexus_cancelation::state::backing_off:
    to.set_state(enums::NEXUS_OPERATION_CANCELLATION_STATE_BACKING_OFF);
    break;
  case nexus_cancelation::state::succeeded:
    to.set_state(enums::NEXUS_OPERATION_CANCELLATION_STATE_SUCCEEDED);
    break;
  case nexus_cancelation::state::failed:
    to.set_state(enums::NEXUS_OPERATION_CANCELLATION_STATE_FAILED);
    break;
  }
}

/// What it is, its timeouts, and how far it has come while it is under way.
template <class To>
void show_operation(const nexus_operation_state& from, To& to) {
  const auto& scheduled = from.scheduled->nexus_operation_scheduled_event_attributes();
  to.set_endpoint(scheduled.endpoint());
  to.set_service(scheduled.service());
  to.set_operation(scheduled.operation());
  to.set_operation_token(from.operation_token);
  if (scheduled.has_schedule_to_close_timeout())
    *to.mutable_schedule_to_close_timeout() = scheduled.schedule_to_close_timeout();
  if (scheduled.has_schedule_to_start_timeout())
    *to.mutable_schedule_to_start_timeout() = scheduled.schedule_to_start_timeout();
  if (scheduled.has_start_to_close_timeout())
    *to.mutable_start_to_close_timeout() = scheduled.start_to_close_timeout();
  switch (from.state) {
  case nexus_operation::state::scheduled:
    to.set_state(
        from.sent.blocked ? enums::PENDING_NEXUS_OPERATION_STATE_BLOCKED
                          : enums::PENDING_NEXUS_OPERATION_STATE_SCHEDULED);
    if (from.sent.blocked)
      to.set_blocked_reason(blocked_reason(from.sent));
    break;
  case nexus_operation::state::backing_off:
    to.set_state(enums::PENDING_NEXUS_OPERATION_STATE_BACKING_OFF);
    break;
  case nexus_operation::state::started:
    to.set_state(enums::PENDING_NEXUS_OPERATION_STATE_STARTED);
    break;
  default: break;
  }
}

} // namespace troupe::embedded
