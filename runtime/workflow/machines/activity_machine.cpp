// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/activity_machine.hpp"

#include "runtime/base/time.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/retry_policy.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

activity_machine::activity_machine(
    detail::run& owner,
    machine_host& host,
    std::uint32_t number,
    detail::activity_request&& request)
    : payload_pending(owner), host_(host),
      request_(std::make_unique<detail::activity_request>(std::move(request))) {
  if (request_->options.activity_id.empty())
    request_->options.activity_id = std::to_string(number);
}

void activity_machine::cancel(const std::string& reason) {
  if (owner().closed())
    return;
  const auto input = [&] {
    switch (request_->options.cancellation_type) {
    case activity_cancellation_type::wait_completed: return activity_input::cancel_and_wait;
    case activity_cancellation_type::abandon: return activity_input::leave;
    default: return activity_input::cancel_and_leave;
    }
  }();
  const auto* row = take_transition<activity_transitions>(state_, input);
  if (row == nullptr) // closed, or asked before
    return;
  const detail::ref<pending> keep{this};
  if (row->effect != activity_effect::resolve_canceled)
    host_.issue(*this, cancel_command);
  if (row->effect != activity_effect::issue_cancel)
    fail(error(
        "Activity cancelled",
        {.scheduled_event_id = scheduled_event_id_, .retry_state = retry_state::cancel_requested},
        std::make_shared<canceled_error>(reason.empty() ? "canceled" : reason)));
}

std::exception_ptr
activity_machine::error(std::string message, activity_error_info info, failure_cause cause) const {
  info.activity_id = request_->options.activity_id;
  info.activity_type = request_->type;
  return std::make_exception_ptr(
      activity_error(std::move(message), std::move(info), std::move(cause)));
}

bool activity_machine::wants(int command) const noexcept {
  return command == cancel_command || state_ != activity_state::dropped;
}

int activity_machine::event_type(int command) const noexcept {
  return command == schedule_command ? enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
                                     : enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED;
}

void activity_machine::write(int command, wire_command& to) {
  if (command == cancel_command) {
    to.set_command_type(enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK);
    to.mutable_request_cancel_activity_task_command_attributes()->set_scheduled_event_id(
        scheduled_event_id_);
    return;
  }
  to.set_command_type(enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
  auto& attributes = *to.mutable_schedule_activity_task_command_attributes();
  const auto& options = request_->options;
  attributes.set_activity_id(options.activity_id);
  attributes.mutable_activity_type()->set_name(request_->type);
  attributes.mutable_task_queue()->set_name(options.task_queue);
  to_proto(std::exchange(request_->input, {}), *attributes.mutable_input());
  if (options.schedule_to_close_timeout)
    to_proto(*options.schedule_to_close_timeout, *attributes.mutable_schedule_to_close_timeout());
  if (options.schedule_to_start_timeout)
    to_proto(*options.schedule_to_start_timeout, *attributes.mutable_schedule_to_start_timeout());
  if (options.start_to_close_timeout)
    to_proto(*options.start_to_close_timeout, *attributes.mutable_start_to_close_timeout());
  if (options.heartbeat_timeout)
    to_proto(*options.heartbeat_timeout, *attributes.mutable_heartbeat_timeout());
  if (options.retry_policy)
    protocol::write_retry_policy(*options.retry_policy, *attributes.mutable_retry_policy());
  if (!options.summary.empty())
    to_proto(
        host_.payload_converter().to_payload(options.summary),
        *to.mutable_user_metadata()->mutable_summary());
}

std::string activity_machine::describe(int command) const {
  const auto name = request_->type + " '" + request_->options.activity_id + "'";
  return (command == schedule_command ? "ScheduleActivityTask (" : "RequestCancelActivityTask (")
         + name + ")";
}

void activity_machine::recorded(int command, const history_event& event) {
  if (command == cancel_command) {
    const auto id = event.activity_task_cancel_requested_event_attributes().scheduled_event_id();
    if (id != scheduled_event_id_)
      throw_mismatch(
          event, "scheduled event id", std::to_string(id), std::to_string(scheduled_event_id_));
    return;
  }
  const auto& attributes = event.activity_task_scheduled_event_attributes();
  if (attributes.activity_type().name() != request_->type)
    throw_mismatch(event, "activity type", attributes.activity_type().name(), request_->type);
  auto& id = request_->options.activity_id;
  if (attributes.activity_id() != id) {
    if (host_.ids_are_ours())
      throw_mismatch(event, "activity id", attributes.activity_id(), id);
    id = attributes.activity_id();
  }
  take_transition<activity_transitions>(state_, activity_input::recorded);
  request_->input = {};
  request_->options.summary = {};
  scheduled_event_id_ = event.event_id();
  host_.track(scheduled_event_id_, *this);
}

void activity_machine::on_event(const history_event& event) {
  const bool starts = event.event_type() == enums::EVENT_TYPE_ACTIVITY_TASK_STARTED;
  const auto* row = take_transition<activity_transitions>(
      state_, starts ? activity_input::start : activity_input::close);
  if (row == nullptr)
    throw_unexpected(event, waits_for());
  if (starts)
    return;
  const detail::ref<pending> keep{this};
  host_.forget(scheduled_event_id_);
  if (row->effect == activity_effect::none)
    return;
  const auto& converter = host_.payload_converter();
  switch (event.event_type()) {
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED: {
    const auto& result = event.activity_task_completed_event_attributes().result();
    if (result.payloads_size() != 0)
      value = from_proto(result.payloads(0));
    else
      value.set("encoding", "binary/null");
    settle();
    return;
  }
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED: {
    const auto& from = event.activity_task_failed_event_attributes();
    fail(error(
        "Activity task failed",
        {.scheduled_event_id = from.scheduled_event_id(),
         .started_event_id = from.started_event_id(),
         .identity = from.identity(),
         .retry_state = static_cast<retry_state>(from.retry_state())},
        failure_error_from(from.failure(), converter)));
    return;
  }
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: {
    const auto& from = event.activity_task_timed_out_event_attributes();
    fail(error(
        "Activity task timed out",
        {.scheduled_event_id = from.scheduled_event_id(),
         .started_event_id = from.started_event_id(),
         .retry_state = static_cast<retry_state>(from.retry_state())},
        failure_error_from(from.failure(), converter)));
    return;
  }
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED: {
    const auto& from = event.activity_task_canceled_event_attributes();
    fail(error(
        "Activity cancelled",
        {.scheduled_event_id = from.scheduled_event_id(),
         .started_event_id = from.started_event_id(),
         .identity = from.identity(),
         .retry_state = retry_state::cancel_requested},
        std::make_shared<canceled_error>(
            "canceled", converter.decode(from_proto(from.details())))));
    return;
  }
  default: throw_unexpected(event, waits_for());
  }
}

std::string activity_machine::waits_for() const {
  if (state_ == activity_state::dropped || state_ == activity_state::closed)
    return {};
  return "activity " + request_->type + " '" + request_->options.activity_id + "'";
}

std::size_t activity_machine::memory_bytes() const noexcept {
  auto sum = sizeof(*this) + sizeof(*request_) + value.data.capacity();
  for (const auto& argument : request_->input)
    sum += sizeof(argument) + argument.data.capacity();
  return sum;
}

} // namespace troupe::workflow
