// SPDX-License-Identifier: Apache-2.0
// What a workflow task is answered with, and what comes of the answer.

#include "actors/worker/activity/eager_activities.hpp"
#include "actors/worker/workflow/query_spans.hpp"
#include "actors/worker/workflow/run_failures.hpp"
#include "actors/worker/workflow/workflow_code.hpp"
#include "actors/worker/workflow/workflow_instance_actor.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/unary.hpp"
#include "runtime/workflow/instance.hpp"

#include <troupe/error.hpp>

#include <temporal/api/enums/v1/command_type.pb.h>
#include <temporal/api/enums/v1/failed_cause.pb.h>
#include <temporal/api/enums/v1/query.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::actors {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

namespace {

/// True if the service (or gRPC on the way) found the answer too big, which another try cannot
/// change.
bool is_too_large(const rpc_status& status) {
  if (status.code != status_code::resource_exhausted)
    return false;
  for (std::string_view prefix :
       {"grpc: received message larger than max",
        "grpc: message after decompression larger",
        "grpc: received message after decompression larger"})
    if (status.message.starts_with(prefix))
      return true;
  return false;
}

} // namespace

void workflow_instance_actor::send(workflow::activation_result result) {
  using verdict = workflow::activation_result::verdict;
  used_up_ = result.evict;
  closing_ = {result.closing_command, result.started, std::move(result.error)};
  spans_ = std::move(result.spans);
  const auto now = home().now();
  if (worker_->tracer)
    trace_queries(*worker_->tracer, *job_->task, result, job_->received, now);
  if (result.kind == verdict::completed)
    refuse_large_queries(*result.answer, result.failed_messages);
  failed_ = std::move(result.failed_messages);
  report_messages(true);
  context_.counters.workflow_task_execution_latency.of(job_->task->workflow_type().name())
      .observe((now - job_->received).count());
  warn_if_slow(now - job_->received - waited_);
  if (result.replayed)
    context_.counters.workflow_task_replay_latency.of(job_->task->workflow_type().name())
        .observe(result.replayed->count());
  switch (result.kind) {
  case verdict::completed: answering_ = answer_kind::completed; break;
  case verdict::query_answered: answering_ = answer_kind::query; break;
  case verdict::failed:
    answering_ = answer_kind::failed;
    count_failure(result.is_nondeterminism ? "NonDeterminismError" : "WorkflowError");
    report("a workflow task failed", result.reason);
    used_up_ = true;
    if (!result.answer)
      return end(task_outcome::repeated_failure);
    break;
  case verdict::ignored:
    log::debug(
        "a workflow task needs no answer", {{"run_id", run_id()}, {"reason", result.reason}});
    return end(task_outcome::not_needed);
  }
  std::string_view method;
  switch (answering_) {
  case answer_kind::completed:
    complete(*result.answer);
    method = methods::respond_workflow_task_completed;
    break;
  case answer_kind::failed: method = methods::respond_workflow_task_failed; break;
  case answer_kind::query: method = methods::respond_query_task_completed; break;
  }
  start_answer(method, *result.answer);
}

/// One that is too large fails, and not the task that it came with.
void workflow_instance_actor::refuse_large_queries(
    google::protobuf::Message& answer, std::vector<workflow::failed_message>& failed) {
  const payload_limits limits{.warning = 0, .most = worker_->settings.payloads.most};
  auto& completed = static_cast<wire::RespondWorkflowTaskCompletedRequest&>(answer);
  for (auto& [id, result] : *completed.mutable_query_results()) {
    const auto sizes = judge_bytes("query_result", result.ByteSizeLong(), limits);
    if (sizes.error.empty())
      continue;
    const auto& queries = job_->task->queries();
    const auto asked = queries.find(id);
    failed.push_back(
        {.name = asked == queries.end() ? std::string{} : asked->second.query_type(),
         .error = std::make_exception_ptr(
             application_error(sizes.error, {.type = "PayloadsTooLarge"}))});
    result.Clear();
    result.set_result_type(enums::QUERY_RESULT_TYPE_FAILED);
    result.set_error_message(sizes.error);
  }
}

