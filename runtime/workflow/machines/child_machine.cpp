// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/child_machine.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/retry_policy.hpp"
#include "runtime/protocol/text_payload.hpp"
#include "runtime/workflow/machines/external_machine.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <stdexcept>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

child_machine::child_machine(
    detail::run& owner, machine_host& host, detail::child_request&& request, std::string default_id)
    : cancellable_machine(owner, host),
      request_(std::make_unique<detail::child_request>(std::move(request))),
      has_default_id_(request_->options.id.empty()) {
  if (has_default_id_)
    request_->options.id = std::move(default_id);
}

child_machine::~child_machine() = default;

machine_input child_machine::cancel_input() const noexcept {
  switch (request_->options.cancellation_type) {
  case child_cancellation_type::try_cancel: return machine_input::cancel_and_leave;
  case child_cancellation_type::abandon: return machine_input::leave;
  default: return machine_input::cancel_and_wait;
  }
}

void child_machine::issue_cancel(const std::string& reason) {
  // By its id alone: it may have continued as another run, which is a child of this one, too.
  const auto request = detail::make_ref<external_machine>(
      owner(),
      host(),
      detail::external_cancel{
          .to = {request_->options.id, {}, request_->options.name_space},
          .is_child = true,
          .reason = reason},
      detail::ref<child_machine>{this});
  host().issue(*request, request->command());
}

void child_machine::cancel_answered(const std::exception_ptr& refused) {
  if (request_->options.cancellation_type != child_cancellation_type::wait_requested)
    return;
  const auto* row =
      take(refused == nullptr ? machine_input::request_taken : machine_input::request_refused);
  if (row == nullptr) // it has ended meanwhile
    return;
  const detail::ref<detail::pending> keep{this};
  resolve(
      row->effect == machine_effect::resolve_canceled
          ? canceled({})
          : error(
                "Child Workflow execution could not be cancelled",
                retry_state::unspecified,
                to_failure_error(refused)));
}

void child_machine::resolve(std::exception_ptr failure) {
  const detail::ref<detail::pending> start{start_};
  if (failure != nullptr) {
    if (start && !start->settled())
      start->fail(failure);
    fail(std::move(failure));
    return;
  }
  started();
  settle();
}

void child_machine::started() {
  if (start_ != nullptr && !start_->settled())
    start_->settle();
}

std::exception_ptr child_machine::canceled(const std::string& reason) const {
  return error(
      "Child Workflow execution cancelled",
      retry_state::non_retryable_failure,
      std::make_shared<canceled_error>(reason));
}

std::exception_ptr
child_machine::error(std::string message, retry_state state, failure_cause cause) const {
  return std::make_exception_ptr(child_workflow_error(
      std::move(message),
      {.name_space = request_->options.name_space,
       .workflow_id = request_->options.id,
       .run_id = run_id_,
       .workflow_type = request_->type,
       .initiated_event_id = begun_by(),
       .started_event_id = started_event_id_,
       .retry_state = state},
      std::move(cause)));
}

void child_machine::write(int, wire_command& to) {
  auto& attributes = *to.mutable_start_child_workflow_execution_command_attributes();
  auto& options = request_->options;
  const auto& converter = narrowed ? *narrowed : host().payload_converter();
  attributes.set_namespace_(options.name_space);
  attributes.set_workflow_id(options.id);
  attributes.mutable_workflow_type()->set_name(request_->type);
  attributes.mutable_task_queue()->set_name(options.task_queue);
  to_proto(std::exchange(request_->input, {}), *attributes.mutable_input());
  if (!request_->headers.empty())
    protocol::write_headers(std::move(request_->headers), *attributes.mutable_header());
  if (options.execution_timeout)
    to_proto(*options.execution_timeout, *attributes.mutable_workflow_execution_timeout());
  if (options.run_timeout)
    to_proto(*options.run_timeout, *attributes.mutable_workflow_run_timeout());
  if (options.task_timeout)
    to_proto(*options.task_timeout, *attributes.mutable_workflow_task_timeout());
  attributes.set_parent_close_policy(
      static_cast<enums::ParentClosePolicy>(options.parent_close_policy));
  attributes.set_workflow_id_reuse_policy(
      static_cast<enums::WorkflowIdReusePolicy>(options.id_reuse_policy));
  if (options.retry_policy)
    protocol::write_retry_policy(*options.retry_policy, *attributes.mutable_retry_policy());
  attributes.set_cron_schedule(options.cron_schedule);
  for (auto& [name, value] : options.memo)
    to_proto(
        converter.encode(std::move(value)), (*attributes.mutable_memo()->mutable_fields())[name]);
  // The service reads search attributes, so no codec may touch them.
  for (auto& [name, value] : options.search_attributes)
    to_proto(
        std::move(value),
        (*attributes.mutable_search_attributes()->mutable_indexed_fields())[name]);
  if (options.priority != troupe::priority{}) {
    auto& priority = *attributes.mutable_priority();
    priority.set_priority_key(options.priority.key);
    priority.set_fairness_key(options.priority.fairness_key);
    priority.set_fairness_weight(options.priority.fairness_weight);
  }
  if (!options.static_summary.empty())
    to_proto(
        protocol::text_payload(options.static_summary, "static_summary", converter),
        *to.mutable_user_metadata()->mutable_summary());
  if (!options.static_details.empty())
    to_proto(
        protocol::text_payload(options.static_details, "static_details", converter),
        *to.mutable_user_metadata()->mutable_details());
}

