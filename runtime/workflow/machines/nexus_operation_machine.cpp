// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/nexus_operation_machine.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/text_payload.hpp"

#include <troupe/error.hpp>

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>
#include <cctype>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

nexus_operation_machine::nexus_operation_machine(
    detail::run& owner, machine_host& host, detail::nexus_request&& request)
    : cancellable_machine(owner, host),
      request_(std::make_unique<detail::nexus_request>(std::move(request))) {}

nexus_operation_machine::~nexus_operation_machine() = default;

int nexus_operation_machine::cancel_command() const noexcept {
  return enums::COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION;
}

machine_input nexus_operation_machine::cancel_input() const noexcept {
  switch (request_->options.cancellation_type) {
  case nexus_cancellation_type::try_cancel: return machine_input::cancel_and_leave;
  case nexus_cancellation_type::abandon: return machine_input::leave;
  default: return machine_input::cancel_and_wait;
  }
}

machine_input nexus_operation_machine::input_of(const event_row& row) const noexcept {
  const bool is_answer =
      row.means == machine_input::request_taken || row.means == machine_input::request_refused;
  const bool waits = request_->options.cancellation_type == nexus_cancellation_type::wait_requested
                     && state() == nexus_state::started_cancelling;
  return is_answer && !waits ? machine_input::request_answered : row.means;
}

void nexus_operation_machine::resolve(std::exception_ptr failure) {
  const detail::ref<detail::pending> start{start_};
  if (failure != nullptr) {
    if (start)
      start->fail(failure);
    fail(std::move(failure));
    return;
  }
  if (start)
    start->settle();
  settle();
}

void nexus_operation_machine::started() {
  if (start_ != nullptr)
    start_->settle();
}

void nexus_operation_machine::refused(const history_event& event) {
  resolve(operation_error(failure_error_from(
      event.nexus_operation_cancel_request_failed_event_attributes().failure(),
      narrowed ? *narrowed : host().payload_converter())));
}

std::exception_ptr nexus_operation_machine::canceled(const std::string& reason) const {
  return operation_error(
      std::make_shared<canceled_error>(reason.empty() ? "operation canceled" : reason));
}

std::exception_ptr nexus_operation_machine::operation_error(failure_cause cause) const {
  return std::make_exception_ptr(nexus_operation_error(
      "nexus operation completed unsuccessfully",
      {begun_by(), request_->endpoint, request_->service, request_->operation, token_},
      std::move(cause)));
}

void nexus_operation_machine::write(int command, wire_command& to) {
  if (command == cancel_command()) {
    to.mutable_request_cancel_nexus_operation_command_attributes()->set_scheduled_event_id(
        begun_by());
    return;
  }
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
        protocol::text_payload(options.summary, "summary", host().payload_converter()),
        *to.mutable_user_metadata()->mutable_summary());
}

std::string nexus_operation_machine::describe(int command) const {
  const auto name = request_->service + "/" + request_->operation;
  return command == cancel_command() ? name + ", event " + std::to_string(begun_by()) : name;
}

void nexus_operation_machine::adopt(const history_event& event) {
  // The endpoint may change: it says where the operation runs, not what it is.
  const auto& attributes = event.nexus_operation_scheduled_event_attributes();
  if (attributes.service() != request_->service || attributes.operation() != request_->operation)
    throw_mismatch(
        event,
        "operation",
        attributes.service() + "/" + attributes.operation(),
        request_->service + "/" + request_->operation);
  request_->input = {};
  request_->options.headers = {};
  request_->options.summary = {};
}

void nexus_operation_machine::on_event(const event_row& row, const history_event& event) {
  if (row.means == machine_input::start) {
    const auto& attributes = event.nexus_operation_started_event_attributes();
    // Servers before 1.27 call the token "operation id".
    token_ = attributes.operation_token().empty() ? attributes.operation_id()
                                                  : attributes.operation_token();
  }
  cancellable_machine::on_event(row, event);
}

void nexus_operation_machine::close(const history_event& event) {
  const auto& converter = narrowed ? *narrowed : host().payload_converter();
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
  default: throw_unexpected(event, subject());
  }
}

std::string nexus_operation_machine::subject() const {
  return "nexus operation " + describe(0)
         + (begun_by() != 0 ? " (event " + std::to_string(begun_by()) + ")" : "");
}

std::size_t nexus_operation_machine::memory_bytes() const noexcept {
  return sizeof(*this) + sizeof(*request_) + request_->input.data.capacity() + value.data.capacity()
         + token_.capacity();
}

std::string detail::operation_token(const payload_pending& result) {
  const auto* machine = dynamic_cast<const nexus_operation_machine*>(&result.origin());
  return machine != nullptr ? machine->token() : std::string{};
}

} // namespace troupe::workflow
