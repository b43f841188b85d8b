// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/workflow_instance_actor.hpp"

#include "actors/worker/activity/eager_activities.hpp"
#include "actors/worker/workflow/query_spans.hpp"
#include "actors/worker/workflow/run_failures.hpp"
#include "actors/worker/workflow/workflow_code.hpp"
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

workflow_instance_actor::workflow_instance_actor(
    caf::actor_config& cfg,
    shard& home,
    std::shared_ptr<worker_context> worker,
    workflow_shard& context,
    sticky_cache_handle cache,
    std::uint32_t lane)
    : pinned_actor(cfg, home), worker_(std::move(worker)), context_(context),
      cache_(std::move(cache)), lane_(lane), code_(std::make_shared<workflow_code>(*this)) {}

workflow_instance_actor::~workflow_instance_actor() = default;

workflow_instance_handle::behavior_type workflow_instance_actor::make_behavior() {
  return {
      [this](run_workflow_task& run) {
        job_ = run.job.take();
        begin();
      },
      [this](const answer_replied& replied) {
        if (replied.work == work_ && job_)
          on_answer(replied);
      },
      [this](const history_page_fetched& fetched) {
        if (fetched.work == work_ && job_ && std::exchange(fetching_, false))
          on_page(fetched);
      },
      [this](local_activity_ended& ended) {
        if (local_ && local_->take(ended) && waits_for_local_)
          go_on();
      },
      [this](const task_overdue& overdue) {
        if (overdue.work != work_ || !job_)
          return;
        overdue_timer_ = 0;
        is_overdue_ = true;
        if (waits_for_local_)
          go_on();
      },
      [this](const code_failed&) { std::rethrow_exception(std::exchange(thrown_, {})); },
      [this](const end_instance&) { quit(); },
  };
}

void workflow_instance_actor::on_exit() {
  drop_local(true);
  eager_slots_.clear();
  if (!is_on_pool_)
    code_->forget();
  if (job_) {
    job_->outcome.record(died() ? task_outcome::died : task_outcome::shutdown);
    if (is_on_pool_) { // a thread is with it; it goes when that has done
      job_->slot.release();
      code_->leave(std::move(job_));
    }
    // Here and not in the destructor: the frames of a run belong to the thread that made them.
    job_ = nullptr;
  }
  cache_ = nullptr;
}

const std::string& workflow_instance_actor::run_id() const {
  return job_->task->workflow_execution().run_id();
}

void workflow_instance_actor::describe_run(const snapshot_options& what, inspected_part& to) const {
  if (!job_)
    return;
  const auto& task = *job_->task;
  const auto& id = task.workflow_execution().workflow_id();
  if (!what.workflow_id.empty() && what.workflow_id != id)
    return;
  worker_snapshot::run seen{
      .workflow_id = id,
      .run_id = run_id(),
      .workflow_type = task.workflow_type().name(),
      .has_task = true};
  if (job_->run) {
    seen.history_length = job_->run->history_length();
    seen.bytes = job_->run->memory_bytes();
    seen.waits_for = job_->run->waits_for();
  }
  seen.waits_for.emplace_back(
      fetching_ ? "a page of its history" : "the service to take the answer to its task");
  to.runs.push_back(std::move(seen));
}

void workflow_instance_actor::begin() {
  ++work_;
  used_up_ = fetching_ = is_overdue_ = false;
  failed_.clear();
  auto& task = *job_->task;
  if (is_away())
    return fail_task(
        enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
        "[TMPRL1101] this worker runs no more code of the run or of its type: earlier tasks of it "
        "have not come back",
        "DeadlockError");
  const bool from_beginning =
      task.history().events_size() > 0 && task.history().events(0).event_id() == 1;
  if (!job_->run || from_beginning) {
    const auto& definitions = context_.options->definitions;
    const auto& environment = context_.options->environment;
    auto found = definitions.find(task.workflow_type().name());
    if (found == definitions.end()) {
      std::string known;
      for (const auto& [name, definition] : definitions)
        known += (known.empty() ? "" : ", ") + name;
      code_->prepare_to_reject(*job_, environment, std::move(known));
      return run_code();
    }
    drop_local(true);
    // A whole history replaces what is cached: it is what the service believes.
    job_->run = std::make_unique<workflow::instance>(found->second, environment);
  }
  code_->patience = worker_->settings.deadlock_timeout_of(task.workflow_type().name());
  converse(nullptr);
}

