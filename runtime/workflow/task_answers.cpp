// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/task_answers.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/workflow/engine.hpp"

#include <troupe/error.hpp>

#include <temporal/api/enums/v1/query.pb.h>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;
namespace wire = temporal::api::workflowservice::v1;

using verdict = activation_result::verdict;

namespace {

// What we write into histories. Other SDKs know the flags by these numbers.
constexpr std::uint32_t core_flags_we_follow[] = {1, 2, 3};

std::string message_of(const std::exception_ptr& error) {
  const auto readable = to_failure_error(error);
  return readable ? excerpt(readable->message(), max_failure_text) : std::string{};
}

activation_result query_failed(
    const wire::PollWorkflowTaskQueueResponse& task,
    const environment& shared,
    const data_converter& with,
    const std::exception_ptr& error) {
  activation_result result;
  result.kind = verdict::query_answered;
  result.failed_messages.push_back({.name = task.query().query_type(), .error = error});
  result.reason = describe(error);
  auto& answer = make_answer<wire::RespondQueryTaskCompletedRequest>(result, task);
  answer.set_namespace_(shared.name_space);
  answer.set_completed_type(enums::QUERY_RESULT_TYPE_FAILED);
  answer.set_error_message(message_of(error));
  to_failure(error, with, *answer.mutable_failure());
  return result;
}

} // namespace

activation_result task_failed(
    const wire::PollWorkflowTaskQueueResponse& task,
    const environment& shared,
    const data_converter& with,
    const std::exception_ptr& error,
    enums::WorkflowTaskFailedCause cause) {
  activation_result result;
  if (task.has_query()) {
    result = query_failed(task, shared, with, error);
  } else {
    result.kind = verdict::failed;
    result.error = error;
    result.is_nondeterminism = cause == enums::WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR;
    result.reason = describe(error);
    // Later attempts are left to the service's task timeout, which spaces them out.
    if (task.attempt() <= 1) {
      auto& answer = make_answer<wire::RespondWorkflowTaskFailedRequest>(result, task);
      answer.set_identity(shared.identity);
      answer.set_namespace_(shared.name_space);
      answer.set_cause(cause);
      to_failure(error, with, *answer.mutable_failure());
    }
  }
  result.evict = true;
  return result;
}

activation_result workflow_failed(
    const wire::PollWorkflowTaskQueueResponse& task, engine& run, const std::exception_ptr& error) {
  activation_result result;
  result.kind = verdict::completed;
  result.finished = result.evict = true;
  result.closing_command = enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION;
  result.is_nondeterminism = true;
  result.error = error;
  result.reason = describe(error);
  result.started = run.start_time();
  auto& answer = make_answer<wire::RespondWorkflowTaskCompletedRequest>(result, task);
  answer.set_identity(run.environment().identity);
  answer.set_namespace_(run.environment().name_space);
  auto& command = *answer.add_commands();
  command.set_command_type(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
  to_failure(
      error,
      run.converter(),
      *command.mutable_fail_workflow_execution_command_attributes()->mutable_failure());
  write_metadata(run, answer);
  return result;
}

activation_result task_ignored(std::string reason) {
  activation_result result;
  result.reason = std::move(reason);
  return result;
}

activation_result answer_query_task(const wire::PollWorkflowTaskQueueResponse& task, engine& run) {
  activation_result result;
  try {
    auto& answer = make_answer<wire::RespondQueryTaskCompletedRequest>(result, task);
    answer.set_namespace_(run.environment().name_space);
    to_proto(
        run.answer_query(
            task.query().query_type(),
            from_proto(task.query().query_args()),
            protocol::read_headers(task.query().header())),
        *answer.mutable_query_result()->add_payloads());
    answer.set_completed_type(enums::QUERY_RESULT_TYPE_ANSWERED);
    result.kind = verdict::query_answered;
  } catch (...) {
    result = query_failed(task, run.environment(), run.converter(), std::current_exception());
  }
  result.finished = run.closed_by_history();
  result.evict = result.finished;
  return result;
}

void answer_queries(
    const wire::PollWorkflowTaskQueueResponse& task,
    engine& run,
    wire::RespondWorkflowTaskCompletedRequest& to,
    activation_result& outcome) {
  const auto& converter = run.converter();
  for (const auto& [id, query] : task.queries()) {
    auto& result = (*to.mutable_query_results())[id];
    try {
      to_proto(
          run.answer_query(
              query.query_type(),
              from_proto(query.query_args()),
              protocol::read_headers(query.header())),
          *result.mutable_answer()->add_payloads());
      result.set_result_type(enums::QUERY_RESULT_TYPE_ANSWERED);
    } catch (...) {
      const auto error = std::current_exception();
      result.set_result_type(enums::QUERY_RESULT_TYPE_FAILED);
      result.set_error_message(message_of(error));
      to_failure(error, converter, *result.mutable_failure());
      outcome.failed_messages.push_back({.name = query.query_type(), .error = error});
    }
  }
}

void write_metadata(engine& run, wire::RespondWorkflowTaskCompletedRequest& to) {
  std::uint64_t written = 0;
  for (const auto flag : core_flags_we_follow)
    if ((run.core_flags() & (std::uint64_t{1} << flag)) == 0) {
      written |= std::uint64_t{1} << flag;
      to.mutable_sdk_metadata()->add_core_used_flags(flag);
    }
  run.add_core_flags(written);
  if (run.sdk() != our_sdk()) {
    to.mutable_sdk_metadata()->set_sdk_name(our_sdk().name);
    to.mutable_sdk_metadata()->set_sdk_version(our_sdk().version);
    run.set_sdk(our_sdk());
  }
}

activation_result reject_unknown_type(
    const wire::PollWorkflowTaskQueueResponse& task,
    const workflow::environment& environment,
    const std::string& known_types) {
  return task_failed(
      task,
      environment,
      environment.converter,
      std::make_exception_ptr(application_error(
          "Workflow type " + task.workflow_type().name()
              + " is not registered on this worker, available workflows: " + known_types,
          {.type = "NotFoundError"})),
      enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
}

} // namespace troupe::workflow
