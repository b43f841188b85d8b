// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/instance.hpp"

#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/workflow/engine.hpp"

#include <troupe/error.hpp>

#include <google/protobuf/arena.h>
#include <temporal/api/update/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;
namespace wire = temporal::api::workflowservice::v1;

using verdict = activation_result::verdict;

void answer_deleter::operator()(google::protobuf::Message* answer) const noexcept {
  if (answer->GetArena() == nullptr)
    delete answer;
}

activation_result::activation_result() = default;
activation_result::activation_result(activation_result&&) noexcept = default;
activation_result& activation_result::operator=(activation_result&&) noexcept = default;
activation_result::~activation_result() = default;

namespace {

// What we write into histories. Other SDKs know the flags by these numbers.
constexpr std::uint32_t core_flags_we_follow[] = {1, 2, 3};

template <class Answer>
Answer& make_answer(activation_result& result, const wire::PollWorkflowTaskQueueResponse& task) {
  auto* made = google::protobuf::Arena::CreateMessage<Answer>(task.GetArena());
  result.answer.reset(made);
  made->set_task_token(task.task_token());
  return *made;
}

std::string message_of(const std::exception_ptr& error) {
  const auto readable = to_failure_error(error);
  return readable ? readable->message() : std::string{};
}

activation_result simple(verdict kind, std::string reason) {
  activation_result result;
  result.kind = kind;
  result.reason = std::move(reason);
  return result;
}

activation_result query_failed(
    const wire::PollWorkflowTaskQueueResponse& task,
    const environment& shared,
    const std::exception_ptr& error) {
  auto result = simple(verdict::query_answered, message_of(error));
  auto& answer = make_answer<wire::RespondQueryTaskCompletedRequest>(result, task);
  answer.set_namespace_(shared.name_space);
  answer.set_completed_type(enums::QUERY_RESULT_TYPE_FAILED);
  answer.set_error_message(result.reason);
  to_failure(error, shared.converter, *answer.mutable_failure());
  return result;
}

activation_result task_failed(
    const wire::PollWorkflowTaskQueueResponse& task,
    const environment& shared,
    const std::exception_ptr& error,
    enums::WorkflowTaskFailedCause cause) {
  activation_result result;
  if (task.has_query()) {
    result = query_failed(task, shared, error);
  } else {
    result.kind = verdict::failed;
    result.reason = message_of(error);
    // Later attempts are left to the service's task timeout, which spaces them out.
    if (task.attempt() <= 1) {
      auto& answer = make_answer<wire::RespondWorkflowTaskFailedRequest>(result, task);
      answer.set_identity(shared.identity);
      answer.set_namespace_(shared.name_space);
      answer.set_cause(cause);
      to_failure(error, shared.converter, *answer.mutable_failure());
    }
  }
  result.evict = true;
  return result;
}

void answer_queries(
    const wire::PollWorkflowTaskQueueResponse& task,
    engine& run,
    wire::RespondWorkflowTaskCompletedRequest& to) {
  const auto& converter = run.environment().converter;
  for (const auto& [id, query] : task.queries()) {
    auto& result = (*to.mutable_query_results())[id];
    try {
      to_proto(
          run.answer_query(query.query_type(), from_proto(query.query_args())),
          *result.mutable_answer()->add_payloads());
      result.set_result_type(enums::QUERY_RESULT_TYPE_ANSWERED);
    } catch (...) {
      const auto error = std::current_exception();
      result.set_result_type(enums::QUERY_RESULT_TYPE_FAILED);
      result.set_error_message(message_of(error));
      to_failure(error, converter, *result.mutable_failure());
    }
  }
}

/// No update has a handler yet, so each is rejected before it is accepted: that leaves no trace in
/// the history.
void reject_updates(
    const wire::PollWorkflowTaskQueueResponse& task,
    const environment& shared,
    wire::RespondWorkflowTaskCompletedRequest& to) {
  for (const auto& message : task.messages()) {
    temporal::api::update::v1::Request request;
    if (!message.body().UnpackTo(&request))
      continue;
    temporal::api::update::v1::Rejection rejection;
    rejection.set_rejected_request_message_id(message.id());
    rejection.set_rejected_request_sequencing_event_id(message.event_id());
    to_failure(
        std::make_exception_ptr(application_error(
            "Update handler for '" + request.input().name()
            + "' expected but not found, and there is no dynamic handler. known updates: []")),
        shared.converter,
        *rejection.mutable_failure());
    *rejection.mutable_rejected_request() = std::move(request);
    auto& out = *to.add_messages();
    out.set_id(message.protocol_instance_id() + "/reject");
    out.set_protocol_instance_id(message.protocol_instance_id());
    out.mutable_body()->PackFrom(rejection);
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

} // namespace

instance::instance(
    std::shared_ptr<const workflow::definition> definition,
    std::shared_ptr<const workflow::environment> environment)
    : engine_(
          detail::make_ref<engine>(std::move(definition), std::move(environment), std::string{})) {}

instance::~instance() {
  engine_->evict();
}

void instance::start_over() {
  engine_->evict();
  engine_ = engine_->fresh();
}

activation_result instance::apply(wire::PollWorkflowTaskQueueResponse&& task) {
  auto& history = *task.mutable_history();
  if (history.events_size() == 0) {
    if (!task.has_query())
      return simple(verdict::ignored, "the task has neither events nor a query");
    if (engine_->last_event_id() == 0)
      return simple(verdict::needs_full_history, "the run is not cached");
    if (task.started_event_id() == 0 && task.previous_started_event_id() < engine_->last_event_id())
      return simple(verdict::ignored, "the query is older than the run's state");
  } else if (const auto first = history.events(0).event_id();
             first > engine_->last_event_id() + 1) {
    if (engine_->last_event_id() != 0)
      start_over();
    return simple(
        verdict::needs_full_history, "the run is not cached up to event " + std::to_string(first));
  } else if (engine_->last_event_id() != 0 && !continues(history)) {
    // The last task that this instance ran was never completed: what it asked for did not happen.
    start_over();
    if (first != 1)
      return simple(verdict::needs_full_history, "the run's last task failed or timed out");
  }
  if (engine_->run_id().empty())
    engine_->set_run_id(task.workflow_execution().run_id());

  auto& run = *engine_;
  const auto& shared = run.environment();
  try {
    run.apply(history, task.has_query(), false);
  } catch (const nondeterminism_error& error) {
    return task_failed(
        task,
        shared,
        std::make_exception_ptr(application_error(error.what())),
        enums::WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR);
  } catch (const history_error& error) {
    return task_failed(
        task,
        shared,
        std::make_exception_ptr(application_error(error.what())),
        enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  } catch (...) {
    return task_failed(
        task,
        shared,
        std::current_exception(),
        enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  }
  if (run.task_error() != nullptr)
    return task_failed(
        task,
        shared,
        run.task_error(),
        enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  return task.has_query() ? answer_legacy_query(task) : complete(task);
}

bool instance::continues(const temporal::api::history::v1::History& history) const {
  for (const auto& event : history.events())
    if (event.event_id() == engine_->last_event_id() + 1)
      return event.event_type() != enums::EVENT_TYPE_WORKFLOW_TASK_FAILED
             && event.event_type() != enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT;
  return true;
}

activation_result instance::answer_legacy_query(const wire::PollWorkflowTaskQueueResponse& task) {
  auto& run = *engine_;
  activation_result result;
  try {
    auto& answer = make_answer<wire::RespondQueryTaskCompletedRequest>(result, task);
    answer.set_namespace_(run.environment().name_space);
    to_proto(
        run.answer_query(task.query().query_type(), from_proto(task.query().query_args())),
        *answer.mutable_query_result()->add_payloads());
    answer.set_completed_type(enums::QUERY_RESULT_TYPE_ANSWERED);
    result.kind = verdict::query_answered;
  } catch (...) {
    result = query_failed(task, run.environment(), std::current_exception());
  }
  result.finished = run.closed_by_history();
  result.evict = result.finished;
  return result;
}

activation_result instance::complete(const wire::PollWorkflowTaskQueueResponse& task) {
  auto& run = *engine_;
  if (run.closed_by_history()) {
    auto result = simple(verdict::ignored, "the run is closed already");
    result.evict = result.finished = true;
    return result;
  }
  if (run.last_event_id() < task.started_event_id())
    return task_failed(
        task,
        run.environment(),
        std::make_exception_ptr(application_error(
            "the history ends with event " + std::to_string(run.last_event_id())
            + ", before the task's event " + std::to_string(task.started_event_id()))),
        enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  activation_result result;
  result.kind = verdict::completed;
  auto& answer = make_answer<wire::RespondWorkflowTaskCompletedRequest>(result, task);
  answer.set_identity(run.environment().identity);
  answer.set_namespace_(run.environment().name_space);
  answer.mutable_capabilities()->set_discard_speculative_workflow_task_with_events(true);
  run.write_commands(*answer.mutable_commands());
  reject_updates(task, run.environment(), answer);
  answer_queries(task, run, answer);
  write_metadata(run, answer);
  result.finished = run.closing();
  result.evict = result.finished;
  return result;
}

void instance::undo_speculative_task(std::int64_t reset_history_event_id) {
  if (reset_history_event_id > 0 && reset_history_event_id < engine_->last_event_id())
    engine_->set_last_event_id(reset_history_event_id);
}

std::size_t instance::memory_bytes() const noexcept {
  return sizeof(*this) + engine_->memory_bytes();
}

std::int64_t instance::history_length() const noexcept {
  return engine_->last_event_id();
}

const std::string& instance::run_id() const noexcept {
  return engine_->run_id();
}

std::string instance::stack_trace() const {
  return engine_->stack_trace();
}

activation_result reject_unknown_type(
    const wire::PollWorkflowTaskQueueResponse& task,
    const workflow::environment& environment,
    const std::string& known_types) {
  return task_failed(
      task,
      environment,
      std::make_exception_ptr(application_error(
          "Workflow type " + task.workflow_type().name()
              + " is not registered on this worker, available workflows: " + known_types,
          {.type = "NotFoundError"})),
      enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
}

} // namespace troupe::workflow
