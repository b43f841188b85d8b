// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/workflow_instance_actor.hpp"

#include "actors/worker/workflow/query_spans.hpp"
#include "actors/worker/workflow/run_failures.hpp"
#include "actors/worker/workflow/workflow_code.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/unary.hpp"
#include "runtime/workflow/instance.hpp"

#include <troupe/error.hpp>

#include <temporal/api/enums/v1/failed_cause.pb.h>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::actors {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

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
  waited_ = {};
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
    auto found = workflow::find_definition(definitions, task.workflow_type().name());
    if (!found) {
      std::string known;
      for (const auto& [name, definition] : definitions)
        known += (known.empty() ? "" : ", ") + name;
      code_->prepare_to_reject(*job_, environment, std::move(known));
      return run_code();
    }
    drop_local(true);
    // A whole history replaces what is cached: it is what the service believes.
    job_->run = std::make_unique<workflow::instance>(std::move(found), environment);
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
  waits_since_ = home().now();
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
  waited_ += home().now() - waits_since_;
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