/// True if a former task of this run still has a thread, or too many tasks of its type do.
bool workflow_instance_actor::is_away() {
  return context_.away.count(run_id()) > 0
         || context_.away.count(job_->task->workflow_type().name()) >= away_list::most_of_a_kind;
}

void workflow_instance_actor::converse(
    std::unique_ptr<wire::GetWorkflowExecutionHistoryResponse> page) {
  code_->prepare(*job_, std::move(page));
  run_code();
}

/// Where its shard can do without it: abroad, or, if its codec waits for others, on the pool.
void workflow_instance_actor::run_code() {
  if (!context_.options->environment->converter.may_block()) [[likely]]
    return home().run_foreign(code_);
  is_on_pool_ = true;
  std::vector<pool_work> only;
  only.push_back(
      {[code = code_] { code->step(); }, &home(), [code = code_] { code->came_back(); }});
  worker_->pool->submit(std::move(only));
}

template <class Function>
void workflow_instance_actor::guarded(Function what) noexcept {
  try {
    what();
  } catch (...) {
    thrown_ = std::current_exception();
    tell(me(), code_failed{});
  }
}

void workflow_instance_actor::code_came_back() noexcept {
  is_on_pool_ = false;
  guarded([this] { on_step(); });
}

void workflow_instance_actor::code_left_behind(const std::source_location& coroutine) noexcept {
  guarded([&] { on_loss(coroutine); });
}

void workflow_instance_actor::on_loss(const std::source_location& coroutine) {
  drop_local(true);
  auto lost = std::move(job_);
  workflow::task_message names; // what an instance leaves as it is
  names->set_task_token(lost->task->task_token());
  *names->mutable_workflow_execution() = lost->task->workflow_execution();
  *names->mutable_workflow_type() = lost->task->workflow_type();
  names->set_attempt(lost->task->attempt());
  if (lost->task->has_query())
    *names->mutable_query() = lost->task->query();
  job_ = std::make_unique<workflow_job>(
      std::move(names), std::move(lost->slot), std::move(lost->outcome), lost->received);
  auto code = std::exchange(code_, std::make_shared<workflow_code>(*this));
  code->keep(std::move(lost));
  context_.away.add(run_id(), code);
  context_.away.add(job_->task->workflow_type().name(), code);
  const auto why = "[TMPRL1101] " + text_of_loss(coroutine);
  report("a workflow's code does not come back, going on without it", why, log::level::error);
  fail_task(
      enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE, why, "DeadlockError");
}

void workflow_instance_actor::on_step() {
  auto need = std::exchange(code_->need, {});
  if (local_ && !need.cancel.empty() && job_->run)
    local_->begin(worker_, need, *job_->run, me(), home().now());
  auto result = std::exchange(code_->result, std::nullopt);
  try {
    if (auto thrown = std::exchange(code_->error, nullptr))
      std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    // An instance turns what user code throws into answers; what comes out here is a bug of its
    // own. Only this run is affected: it is dropped, and replayed when the service tries again.
    context_.counters.instances_died.add();
    report("a workflow instance failed", describe(error), log::level::error);
    return fail_task(
        enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
        message_of(error),
        "InstanceError");
  }
  switch (need.kind) {
  case workflow::activation_need::what::nothing: return send(std::move(*result));
  case workflow::activation_need::what::history: return fetch(std::move(need.page_token));
  case workflow::activation_need::what::local_activities: return wait_for_local(std::move(need));
  }
}

