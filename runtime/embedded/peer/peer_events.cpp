// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/peer/peer_events.hpp"

#include "runtime/base/slices/sliced_message.hpp"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // control is still copied

namespace troupe::embedded {
namespace {

using initiated_child = api::history::v1::StartChildWorkflowExecutionInitiatedEventAttributes;

const initiated_child& attributes(const peer_state& child) {
  return child.initiated->start_child_workflow_execution_initiated_event_attributes();
}

/// What every end of a child tells.
template <class To>
To& fill_end(To& to, const peer_state& child, const child_ended& how) {
  const auto& from = attributes(child);
  to.set_namespace_(from.namespace_());
  to.set_namespace_id(from.namespace_id());
  to.mutable_workflow_execution()->set_workflow_id(from.workflow_id());
  to.mutable_workflow_execution()->set_run_id(how.child.run_id);
  *to.mutable_workflow_type() = from.workflow_type();
  to.set_initiated_event_id(child.initiated_event_id);
  to.set_started_event_id(child.started_event_id);
  return to;
}

event_ptr
signal_outcome(const change& ch, const peer_state& request, const peer_answered& outcome) {
  const auto& from =
      request.initiated->signal_external_workflow_execution_initiated_event_attributes();
  const auto fill = [&](auto& to) -> auto& {
    to.set_initiated_event_id(request.initiated_event_id);
    to.set_namespace_(from.namespace_().empty() ? ch.rec.name_space : from.namespace_());
    to.set_namespace_id(from.namespace_id());
    *to.mutable_workflow_execution() = from.workflow_execution();
    to.set_control(from.control());
    return to;
  };
  if (outcome.status.ok()) {
    auto event = ch.make(enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED);
    fill(*event->mutable_external_workflow_execution_signaled_event_attributes());
    return event;
  }
  auto event = ch.make(enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED);
  fill(*event->mutable_signal_external_workflow_execution_failed_event_attributes())
      .set_cause(
          outcome.no_namespace
              ? enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND
          : outcome.status.code == status_code::invalid_argument
              ? enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED
              : enums::
                    SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND);
  return event;
}

event_ptr
cancel_outcome(const change& ch, const peer_state& request, const peer_answered& outcome) {
  const auto& from =
      request.initiated->request_cancel_external_workflow_execution_initiated_event_attributes();
  const auto fill = [&](auto& to) -> auto& {
    to.set_initiated_event_id(request.initiated_event_id);
    to.set_namespace_(from.namespace_().empty() ? ch.rec.name_space : from.namespace_());
    to.set_namespace_id(from.namespace_id());
    *to.mutable_workflow_execution() = from.workflow_execution();
    return to;
  };
  if (outcome.status.ok()) {
    auto event = ch.make(enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
    fill(*event->mutable_external_workflow_execution_cancel_requested_event_attributes());
    return event;
  }
  auto event = ch.make(enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED);
  fill(*event->mutable_request_cancel_external_workflow_execution_failed_event_attributes())
      .set_cause(
          outcome.no_namespace
              ? enums::CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND
              : enums::
                    CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND);
  return event;
}

} // namespace

event_ptr child_started_event(const change& ch, const peer_state& child) {
  const auto& from = attributes(child);
  auto event = ch.make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED);
  auto& to = *event->mutable_child_workflow_execution_started_event_attributes();
  to.set_namespace_(from.namespace_());
  to.set_namespace_id(from.namespace_id());
  to.set_initiated_event_id(child.initiated_event_id);
  to.mutable_workflow_execution()->set_workflow_id(from.workflow_id());
  to.mutable_workflow_execution()->set_run_id(child.child_run_id);
  *to.mutable_workflow_type() = from.workflow_type();
  if (from.has_header())
    copy_in_slices(from.header(), *to.mutable_header());
  return event;
}

event_ptr
child_not_started_event(const change& ch, const peer_state& child, const peer_answered& why) {
  const auto& from = attributes(child);
  auto event = ch.make(enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED);
  auto& to = *event->mutable_start_child_workflow_execution_failed_event_attributes();
  to.set_namespace_(from.namespace_());
  to.set_namespace_id(from.namespace_id());
  to.set_workflow_id(from.workflow_id());
  *to.mutable_workflow_type() = from.workflow_type();
  to.set_cause(
      why.no_namespace
          ? enums::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND
          : enums::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
  to.set_control(from.control());
  to.set_initiated_event_id(child.initiated_event_id);
  return event;
}

event_ptr child_ended_event(const change& ch, const peer_state& child, const child_ended& how) {
  const auto& closing = *how.closing;
  switch (closing.event_type()) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: {
    auto event = ch.make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED);
    auto& to =
        fill_end(*event->mutable_child_workflow_execution_completed_event_attributes(), child, how);
    const auto& from = closing.workflow_execution_completed_event_attributes();
    if (from.has_result())
      copy_in_slices(from.result(), *to.mutable_result());
    return event;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: {
    auto event = ch.make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED);
    auto& to =
        fill_end(*event->mutable_child_workflow_execution_failed_event_attributes(), child, how);
    const auto& from = closing.workflow_execution_failed_event_attributes();
    copy_in_slices(from.failure(), *to.mutable_failure());
    to.set_retry_state(from.retry_state());
    return event;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: {
    auto event = ch.make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED);
    auto& to =
        fill_end(*event->mutable_child_workflow_execution_canceled_event_attributes(), child, how);
    const auto& from = closing.workflow_execution_canceled_event_attributes();
    if (from.has_details())
      copy_in_slices(from.details(), *to.mutable_details());
    return event;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: {
    auto event = ch.make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT);
    fill_end(*event->mutable_child_workflow_execution_timed_out_event_attributes(), child, how)
        .set_retry_state(closing.workflow_execution_timed_out_event_attributes().retry_state());
    return event;
  }
  default: {
    auto event = ch.make(enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED);
    fill_end(*event->mutable_child_workflow_execution_terminated_event_attributes(), child, how);
    return event;
  }
  }
}

event_ptr
peer_outcome_event(const change& ch, const peer_state& request, const peer_answered& outcome) {
  return request.initiated->has_signal_external_workflow_execution_initiated_event_attributes()
             ? signal_outcome(ch, request, outcome)
             : cancel_outcome(ch, request, outcome);
}

} // namespace troupe::embedded