/// While a task is worked on nobody else works on the run, and its time may be over before its
/// answer. Numbered as in Temporal's SDKs.
void workflow_instance_actor::warn_if_slow(duration took) {
  const auto limit = context_.options->slow_after;
  if (took <= limit || limit <= duration::zero()) [[likely]]
    return;
  const auto& task = *job_->task;
  const auto& type = task.workflow_type().name();
  context_.counters.workflow_task_too_long.of(type).add();
  if (!context_.slow->is_new(type))
    return;
  const auto in_milliseconds = [](duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  };
  log::warn(
      "[TMPRL1104] a workflow task took longer than it should; others of this type are only "
      "counted",
      {{"workflow_type", type},
       {"workflow_id", task.workflow_execution().workflow_id()},
       {"run_id", task.workflow_execution().run_id()},
       {"attempt", task.attempt()},
       {"took_ms", in_milliseconds(took)},
       {"limit_ms", in_milliseconds(limit)},
       {"history_events", task.started_event_id()},
       {"advice",
        "a long history is replayed after each restart: continue as new earlier; what computes or "
        "blocks belongs into an activity; a codec server may be slow"}});
}

void workflow_instance_actor::start_answer(
    std::string_view method, const google::protobuf::Message& answer) {
  auto call = rpc::make_call(method, answer, worker_->settings.call_timeout);
  if (!call.problem.empty()) {
    // The service could not even read whose answer it is. What `fail_task` says is our own text.
    const auto why = "the workflow's answer cannot be sent: " + call.problem;
    report("a workflow task failed", why);
    return fail_task(
        enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE, why, "TextError");
  }
  if (auto sizes = judge_payloads(answer, call.request.size(), worker_->settings.payloads);
      !sizes.error.empty()) {
    report("a workflow task failed", sizes.error);
    return fail_task(
        enums::WORKFLOW_TASK_FAILED_CAUSE_PAYLOADS_TOO_LARGE,
        std::move(sizes.error),
        "PayloadsTooLarge");
  } else if (!sizes.warning.empty()) {
    report("a workflow's payloads are large", sizes.warning);
  }
  transmit(std::move(call));
}

void workflow_instance_actor::transmit(rpc::call answer) {
  context_.calls->start(
      std::move(answer), [self = me(), work = work_](rpc_status status, rpc::bytes reply) {
        tell(self, answer_replied{work, std::move(status), std::move(reply)});
      });
}

/// Adds what belongs to the worker and not to the run.
void workflow_instance_actor::complete(google::protobuf::Message& answer) {
  auto& completed = static_cast<wire::RespondWorkflowTaskCompletedRequest&>(answer);
  completed.set_namespace_(worker_->settings.name_space);
  completed.set_identity(worker_->settings.identity);
  completed.set_worker_instance_key(worker_->settings.instance_key);
  completed.mutable_capabilities()->set_discard_speculative_workflow_task_with_events(true);
  ask_for_activities(answer);
  if (context_.sticky_queue.empty())
    return;
  auto& sticky = *completed.mutable_sticky_attributes();
  sticky.mutable_worker_task_queue()->set_name(context_.sticky_queue);
  sticky.mutable_worker_task_queue()->set_kind(enums::TASK_QUEUE_KIND_STICKY);
  sticky.mutable_worker_task_queue()->set_normal_name(worker_->settings.task_queue);
  to_proto(context_.options->sticky_schedule_to_start, *sticky.mutable_schedule_to_start_timeout());
  completed.set_return_new_workflow_task(!worker_->draining.load(std::memory_order_relaxed));
}

/// Activities of the worker's own queue, for which it has a slot, may come with the reply.
void workflow_instance_actor::ask_for_activities(google::protobuf::Message& answer) {
  eager_slots_.clear();
  auto* eager = worker_->draining.load(std::memory_order_relaxed) ? nullptr : *context_.eager;
  for (auto& command :
       *static_cast<wire::RespondWorkflowTaskCompletedRequest&>(answer).mutable_commands()) {
    if (command.command_type() != enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK)
      continue;
    auto& wanted = *command.mutable_schedule_activity_task_command_attributes();
    if (!wanted.request_eager_execution())
      continue;
    if (eager != nullptr && eager_slots_.size() < eager_activities::most_per_task
        && wanted.task_queue().name() == worker_->settings.task_queue)
      if (auto slot = eager->try_reserve()) {
        eager_slots_.push_back(std::move(slot));
        continue;
      }
    wanted.clear_request_eager_execution();
  }
}