void workflow_instance_actor::wait_for_local(workflow::activation_need need) {
  if (!context_.local)
    return fail_task(
        enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
        "this worker runs no local activities",
        "NotSupportedError");
  if (!local_)
    local_ = std::make_unique<local_calls>(*context_.local);
  local_->begin(worker_, need, *job_->run, me(), home().now());
  if (overdue_timer_ == 0 && !is_overdue_) {
    // At four fifths of its time the service hears that the task goes on.
    constexpr duration usual = std::chrono::seconds{10};
    const auto limit = job_->run->get_info().task_timeout;
    const auto due = job_->received + (limit > duration::zero() ? limit : usual) / 5 * 4;
    overdue_timer_ = home().schedule(
        due - home().now(), [self = me(), work = work_] { tell(self, task_overdue{work}); });
  }
  waits_for_local_ = true;
  go_on();
}

void workflow_instance_actor::go_on() {
  if (auto told = local_->next())
    code_->prepare(*job_, std::move(*told));
  else if (is_overdue_)
    code_->prepare_to_answer(*job_);
  else
    return;
  waits_for_local_ = false;
  run_code();
}

void workflow_instance_actor::drop_local(bool stop) {
  waits_for_local_ = false;
  if (overdue_timer_ != 0)
    home().cancel(std::exchange(overdue_timer_, 0));
  if (local_)
    local_->drop(stop);
}

void workflow_instance_actor::fetch(std::string page_token) {
  fetching_ = true;
  wire::GetWorkflowExecutionHistoryRequest request;
  request.set_namespace_(worker_->settings.name_space);
  *request.mutable_execution() = job_->task->workflow_execution();
  request.set_next_page_token(std::move(page_token));
  context_.calls->start(
      {methods::get_workflow_execution_history,
       rpc::encode(request),
       worker_->settings.call_timeout,
       {}},
      [self = me(), work = work_](rpc_status status, rpc::bytes page) {
        tell(self, history_page_fetched{work, std::move(status), std::move(page)});
      });
}

void workflow_instance_actor::on_page(const history_page_fetched& fetched) {
  if (fetched.status.code == status_code::not_found) {
    used_up_ = true;
    return end(task_outcome::task_gone);
  }
  // Not in the task's memory: each page of a long history goes when it was replayed.
  auto page = std::make_unique<wire::GetWorkflowExecutionHistoryResponse>();
  if (!fetched.status.ok() || !rpc::decode(fetched.page, *page)) {
    auto why = fetched.status.ok() ? std::string{"unreadable page"} : fetched.status.message;
    report("the history of a run could not be fetched", why);
    return fail_task(
        enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
        "the history could not be fetched: " + why,
        "HistoryFetchError");
  }
  converse(std::move(page));
}

void workflow_instance_actor::send(workflow::activation_result result) {
  using verdict = workflow::activation_result::verdict;
  used_up_ = result.evict;
  closing_ = {result.closing_command, result.started, std::move(result.error)};
  spans_ = std::move(result.spans);
  const auto now = home().now();
  if (worker_->tracer)
    trace_queries(*worker_->tracer, *job_->task, result, job_->received, now);
  failed_ = std::move(result.failed_messages);
  report_messages(true);
  context_.counters.workflow_task_execution_latency.of(job_->task->workflow_type().name())
      .observe((now - job_->received).count());
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

void workflow_instance_actor::report(
    std::string_view message, std::string error, log::level severity) {
  if (context_.failures)
    context_.failures->report(
        failure_of_run(*job_->task, message, std::move(error), severity, failed_));
}

/// Queries when they are answered; other messages when the service has taken what came of them:
/// what it does not take is done again.
void workflow_instance_actor::report_messages(bool queries) {
  if (!context_.failures)
    return;
  for (const auto& each : failed_)
    if (!each.ends && (each.what == workflow::failed_message::kind::query) == queries
        && (!is_rejection(each) || log::enabled(log::level::debug)))
      context_.failures->report(failure_of_message(*job_->task, each));
}

void workflow_instance_actor::end(task_outcome outcome) {
  eager_slots_.clear();
  if (local_) {
    // Who still runs goes on with this actor or not at all: the next task may come to another one.
    used_up_ |= !local_->empty();
    drop_local(true);
  }
  job_->outcome.record(outcome);
  failed_.clear();
  handoff<workflow::instance> kept;
  if (!used_up_)
    kept = handoff<workflow::instance>{std::move(job_->run)};
  job_ = nullptr;
  tell(cache_, run_idled{lane_, std::move(kept)});
}

} // namespace troupe::actors
