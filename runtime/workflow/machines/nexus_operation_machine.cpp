// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/nexus_operation_machine.hpp"

#include "runtime/base/time.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <troupe/error.hpp>

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>
#include <cctype>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

nexus_operation_machine::nexus_operation_machine(
    detail::run& owner, machine_host& host, detail::nexus_request&& request)
    : payload_pending(owner), host_(host),
      request_(std::make_unique<detail::nexus_request>(std::move(request))) {}

nexus_operation_machine::~nexus_operation_machine() = default;

void nexus_operation_machine::cancel(const std::string& reason) {
  if (owner().closed())
    return;
  const auto input = [&] {
    switch (request_->options.cancellation_type) {
    case nexus_cancellation_type::try_cancel: return nexus_input::cancel_and_leave;
    case nexus_cancellation_type::abandon: return nexus_input::leave;
    default: return nexus_input::cancel_and_wait;
    }
  }();
  const auto* row = take_transition<nexus_transitions>(state_, input);
  if (row == nullptr) // closed, or asked before
    return;
  const detail::ref<pending> keep{this};
  if (row->effect != nexus_effect::resolve_canceled)
    host_.issue(*this, cancel_command);
  if (row->effect != nexus_effect::issue_cancel)
    resolve(canceled(reason));
}

void nexus_operation_machine::resolve(std::exception_ptr failure) {
  const detail::ref<detail::pending> started{started_};
  if (failure != nullptr) {
    if (started)
      started->fail(failure);
    fail(std::move(failure));
    return;
  }
  if (started)
    started->settle();
  settle();
}

std::exception_ptr nexus_operation_machine::canceled(const std::string& reason) const {
  return operation_error(
      std::make_shared<canceled_error>(reason.empty() ? "operation canceled" : reason));
}

std::exception_ptr nexus_operation_machine::operation_error(failure_cause cause) const {
  return std::make_exception_ptr(nexus_operation_error(
      "nexus operation completed unsuccessfully",
      {scheduled_event_id_, request_->endpoint, request_->service, request_->operation, token_},
      std::move(cause)));
}

bool nexus_operation_machine::wants(int command) const noexcept {
  return command == cancel_command || state_ != nexus_state::dropped;
}

int nexus_operation_machine::event_type(int command) const noexcept {
  return command == schedule_command ? enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED
                                     : enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED;
}