void workflow_instance_actor::fail_task(int cause, std::string message, const std::string& type) {
  message = to_valid_utf8(std::move(message)); // of an exception, or a status
  used_up_ = true;
  drop_local(true);
  eager_slots_.clear();
  job_->run = nullptr;
  closing_ = {};
  spans_ = {};
  count_failure(
      cause == enums::WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE ? "GrpcMessageTooLarge"
      : cause == enums::WORKFLOW_TASK_FAILED_CAUSE_PAYLOADS_TOO_LARGE   ? "PayloadsTooLarge"
                                                                        : "WorkflowError");
  const auto& task = *job_->task;
  if (task.has_query()) {
    wire::RespondQueryTaskCompletedRequest request;
    request.set_task_token(task.task_token());
    request.set_namespace_(worker_->settings.name_space);
    request.set_completed_type(enums::QUERY_RESULT_TYPE_FAILED);
    request.set_error_message(message);
    answering_ = answer_kind::query;
    return transmit(
        {methods::respond_query_task_completed,
         rpc::encode(request),
         worker_->settings.call_timeout,
         {}});
  }
  // Reported once; after that the service's task timeout is what paces the retries.
  if (task.attempt() > 1)
    return end(task_outcome::repeated_failure);
  wire::RespondWorkflowTaskFailedRequest request;
  request.set_task_token(task.task_token());
  request.set_namespace_(worker_->settings.name_space);
  request.set_identity(worker_->settings.identity);
  request.set_cause(static_cast<enums::WorkflowTaskFailedCause>(cause));
  request.mutable_failure()->set_message(message);
  request.mutable_failure()->mutable_application_failure_info()->set_type(type);
  answering_ = answer_kind::failed;
  transmit(
      {methods::respond_workflow_task_failed,
       rpc::encode(request),
       worker_->settings.call_timeout,
       {}});
}

void workflow_instance_actor::count_failure(std::string_view reason) {
  context_.counters.workflow_task_execution_failed.of({reason, job_->task->workflow_type().name()})
      .count.add();
}

void workflow_instance_actor::on_answer(const answer_replied& replied) {
  if (!replied.status.ok())
    return on_answer_error(replied.status);
  if (answering_ == answer_kind::completed)
    return on_completed(replied.answer);
  end(task_outcome::answered);
}

void workflow_instance_actor::on_completed(const rpc::bytes& answer) {
  for (auto& each : std::exchange(spans_, {}))
    worker_->tracer->record(std::move(each));
  report_messages(false);
  if (closing_.command != 0)
    on_closed();
  if (answer.size() == 0)
    return end(task_outcome::answered);
  workflow::task_message next;
  auto& response = next.make<wire::RespondWorkflowTaskCompletedResponse>();
  if (!rpc::decode(answer, response)) {
    // The service took the answer; what it said besides is lost, and with it perhaps a task.
    report("the reply to a workflow task's answer is unreadable", "unreadable");
    used_up_ = true;
    return end(task_outcome::answered);
  }
  for (const auto& task : response.activity_tasks())
    if (*context_.eager != nullptr)
      (*context_.eager)->run(worker_, task, eager_slots_);
  eager_slots_.clear();
  if (response.reset_history_event_id() > 0 && job_->run)
    job_->run->undo_speculative_task(response.reset_history_event_id());
  if (!response.has_workflow_task() || response.workflow_task().task_token().empty())
    return end(task_outcome::answered);
  // The next task came with the reply and keeps the slot.
  job_->outcome.record(task_outcome::answered);
  next.lies_in(*response.mutable_workflow_task());
  job_->task = std::move(next);
  job_->outcome = outcome_guard{context_.counters.workflow_tasks, "workflow"};
  job_->received = home().now();
  if (used_up_)
    job_->run = nullptr;
  begin();
}

void workflow_instance_actor::on_answer_error(const rpc_status& status) {
  used_up_ = true;
  if (status.code == status_code::not_found)
    return end(task_outcome::task_gone);
  if (status.code == status_code::invalid_argument && status.message == "UnhandledCommand") {
    // Something happened that the run has not seen; the service sends a new task.
    log::debug("a workflow task is done again since new events came", {{"run_id", run_id()}});
    return end(task_outcome::answered);
  }
  report(
      "the answer to a workflow task was not taken",
      std::string{to_string(status.code)} + ": " + status.message);
  if (answering_ == answer_kind::completed && is_too_large(status) && job_->task->attempt() < 2)
    return fail_task(
        enums::WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE,
        status.message,
        "GrpcMessageTooLarge");
  end(task_outcome::answer_failed);
}

/// The service has taken the answer that ends the run.
void workflow_instance_actor::on_closed() {
  const auto ended = std::exchange(closing_, {});
  const auto& type = job_->task->workflow_type().name();
  auto& counters = context_.counters;
  counters.workflow_endtoend_latency.of(type).observe((home().now() - ended.started).count());
  switch (ended.command) {
  case enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION:
    counters.workflow_completed.of(type).add();
    break;
  case enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION:
    counters.workflow_canceled.of(type).add();
    break;
  case enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION:
    counters.workflow_continue_as_new.of(type).add();
    break;
  default:
    if (is_benign(ended.error))
      return report("a workflow failed", describe(ended.error), log::level::debug);
    counters.workflow_failed.of(type).add();
    report("a workflow failed", describe(ended.error));
  }
}

} // namespace troupe::actors
