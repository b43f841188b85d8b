// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/nexus/nexus_events.hpp"

#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/nexus/nexus_outcomes.hpp"
#include "runtime/embedded/nexus/nexus_rules.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <utility>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // operation_id is still filled

namespace troupe::embedded {

const api::history::v1::NexusOperationScheduledEventAttributes&
scheduled_attributes(const nexus_operation_state& operation) {
  return operation.scheduled->nexus_operation_scheduled_event_attributes();
}

namespace {

/// What the caller sees: `nexus operation completed unsuccessfully`, which operation, and why.
/// Clients that called it without a workflow see the cause itself.
void fill_failure(
    const run& on,
    const nexus_operation_state& operation,
    const api::failure::v1::Failure& cause,
    api::failure::v1::Failure& to) {
  if (is_operation(on)) {
    copy_in_slices(cause, to);
    return;
  }
  const auto& from = scheduled_attributes(operation);
  to.set_message("nexus operation completed unsuccessfully");
  *to.mutable_cause() = cause;
  auto& info = *to.mutable_nexus_operation_execution_failure_info();
  info.set_scheduled_event_id(operation.scheduled_event_id);
  info.set_endpoint(from.endpoint());
  info.set_service(from.service());
  info.set_operation(from.operation());
  info.set_operation_id(operation.operation_token);
  info.set_operation_token(operation.operation_token);
}

/// Writes the event that ends the operation; `fill` adds to its attributes, and to the event what
/// else there is to say.
template <class Attributes, class Fill>
void end_with(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    enums::EventType type,
    Attributes* (history_event::*attributes_of)(),
    Fill fill) {
  auto event = ch.make(type);
  auto& to = *((*event).*attributes_of)();
  to.set_scheduled_event_id(operation.scheduled_event_id);
  fill(to, *event);
  to.set_request_id(operation.request_id);
  if (is_operation(on)) {
    end_operation(ch, on, event);
    return;
  }
  ch.append(on, event);
  on.state.nexus_operations.erase(operation.scheduled_event_id);
}

} // namespace

void after_operation_event(change& ch, run& on) {
  if (is_operation(on))
    return; // nobody waits but readers
  want_task(ch, on);
  limit_buffer(ch, on);
}

void write_started(
    change& ch,
    run& on,
    nexus_operation_state& operation,
    const std::string& token,
    const std::vector<api::common::v1::Link>& links,
    std::optional<time_point> when) {
  operation.state = *nexus_operation::next(operation.state, nexus_operation::event::started);
  operation.operation_token = token;
  operation.started_time = when.value_or(ch.now());
  operation.next_attempt.reset();
  operation.sent.answer_overdue.reset();
  auto event = ch.make(enums::EVENT_TYPE_NEXUS_OPERATION_STARTED);
  if (when)
    to_proto(*when, *event->mutable_event_time());
  for (const auto& link : links)
    *event->add_links() = link;
  auto& to = *event->mutable_nexus_operation_started_event_attributes();
  to.set_scheduled_event_id(operation.scheduled_event_id);
  to.set_operation_id(token);
  to.set_operation_token(token);
  to.set_request_id(operation.request_id);
  ch.append(on, event);
  if (operation.cancel) {
    if (const auto to_state = nexus_cancelation::next(
            operation.cancel->state, nexus_cancelation::event::operation_started))
      operation.cancel->state = *to_state;
  }
}

void end_succeeded(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    const api::common::v1::Payload* result,
    const std::vector<api::common::v1::Link>& links) {
  end_with(
      ch,
      on,
      operation,
      enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED,
      &history_event::mutable_nexus_operation_completed_event_attributes,
      [&](auto& to, history_event& event) {
        for (const auto& link : links)
          *event.add_links() = link;
        if (result)
          copy_in_slices(*result, *to.mutable_result());
      });
}

void end_failed(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    const api::failure::v1::Failure& cause) {
  end_with(
      ch,
      on,
      operation,
      enums::EVENT_TYPE_NEXUS_OPERATION_FAILED,
      &history_event::mutable_nexus_operation_failed_event_attributes,
      [&](auto& to, const auto&) { fill_failure(on, operation, cause, *to.mutable_failure()); });
}

void end_canceled(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    const api::failure::v1::Failure& cause) {
  end_with(
      ch,
      on,
      operation,
      enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED,
      &history_event::mutable_nexus_operation_canceled_event_attributes,
      [&](auto& to, const auto&) {
        fill_failure(on, operation, cause, *to.mutable_failure());
        if (is_operation(on))
          return;
        if (auto& told = *to.mutable_failure()->mutable_cause(); !told.has_canceled_failure_info())
          told = as_canceled(std::move(told));
      });
}

api::failure::v1::Failure operation_timeout(const char* message, enums::TimeoutType type) {
  api::failure::v1::Failure cause;
  cause.set_message(message);
  cause.mutable_timeout_failure_info()->set_timeout_type(type);
  return cause;
}

void end_timed_out(
    change& ch, run& on, const nexus_operation_state& operation, enums::TimeoutType type) {
  const auto cause = operation_timeout("operation timed out", type);
  end_with(
      ch,
      on,
      operation,
      enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT,
      &history_event::mutable_nexus_operation_timed_out_event_attributes,
      [&](auto& to, const auto&) { fill_failure(on, operation, cause, *to.mutable_failure()); });
}

void end_cancel_request(
    change& ch,
    run& on,
    nexus_operation_state& operation,
    const api::failure::v1::Failure* failure) {
  auto& cancel = *operation.cancel;
  cancel.state = failure ? nexus_cancelation::state::failed : nexus_cancelation::state::succeeded;
  cancel.next_attempt.reset();
  cancel.sent.answer_overdue.reset();
  if (failure)
    cancel.last_failure = std::make_shared<const api::failure::v1::Failure>(*failure);
  if (is_operation(on)) {
    cancel.last_attempt_complete = ch.now();
    return;
  }
  if (!ch.settings().record_cancel_request_completion)
    return;
  auto event = ch.make(
      failure ? enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED
              : enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED);
  event->set_worker_may_ignore(true);
  if (failure) {
    auto& to = *event->mutable_nexus_operation_cancel_request_failed_event_attributes();
    to.set_requested_event_id(cancel.requested_event_id);
    to.set_scheduled_event_id(operation.scheduled_event_id);
    copy_in_slices(*failure, *to.mutable_failure());
  } else {
    auto& to = *event->mutable_nexus_operation_cancel_request_completed_event_attributes();
    to.set_requested_event_id(cancel.requested_event_id);
    to.set_scheduled_event_id(operation.scheduled_event_id);
  }
  ch.append(on, event);
  after_operation_event(ch, on);
}

void give_up_attempt(nexus_operation_state& operation) {
  if (operation.state == nexus_operation::state::scheduled)
    ++operation.attempt;
}

} // namespace troupe::embedded