void nexus_operation_machine::write(int command, wire_command& to) {
  if (command == cancel_command) {
    to.set_command_type(enums::COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION);
    to.mutable_request_cancel_nexus_operation_command_attributes()->set_scheduled_event_id(
        scheduled_event_id_);
    return;
  }
  to.set_command_type(enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
  auto& attributes = *to.mutable_schedule_nexus_operation_command_attributes();
  attributes.set_endpoint(request_->endpoint);
  attributes.set_service(request_->service);
  attributes.set_operation(request_->operation);
  to_proto(std::exchange(request_->input, {}), *attributes.mutable_input());
  const auto& options = request_->options;
  if (options.schedule_to_close_timeout)
    to_proto(*options.schedule_to_close_timeout, *attributes.mutable_schedule_to_close_timeout());
  if (options.schedule_to_start_timeout)
    to_proto(*options.schedule_to_start_timeout, *attributes.mutable_schedule_to_start_timeout());
  if (options.start_to_close_timeout)
    to_proto(*options.start_to_close_timeout, *attributes.mutable_start_to_close_timeout());
  // Header names have no case; lower case is what arrives anyway.
  for (const auto& [name, value] : options.headers) {
    std::string key = name;
    std::ranges::transform(key, key.begin(), [](unsigned char letter) {
      return static_cast<char>(std::tolower(letter));
    });
    (*attributes.mutable_nexus_header())[key] = value;
  }
  if (!options.summary.empty())
    to_proto(
        host_.payload_converter().to_payload(options.summary),
        *to.mutable_user_metadata()->mutable_summary());
}

std::string nexus_operation_machine::describe(int command) const {
  const auto name = request_->service + "/" + request_->operation;
  return command == schedule_command ? "ScheduleNexusOperation (" + name + ")"
                                     : "RequestCancelNexusOperation (" + name + ", event "
                                           + std::to_string(scheduled_event_id_) + ")";
}

void nexus_operation_machine::recorded(int command, const history_event& event) {
  if (command == cancel_command) {
    const auto id = event.nexus_operation_cancel_requested_event_attributes().scheduled_event_id();
    if (id != scheduled_event_id_)
      throw_mismatch(
          event, "scheduled event id", std::to_string(id), std::to_string(scheduled_event_id_));
    return;
  }
  // The endpoint may change: it says where the operation runs, not what it is.
  const auto& attributes = event.nexus_operation_scheduled_event_attributes();
  if (attributes.service() != request_->service || attributes.operation() != request_->operation)
    throw_mismatch(
        event,
        "operation",
        attributes.service() + "/" + attributes.operation(),
        request_->service + "/" + request_->operation);
  take_transition<nexus_transitions>(state_, nexus_input::recorded);
  request_->input = {};
  request_->options.headers = {};
  request_->options.summary = {};
  scheduled_event_id_ = event.event_id();
  host_.track(scheduled_event_id_, *this);
}

void nexus_operation_machine::on_event(const history_event& event) {
  switch (event.event_type()) {
  case enums::EVENT_TYPE_NEXUS_OPERATION_STARTED: {
    const auto& attributes = event.nexus_operation_started_event_attributes();
    const auto* row = take_transition<nexus_transitions>(state_, nexus_input::start);
    if (row == nullptr)
      throw_unexpected(event, waits_for());
    // Servers before 1.27 call the token "operation id".
    token_ = attributes.operation_token().empty() ? attributes.operation_id()
                                                  : attributes.operation_token();
    if (row->effect == nexus_effect::resolve_start && started_ != nullptr)
      started_->settle();
    return;
  }
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED:
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED: answer_request(event); return;
  default: close(event);
  }
}

void nexus_operation_machine::close(const history_event& event) {
  const auto* row = take_transition<nexus_transitions>(state_, nexus_input::close);
  if (row == nullptr)
    throw_unexpected(event, waits_for());
  const detail::ref<pending> keep{this};
  host_.forget(scheduled_event_id_);
  if (row->effect == nexus_effect::none)
    return;
  const auto& converter = host_.payload_converter();
  switch (event.event_type()) {
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
    value = from_proto(event.nexus_operation_completed_event_attributes().result());
    resolve(nullptr);
    return;
  case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
    resolve(from_failure(event.nexus_operation_failed_event_attributes().failure(), converter));
    return;
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
    resolve(from_failure(event.nexus_operation_canceled_event_attributes().failure(), converter));
    return;
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
    resolve(from_failure(event.nexus_operation_timed_out_event_attributes().failure(), converter));
    return;
  default: throw_unexpected(event, waits_for());
  }
}

void nexus_operation_machine::answer_request(const history_event& event) {
  const bool waits = request_->options.cancellation_type == nexus_cancellation_type::wait_requested
                     && state_ == nexus_state::started_cancelling;
  const bool taken =
      event.event_type() == enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED;
  const auto* row = take_transition<nexus_transitions>(
      state_,
      !waits  ? nexus_input::request_answered
      : taken ? nexus_input::request_taken
              : nexus_input::request_refused);
  if (row == nullptr || row->effect == nexus_effect::none)
    return;
  if (row->effect == nexus_effect::resolve_canceled)
    resolve(canceled({}));
  else
    resolve(operation_error(failure_error_from(
        event.nexus_operation_cancel_request_failed_event_attributes().failure(),
        host_.payload_converter())));
}

std::string nexus_operation_machine::waits_for() const {
  if (state_ == nexus_state::dropped || state_ == nexus_state::closed)
    return {};
  return "nexus operation " + request_->service + "/" + request_->operation
         + (scheduled_event_id_ != 0 ? " (event " + std::to_string(scheduled_event_id_) + ")" : "");
}

std::size_t nexus_operation_machine::memory_bytes() const noexcept {
  return sizeof(*this) + sizeof(*request_) + request_->input.data.capacity() + value.data.capacity()
         + token_.capacity();
}

std::string detail::operation_token(const pending& result) {
  const auto* machine = dynamic_cast<const nexus_operation_machine*>(&result);
  return machine != nullptr ? machine->token() : std::string{};
}

} // namespace troupe::workflow
