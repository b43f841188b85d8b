// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/activity_machine.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/retry_policy.hpp"
#include "runtime/protocol/text_payload.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <utility>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

activity_machine::activity_machine(
    detail::run& owner,
    machine_host& host,
    std::uint32_t number,
    detail::activity_request&& request)
    : cancellable_machine(owner, host), type_(std::move(request.type)),
      id_(request.options.activity_id.empty() ? std::to_string(number)
                                              : std::move(request.options.activity_id)),
      cancellation_type_(request.options.cancellation_type),
      request_(std::make_unique<detail::activity_request>(std::move(request))) {}

int activity_machine::cancel_command() const noexcept {
  return enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK;
}

machine_input activity_machine::cancel_input() const noexcept {
  switch (cancellation_type_) {
  case activity_cancellation_type::wait_completed: return machine_input::cancel_and_wait;
  case activity_cancellation_type::abandon: return machine_input::leave;
  default: return machine_input::cancel_and_leave;
  }
}

std::exception_ptr activity_machine::canceled(const std::string& reason) const {
  return error(
      "Activity cancelled",
      {.scheduled_event_id = begun_by(), .retry_state = retry_state::cancel_requested},
      std::make_shared<canceled_error>(reason.empty() ? "canceled" : reason));
}

std::exception_ptr
activity_machine::error(std::string message, activity_error_info info, failure_cause cause) const {
  info.activity_id = id_;
  info.activity_type = type_;
  return std::make_exception_ptr(
      activity_error(std::move(message), std::move(info), std::move(cause)));
}

void activity_machine::write(int command, wire_command& to) {
  if (command == cancel_command()) {
    to.mutable_request_cancel_activity_task_command_attributes()->set_scheduled_event_id(
        begun_by());
    return;
  }
  auto& attributes = *to.mutable_schedule_activity_task_command_attributes();
  const auto request = std::exchange(request_, nullptr);
  const auto& options = request->options;
  attributes.set_activity_id(id_);
  attributes.mutable_activity_type()->set_name(type_);
  attributes.mutable_task_queue()->set_name(options.task_queue);
  to_proto(std::move(request->input), *attributes.mutable_input());
  if (!request->headers.empty())
    protocol::write_headers(std::move(request->headers), *attributes.mutable_header());
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
  if (options.priority != troupe::priority{}) {
    auto& priority = *attributes.mutable_priority();
    priority.set_priority_key(options.priority.key);
    priority.set_fairness_key(options.priority.fairness_key);
    priority.set_fairness_weight(options.priority.fairness_weight);
  }
  attributes.set_request_eager_execution(!options.disable_eager_execution);
  if (!options.summary.empty())
    to_proto(
        protocol::text_payload(options.summary, "summary", host().payload_converter()),
        *to.mutable_user_metadata()->mutable_summary());
}

std::string activity_machine::describe(int) const {
  return type_ + " '" + id_ + "'";
}

void activity_machine::adopt(const history_event& event) {
  const auto& attributes = event.activity_task_scheduled_event_attributes();
  if (attributes.activity_type().name() != type_)
    throw_mismatch(event, "activity type", attributes.activity_type().name(), type_);
  if (attributes.activity_id() != id_) {
    if (host().ids_are_ours())
      throw_mismatch(event, "activity id", attributes.activity_id(), id_);
    id_ = attributes.activity_id();
  }
  request_ = nullptr;
}

void activity_machine::close(const history_event& event) {
  const auto& converter = narrowed ? *narrowed : host().payload_converter();
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
  default: throw_unexpected(event, subject());
  }
}

std::string activity_machine::subject() const {
  return "activity " + describe(0);
}

std::size_t activity_machine::memory_bytes() const noexcept {
  auto sum = sizeof(*this) + value.data.capacity();
  if (request_ == nullptr)
    return sum;
  sum += sizeof(*request_);
  for (const auto& argument : request_->input)
    sum += sizeof(argument) + argument.data.capacity();
  return sum;
}

} // namespace troupe::workflow