std::string child_machine::describe(int) const {
  return request_->type + " '" + request_->options.id + "'";
}

void child_machine::adopt(const history_event& event) {
  const auto& recorded = event.start_child_workflow_execution_initiated_event_attributes();
  auto& options = request_->options;
  if (recorded.workflow_type().name() != request_->type)
    throw_mismatch(event, "workflow type", recorded.workflow_type().name(), request_->type);
  if (recorded.workflow_id() != options.id) {
    if (!has_default_id_ || host().default_ids_are_ours())
      throw_mismatch(event, "workflow id", recorded.workflow_id(), options.id);
    options.id = recorded.workflow_id();
  }
  const auto type = options.cancellation_type;
  // What is needed to talk to it, and to tell of its end.
  options = {
      .id = std::move(options.id), .cancellation_type = type, .name_space = recorded.namespace_()};
  request_->input = {};
  request_->headers = {};
}

void child_machine::on_event(const event_row& row, const history_event& event) {
  if (row.means == machine_input::start) {
    started_event_id_ = event.event_id();
    run_id_ =
        event.child_workflow_execution_started_event_attributes().workflow_execution().run_id();
  }
  cancellable_machine::on_event(row, event);
}

void child_machine::close(const history_event& event) {
  const auto& converter = narrowed ? *narrowed : host().payload_converter();
  switch (event.event_type()) {
  case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED: {
    const auto& from = event.start_child_workflow_execution_failed_event_attributes();
    if (from.cause()
        == enums::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS) {
      resolve(std::make_exception_ptr(
          child_already_started_error(request_->options.id, request_->type)));
      return;
    }
    const bool lacks_namespace =
        from.cause() == enums::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_NAMESPACE_NOT_FOUND;
    resolve(error(
        "Child Workflow execution could not be started",
        retry_state::non_retryable_failure,
        std::make_shared<application_error>(
            lacks_namespace ? "namespace not found: " + from.namespace_()
                            : "the service gave a cause that this worker does not know",
            application_error_options{
                .type = lacks_namespace ? "NamespaceNotFound" : "Unspecified",
                .non_retryable = true})));
    return;
  }
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED: {
    const auto& result = event.child_workflow_execution_completed_event_attributes().result();
    if (result.payloads_size() != 0)
      value = from_proto(result.payloads(0));
    else
      value.set("encoding", "binary/null");
    resolve(nullptr);
    return;
  }
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED: {
    const auto& from = event.child_workflow_execution_failed_event_attributes();
    resolve(error(
        "Child Workflow execution failed",
        static_cast<retry_state>(from.retry_state()),
        failure_error_from(from.failure(), converter)));
    return;
  }
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED: {
    const auto& from = event.child_workflow_execution_canceled_event_attributes();
    resolve(error(
        "Child Workflow execution cancelled",
        retry_state::non_retryable_failure,
        std::make_shared<canceled_error>("", converter.decode(from_proto(from.details())))));
    return;
  }
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    resolve(error(
        "Child Workflow execution timed out",
        static_cast<retry_state>(
            event.child_workflow_execution_timed_out_event_attributes().retry_state()),
        std::make_shared<timeout_error>("Timed out", timeout_type::start_to_close)));
    return;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
    resolve(error(
        "Child Workflow execution terminated",
        retry_state::non_retryable_failure,
        std::make_shared<terminated_error>("Terminated")));
    return;
  default: throw_unexpected(event, subject());
  }
}

std::string child_machine::subject() const {
  return "child workflow " + describe(0);
}

detail::child_identity child_machine::identity() const {
  return {request_->options.name_space, request_->options.id, run_id_};
}

std::size_t child_machine::memory_bytes() const noexcept {
  auto sum = sizeof(*this) + sizeof(*request_) + value.data.capacity() + run_id_.capacity();
  for (const auto& argument : request_->input)
    sum += sizeof(argument) + argument.data.capacity();
  return sum;
}

detail::child_identity detail::identity_of_child(const payload_pending& result) {
  const auto* machine = dynamic_cast<const child_machine*>(&result.origin());
  return machine != nullptr ? machine->identity() : child_identity{};
}

void detail::refuse_to_signal_nobody() {
  throw std::logic_error("this child was not started: an interceptor gave its result instead, so "
                         "nobody hears signals");
}

} // namespace troupe::workflow
