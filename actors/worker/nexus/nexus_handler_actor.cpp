// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/nexus/nexus_handler_actor.hpp"

#include "actors/worker/pool_submission.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/protocol/links.hpp"

#include <caf/actor_cast.hpp>

#include <temporal/api/common/v1/message.pb.h>

#include <algorithm>

namespace troupe::actors {

namespace {

std::string_view to_string(nexus::operation_call::step step) {
  switch (step) {
  case nexus::operation_call::step::run_on_shard: return "run_on_shard";
  case nexus::operation_call::step::run_on_pool: return "run_on_pool";
  case nexus::operation_call::step::call_service: return "call_service";
  case nexus::operation_call::step::answer: return "answer";
  }
  return "unknown";
}

std::string name_of(const nexus::nexus_task& task) {
  return std::string{task.service}.append("/").append(task.operation);
}

} // namespace

nexus_handler_actor::nexus_handler_actor(
    caf::actor_config& cfg,
    shard& home,
    std::shared_ptr<worker_context> worker,
    shard_context& context,
    nexus_shard& nexus,
    poller_handle poller,
    coordinator_handle coordinator)
    : pinned_actor(cfg, home), worker_(std::move(worker)), context_(context), nexus_(nexus),
      poller_(std::move(poller)), coordinator_(std::move(coordinator)),
      code_(std::make_shared<handler_code>(*this, home, *context.calls)) {}

nexus_handler_handle::behavior_type nexus_handler_actor::make_behavior() {
  context_.inspected.insert(this);
  return {
      [this](run_nexus_task& run) { begin(std::move(*run.job.take())); },
      [this](const answer_replied& replied) {
        if (replied.work == work_ && call_ && !abandoned_)
          on_answer(replied.status);
      },
      [this](const service_replied& replied) {
        if (replied.work != work_ || !call_ || abandoned_)
          return;
        call_->on_reply(replied.status, replied.answer);
        advance();
      },
      [this](const code_failed&) { std::rethrow_exception(std::exchange(thrown_, {})); },
      [this](const cancel_work& cancel) {
        if (cancel.work == work_ && call_ && !abandoned_)
          on_cancel(cancel.reason);
      },
  };
}

void nexus_handler_actor::on_exit() {
  context_.inspected.erase(this);
  // The worker stopped while this ran; a pool thread keeps its share of the call until it is
  // through.
  if (outcome_.is_open()) {
    outcome_.record(died() ? task_outcome::died : task_outcome::shutdown);
  }
  tell(coordinator_, handler_left{id()}); // it holds whom it watched
  code_->forget();
  call_ = nullptr;
  code_->close();
  slot_.release();
  poller_ = nullptr;
  coordinator_ = nullptr;
  worker_ = nullptr; // the pool may still hold this actor, and the worker holds the pool
}

void nexus_handler_actor::describe(const snapshot_options&, inspected_part& to) const {
  if (!call_ || abandoned_)
    return;
  const auto now = home().now();
  const auto& task = call_->task();
  worker_snapshot::request seen{
      .service = std::string{task.service},
      .operation = std::string{task.operation},
      .request_id = std::string{task.request_id},
      .step = std::string{to_string(call_->next())},
      .age = now - received_,
      .remaining = {}};
  if (const auto deadline = call_->deadline())
    seen.remaining = *deadline - now;
  to.requests.push_back(std::move(seen));
}

void nexus_handler_actor::begin(nexus_job job) {
  ++work_;
  slot_ = std::move(job.slot);
  outcome_ = std::move(job.outcome);
  received_ = job.received;
  abandoned_ = on_pool_ = false;
  if (job.task.scheduled_at)
    nexus_.metrics.nexus_task_schedule_to_start_latency.observe(
        (received_ - *job.task.scheduled_at).count());
  accept(std::move(job.task));
  tell(
      coordinator_,
      watch_work{work_, caf::actor_cast<cancellable_handle>(this), call_->deadline()});
  advance();
}

void nexus_handler_actor::accept(nexus::nexus_task task) {
  if (!nexus_.away.empty() && nexus_.away.count(name_of(task)) >= away_list::most_of_a_kind)
      [[unlikely]]
    return give_up(
        std::move(task),
        {nexus::handler_error_type::internal,
         "this worker runs no more of this operation: earlier requests have not come back"});
  if (!worker_->settings.deadlock_timeouts.empty())
    code_->patience = worker_->settings.deadlock_timeout_of(name_of(task));
  call_ = nexus::accept_task(
      nexus_.environment, std::move(task), *code_, received_, code_, &code_->calls());
  if (!worker_->settings.refuses_late_requests || !comes_too_late()) [[likely]]
    return;
  nexus_.metrics.nexus_task_refused.add();
  give_up(
      call_->task(),
      {nexus::handler_error_type::resource_exhausted,
       "the threads of this worker are busy: the request would have its turn only when its time is "
       "over"});
}

/// The function would not even begin before the service stops waiting.
bool nexus_handler_actor::comes_too_late() const {
  const auto deadline = call_->deadline();
  return deadline && call_->next() == nexus::operation_call::step::run_on_pool
         && worker_->pool->expected_wait() >= *deadline - received_;
}

void nexus_handler_actor::give_up(nexus::nexus_task task, const nexus::handler_error& why) {
  call_ = nexus::give_up_task(nexus_.environment, std::move(task), why, *code_, received_, code_);
}

void nexus_handler_actor::on_loss(const std::source_location& coroutine) {
  auto lost = std::move(call_);
  auto code = std::exchange(code_, std::make_shared<handler_code>(*this, home(), *context_.calls));
  code->keep(lost);
  nexus_.away.add(name_of(lost->task()), code);
  give_up(lost->task(), {nexus::handler_error_type::internal, text_of_loss(coroutine)});
  // Perhaps it looks at that from time to time. Later, since it runs callbacks of the user's, and
  // the old thread may be waiting for this one.
  home().post([lost = std::move(lost)] { lost->cancel(cancel_reason::timed_out); });
  advance();
}

template <class Function>
void nexus_handler_actor::guarded(Function what) noexcept {
  try {
    what();
  } catch (...) {
    thrown_ = std::current_exception();
    tell(me(), code_failed{});
  }
}

void nexus_handler_actor::code_came_back() noexcept {
  if (code_->take_ended() && call_)
    guarded([this] { advance(); });
}

caf::strong_actor_ptr nexus_handler_actor::self() noexcept {
  return caf::actor_cast<caf::strong_actor_ptr>(this);
}

void nexus_handler_actor::code_left_behind(const std::source_location& coroutine) noexcept {
  guarded([&] { on_loss(coroutine); });
}

void nexus_handler_actor::advance() {
  switch (call_->next()) {
  case nexus::operation_call::step::run_on_shard: return run_on_shard();
  case nexus::operation_call::step::run_on_pool: return run_on_pool();
  case nexus::operation_call::step::call_service: return call_service();
  case nexus::operation_call::step::answer: return answer();
  }
}

void nexus_handler_actor::run_on_shard() {
  code_->start(*call_);
}

void nexus_handler_actor::run_on_pool() {
  on_pool_ = true;
  submit_to_pool(
      worker_,
      context_,
      {[call = call_]() mutable {
         call->run_on_pool();
         call = nullptr;
       },
       &home(),
       [this, alive = self(), work = work_] { guarded([&] { on_pool_ended(work); }); }});
}

void nexus_handler_actor::on_pool_ended(std::uint64_t work) {
  if (work != work_ || !call_)
    return;
  if (std::exchange(on_pool_, false))
    call_->pool_finished();
  if (abandoned_)
    become_idle();
  else
    advance();
}

std::chrono::milliseconds nexus_handler_actor::remaining() const {
  auto left = call_->deadline() ? *call_->deadline() - home().now()
                                : duration{worker_->settings.call_timeout};
  return std::max(
      std::chrono::duration_cast<std::chrono::milliseconds>(left), std::chrono::milliseconds{1});
}

void nexus_handler_actor::call_service() {
  auto call = call_->service_call();
  call.timeout = std::min(call.timeout, remaining());
  context_.calls->start(
      std::move(call), [self = me(), work = work_](rpc_status status, rpc::bytes answer) {
        tell(self, service_replied{work, std::move(status), std::move(answer)});
      });
}

/// A handler that is late is tried again, and its answer is lost: better told before that happens.
void nexus_handler_actor::warn_if_slow(duration took) {
  const auto deadline = call_->deadline();
  if (!deadline)
    return;
  const auto allowed = *deadline - received_;
  if (took * 2 <= allowed) [[likely]]
    return;
  const auto& task = call_->task();
  if (!nexus_.slow->is_new(name_of(task)))
    return;
  const auto in_milliseconds = [](duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  };
  log::warn(
      "a Nexus operation takes more than half of the time that its requests have",
      {{"advice",
        "a request that is not answered in time is sent again: let a workflow, an update or an "
        "activity do the work (nexus::workflow_run, nexus::operation_handler), or complete the "
        "operation later by its callback"},
       {"service", std::string{task.service}},
       {"operation", std::string{task.operation}},
       {"request", task.kind == nexus::nexus_task::request::cancel ? "cancel" : "start"},
       {"took_ms", in_milliseconds(took)},
       {"allowed_ms", in_milliseconds(allowed)}});
}

void nexus_handler_actor::answer() {
  const auto took = home().now() - received_;
  warn_if_slow(took);
  nexus_.metrics.nexus_task_execution_latency.observe(took.count());
  if (const auto& reason = call_->failure_reason(); !reason.empty()) {
    count_failure(reason);
    report(
        call_->is_failure() ? "a Nexus task failed" : "a Nexus operation failed",
        call_->failure_text());
  }
  auto call = call_->answer();
  call.timeout = std::min(call.timeout, remaining());
  context_.calls->start(
      std::move(call), [self = me(), work = work_](rpc_status status, rpc::bytes) {
        tell(self, answer_replied{work, std::move(status), {}});
      });
}

void nexus_handler_actor::on_answer(const rpc_status& status) {
  if (status.ok()) {
    nexus_.metrics.nexus_task_endtoend_latency.observe((home().now() - received_).count());
    return end(task_outcome::answered);
  }
  log::warn(
      "the answer to a Nexus task was not taken",
      {{"service", std::string{call_->task().service}},
       {"operation", std::string{call_->task().operation}},
       {"code", std::string{to_string(status.code)}},
       {"error", status.message}});
  end(status.code == status_code::not_found ? task_outcome::task_gone
                                            : task_outcome::answer_failed);
}

void nexus_handler_actor::count_failure(std::string_view reason) {
  const auto& task = call_->task();
  nexus_.metrics.nexus_task_execution_failed.add(task.service, task.operation, reason);
}

/// A failure of the handler, with what names the request and who asked.
void nexus_handler_actor::report(std::string_view message, std::string error) {
  const auto& task = call_->task();
  log::failure what{
      .message = message,
      .source = std::string{task.service} + '/' + std::string{task.operation},
      .error = std::move(error),
      .fields = {}};
  what.fields = {
      {"service", task.service},
      {"operation", task.operation},
      {"request", task.kind == nexus::nexus_task::request::cancel ? "cancel" : "start"}};
  const auto add = [&](std::string_view key, std::string_view value) {
    if (!value.empty())
      what.fields.emplace_back(key, value);
  };
  add("reason", call_->failure_reason());
  add("endpoint", task.endpoint);
  add("request_id", task.request_id);
  add("operation_token", task.operation_token);
  for (const auto& each : task.links) {
    temporal::api::common::v1::Link from;
    if (!protocol::from_nexus_link(each.url, each.type, from) || !from.has_workflow_event())
      continue;
    add("caller_namespace", from.workflow_event().namespace_());
    add("caller_workflow_id", from.workflow_event().workflow_id());
    add("caller_run_id", from.workflow_event().run_id());
    break;
  }
  if (context_.failures)
    context_.failures->report(std::move(what));
}

void nexus_handler_actor::on_cancel(cancel_reason reason) {
  call_->cancel(reason);
  if (reason != cancel_reason::timed_out)
    return; // it may still answer, and somebody waits for that
  warn_if_slow(home().now() - received_);
  report("a Nexus task ran past its deadline and is not answered", "deadline exceeded");
  count_failure("timeout");
  end(task_outcome::deadline_passed);
}

void nexus_handler_actor::end(task_outcome outcome) {
  outcome_.record(outcome);
  if (on_pool_)
    abandoned_ = true;
  else
    become_idle();
}

void nexus_handler_actor::become_idle() {
  code_->forget();
  call_ = nullptr;
  abandoned_ = false;
  tell(
      poller_,
      task_ended{
          caf::actor_cast<caf::strong_actor_ptr>(this),
          make_handoff<slot_permit>(std::move(slot_))});
}

} // namespace troupe::actors
