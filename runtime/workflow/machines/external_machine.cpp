// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/external_machine.hpp"

#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/workflow/machines/child_machine.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;
using enum external_workflow_problem;

namespace {

external_workflow_problem problem_of(enums::SignalExternalWorkflowExecutionFailedCause cause) {
  switch (cause) {
  case enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND:
    return not_found;
  case enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND:
    return namespace_not_found;
  case enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED:
    return too_many_signals;
  default: return unknown;
  }
}

external_workflow_problem problem_of(enums::CancelExternalWorkflowExecutionFailedCause cause) {
  switch (cause) {
  case enums::CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND:
    return not_found;
  case enums::CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND:
    return namespace_not_found;
  default: return unknown;
  }
}

/// In the words of sdk-core, where it has some.
std::string reason_of(external_workflow_problem problem, bool is_signal) {
  switch (problem) {
  case not_found: return is_signal ? "it was not found" : "not found";
  case namespace_not_found: return "its namespace was not found";
  case too_many_signals: return "it has got as many signals as a workflow may get";
  default: return "the service said no";
  }
}

/// The name of the cause, by which retry policies and other languages know it.
std::string type_of(external_workflow_problem problem) {
  switch (problem) {
  case not_found: return "ExternalWorkflowExecutionNotFound";
  case namespace_not_found: return "NamespaceNotFound";
  case too_many_signals: return "SignalCountLimitExceeded";
  default: return "Unspecified";
  }
}

void write_target(
    const detail::external_target& from, temporal::api::common::v1::WorkflowExecution& to) {
  to.set_workflow_id(from.workflow_id);
  to.set_run_id(from.run_id);
}

} // namespace

external_workflow_error::external_workflow_error(
    std::string message, external_workflow_problem problem, std::string workflow_id)
    : application_error(std::move(message), {.type = type_of(problem)}), problem_(problem),
      workflow_id_(std::move(workflow_id)) {}

external_machine::external_machine(
    detail::run& owner, machine_host& host, detail::external_signal&& signal)
    : cancellable_machine(owner, host),
      signal_(std::make_unique<detail::external_signal>(std::move(signal))) {}

external_machine::external_machine(
    detail::run& owner, machine_host& host, detail::external_cancel&& cancel)
    : cancellable_machine(owner, host),
      cancel_(std::make_unique<detail::external_cancel>(std::move(cancel))) {}

external_machine::external_machine(
    detail::run& owner,
    machine_host& host,
    detail::external_cancel&& cancel,
    detail::ref<child_machine> of)
    : external_machine(owner, host, std::move(cancel)) {
  child_ = std::move(of);
}

external_machine::~external_machine() = default;

int external_machine::command() const noexcept {
  return signal_ ? enums::COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION
                 : enums::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION;
}

machine_input external_machine::cancel_input() const noexcept {
  return signal_ ? machine_input::cancel_and_leave : machine_input::none;
}

std::exception_ptr external_machine::canceled(const std::string& reason) const {
  return detail::make_canceled(reason);
}

void external_machine::write(int, wire_command& to) {
  if (signal_) {
    auto& attributes = *to.mutable_signal_external_workflow_execution_command_attributes();
    attributes.set_namespace_(signal_->to.name_space);
    write_target(signal_->to, *attributes.mutable_execution());
    attributes.set_signal_name(signal_->signal_name);
    to_proto(std::exchange(signal_->input, {}), *attributes.mutable_input());
    if (!signal_->headers.empty())
      protocol::write_headers(std::move(signal_->headers), *attributes.mutable_header());
    attributes.set_child_workflow_only(signal_->is_child);
    return;
  }
  auto& attributes = *to.mutable_request_cancel_external_workflow_execution_command_attributes();
  attributes.set_namespace_(cancel_->to.name_space);
  attributes.set_workflow_id(cancel_->to.workflow_id);
  attributes.set_run_id(cancel_->to.run_id);
  attributes.set_child_workflow_only(cancel_->is_child);
  attributes.set_reason(cancel_->reason);
}

std::string external_machine::describe(int) const {
  return signal_
             ? "signal '" + signal_->signal_name + "' to workflow '" + signal_->to.workflow_id + "'"
             : "cancel of workflow '" + cancel_->to.workflow_id + "'";
}

void external_machine::adopt(const history_event& event) {
  if (!signal_) {
    const auto& id = event.request_cancel_external_workflow_execution_initiated_event_attributes()
                         .workflow_execution()
                         .workflow_id();
    if (id != cancel_->to.workflow_id)
      throw_mismatch(event, "workflow id", id, cancel_->to.workflow_id);
    cancel_->reason = {};
    return;
  }
  const auto& recorded = event.signal_external_workflow_execution_initiated_event_attributes();
  if (recorded.workflow_execution().workflow_id() != signal_->to.workflow_id)
    throw_mismatch(
        event, "workflow id", recorded.workflow_execution().workflow_id(), signal_->to.workflow_id);
  if (recorded.signal_name() != signal_->signal_name)
    throw_mismatch(event, "signal name", recorded.signal_name(), signal_->signal_name);
  signal_->input = {};
  signal_->headers = {};
}

void external_machine::close(const history_event& event) {
  std::exception_ptr failure;
  const auto fails = [&](const char* what, external_workflow_problem problem) {
    failure = std::make_exception_ptr(external_workflow_error(
        what + reason_of(problem, signal_ != nullptr),
        problem,
        signal_ ? signal_->to.workflow_id : cancel_->to.workflow_id));
  };
  switch (event.event_type()) {
  case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    fails(
        "Unable to signal external workflow because ",
        problem_of(event.signal_external_workflow_execution_failed_event_attributes().cause()));
    break;
  case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    fails(
        "Unable to cancel external workflow because ",
        problem_of(
            event.request_cancel_external_workflow_execution_failed_event_attributes().cause()));
    break;
  default: break;
  }
  if (const auto child = std::exchange(child_, {}))
    child->cancel_answered(failure);
  resolve(std::move(failure));
}

std::size_t external_machine::memory_bytes() const noexcept {
  auto sum = sizeof(*this) + (signal_ ? sizeof(*signal_) : sizeof(*cancel_));
  if (signal_)
    for (const auto& argument : signal_->input)
      sum += sizeof(argument) + argument.data.capacity();
  return sum;
}

} // namespace troupe::workflow
