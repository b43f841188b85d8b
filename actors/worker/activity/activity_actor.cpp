// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/activity_actor.hpp"

#include "actors/worker/activity/shown_attempt.hpp"
#include "actors/worker/pool_submission.hpp"
#include "runtime/activity/answer.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/payload/failure_converter.hpp"

#include <troupe/error.hpp>

#include <caf/actor_cast.hpp>

#include <algorithm>

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;

/// The service ends an attempt when its time is over. This worker does so a little later, in case
/// it never hears of that: a clock may be wrong, and an answer in time must not be lost.
constexpr duration deadline_slack = 5s;

/// Another try with the same answer would end as this one did.
bool is_refused_for_good(const rpc_status& status) {
  return status.code == status_code::invalid_argument
         || (status.code == status_code::resource_exhausted
             && status.message.find("larger than max") != std::string::npos);
}

} // namespace

activity_actor::activity_actor(
    caf::actor_config& cfg,
    shard& home,
    std::shared_ptr<worker_context> worker,
    shard_context& context,
    activity_shard& shared,
    poller_handle poller,
    coordinator_handle coordinator)
    : pinned_actor(cfg, home), worker_(std::move(worker)), context_(context), shared_(shared),
      poller_(std::move(poller)), coordinator_(std::move(coordinator)),
      code_(std::make_shared<handler_code>(*this, home, *context.calls)) {}

activity_handle::behavior_type activity_actor::make_behavior() {
  context_.inspected.insert(this);
  return {
      [this](run_activity_task& run) { begin(std::move(*run.job.take())); },
      [this](const heartbeat_wanted& wanted) {
        if (wanted.work == work_)
          on_details();
      },
      [this](const heartbeat_due& due) {
        if (due.work == work_)
          on_details();
      },
      [this](const heartbeat_replied& replied) {
        if (replied.work == work_)
          on_heartbeat(replied);
      },
      [this](const answer_replied& replied) {
        if (replied.work == work_ && attempt_)
          on_answer(replied.status);
      },
      [this](const code_failed&) { std::rethrow_exception(std::exchange(thrown_, {})); },
      [this](const cancel_work& cancel) {
        if (cancel.work == work_ && attempt_ && !answering_ && !abandoned_)
          on_cancel(cancel.reason);
      },
  };
}

void activity_actor::on_exit() {
  context_.inspected.erase(this);
  // The worker stopped while this ran; a pool thread keeps its share of the attempt until it is
  // through.
  if (outcome_.is_open())
    outcome_.record(died() ? task_outcome::died : task_outcome::shutdown);
  tell(coordinator_, handler_left{id()}); // it holds whom it watched
  code_->forget();
  if (attempt_)
    attempt_->state().listen({}); // it has this actor in it
  attempt_ = nullptr;
  code_->close();
  slot_.release();
  poller_ = nullptr;
  coordinator_ = nullptr;
  worker_ = nullptr; // the pool may still hold this actor, and the worker holds the pool
}

void activity_actor::describe(const snapshot_options&, inspected_part& to) const {
  if (attempt_)
    to.activities.push_back(shown(*attempt_, home().now() - received_));
}

void activity_actor::begin(activity_job job) {
  ++work_;
  slot_ = std::move(job.slot);
  outcome_ = std::move(job.outcome);
  received_ = job.received;
  counts_ = job.counts;
  may_send_ = {};
  sending_ = answering_ = abandoned_ = false;
  const auto& type = job.task.info.activity_type;
  if (shared_.away.count(type) >= away_list::most_of_a_kind) [[unlikely]]
    attempt_ = std::make_shared<activity::attempt>(
        shared_.environment,
        std::move(job.task),
        std::make_exception_ptr(application_error(
            "this worker runs no more of this activity: earlier attempts have not come back",
            {.type = "DeadlockError"})));
  else
    attempt_ = std::make_shared<activity::attempt>(
        shared_.environment, std::move(job.task), *code_, code_, &code_->calls());
  // Whoever has the actor in it lets go of it when the attempt is over.
  attempt_->state().listen([self = me(), work = work_] { tell(self, heartbeat_wanted{work}); });
  std::optional<time_point> deadline;
  if (const auto& timeout = attempt_->info().start_to_close_timeout)
    deadline = later(later(received_, *timeout), deadline_slack);
  tell(coordinator_, watch_work{work_, caf::actor_cast<cancellable_handle>(this), deadline});
  advance();
}

void activity_actor::on_loss(const std::source_location& coroutine) {
  const auto why = text_of_loss(coroutine);
  auto lost = std::move(attempt_);
  lost->state().listen({});
  auto code = std::exchange(code_, std::make_shared<handler_code>(*this, home(), *context_.calls));
  code->keep(lost);
  shared_.away.add(lost->info().activity_type, code);
  attempt_ = std::make_shared<activity::attempt>(
      shared_.environment,
      activity::task{.info = lost->info()},
      std::make_exception_ptr(application_error(why, {.type = "DeadlockError"})));
  // Perhaps it looks at that from time to time. Later, since it runs callbacks of the user's, and
  // the old thread may be waiting for this one.
  home().post([lost = std::move(lost)] { lost->cancel(cancel_reason::timed_out); });
  on_ended();
}

template <class Function>
void activity_actor::guarded(Function what) noexcept {
  try {
    what();
  } catch (...) {
    thrown_ = std::current_exception();
    tell(me(), code_failed{});
  }
}

void activity_actor::code_came_back() noexcept {
  if (code_->take_ended() && attempt_)
    guarded([this] { on_ended(); });
}

void activity_actor::code_left_behind(const std::source_location& coroutine) noexcept {
  guarded([&] { on_loss(coroutine); });
}

caf::strong_actor_ptr activity_actor::self() noexcept {
  return caf::actor_cast<caf::strong_actor_ptr>(this);
}

void activity_actor::advance() {
  switch (attempt_->next()) {
  case activity::attempt::step::run_on_shard:
    code_->patience = worker_->settings.deadlock_timeout_of(attempt_->info().activity_type);
    return code_->start(*attempt_);
  case activity::attempt::step::run_on_pool: return run_on_pool();
  case activity::attempt::step::ended: return on_ended();
  }
}

void activity_actor::run_on_pool() {
  submit_to_pool(
      worker_,
      context_,
      {[running = attempt_]() mutable {
         running->run_on_pool();
         running = nullptr;
       },
       &home(),
       [this, alive = self(), work = work_] { guarded([&] { on_pool_ended(work); }); }});
}

void activity_actor::on_pool_ended(std::uint64_t work) {
  if (work != work_ || !attempt_)
    return;
  attempt_->pool_finished();
  on_ended();
}

// -- heartbeats

void activity_actor::on_details() {
  if (!attempt_ || answering_ || abandoned_ || sending_ || !attempt_->state().has_details())
    return;
  if (home().now() < may_send_)
    return shared_.clock.wake(may_send_, me(), work_);
  if (auto details = attempt_->state().take_details())
    send_heartbeat(*std::move(details));
}

void activity_actor::send_heartbeat(payloads details) {
  const auto interval = shared_.heartbeats.interval(attempt_->info().heartbeat_timeout);
  may_send_ = later(home().now(), interval);
  sending_ = true;
  // When the next one may be sent this one is of no interest any more.
  const auto timeout = std::clamp(
      std::chrono::ceil<std::chrono::milliseconds>(interval),
      std::chrono::milliseconds{1'000},
      worker_->settings.call_timeout);
  context_.calls->start(
      activity::heartbeat_of(*attempt_, std::move(details), timeout),
      [self = me(), work = work_](rpc_status status, rpc::bytes answer) {
        tell(self, heartbeat_replied{work, std::move(status), std::move(answer)});
      });
}

void activity_actor::on_heartbeat(const heartbeat_replied& replied) {
  sending_ = false;
  if (!attempt_ || answering_ || abandoned_)
    return;
  if (replied.status.code == status_code::not_found) {
    attempt_->cancel(cancel_reason::not_found);
    return abandon(task_outcome::task_gone);
  }
  if (!replied.status.ok())
    report(
        "an activity's heartbeat was not taken",
        std::string{to_string(replied.status.code)} + ": " + replied.status.message);
  else if (const auto reason = activity::read_heartbeat_answer(replied.answer);
           reason != cancel_reason::none)
    attempt_->cancel(reason);
  // Told meanwhile, and nobody was told of it.
  on_details();
}

// -- cancellation

void activity_actor::on_cancel(cancel_reason reason) {
  attempt_->cancel(reason);
  if (reason != cancel_reason::timed_out)
    return; // it may still answer, and somebody waits for that
  counts_->activity_execution_failed.add();
  report("an activity ran past its time and is not answered", "start-to-close timeout");
  abandon(task_outcome::deadline_passed);
}

void activity_actor::abandon(task_outcome outcome) {
  abandoned_ = true;
  outcome_.record(outcome);
}

// -- the end

void activity_actor::on_ended() {
  attempt_->state().listen({});
  if (abandoned_)
    return become_idle();
  const auto& came = attempt_->result();
  counts_->activity_execution_latency.observe(between(received_, home().now()).count());
  if (came.what == activity::outcome::kind::later)
    return end(task_outcome::not_needed);
  if (came.what == activity::outcome::kind::failed) {
    const bool is_expected = is_benign(came.error);
    if (!is_expected)
      counts_->activity_execution_failed.add();
    report(
        "an activity failed",
        troupe::describe(came.error),
        is_expected ? log::level::debug : log::level::warn);
  }
  answer();
}

void activity_actor::answer() {
  answering_ = true;
  if (!attempt_->converter().may_block()) [[likely]]
    return send_answer(activity::answer_of(*attempt_, worker_->settings.call_timeout));
  // Errors and details pass the codec, too.
  auto made = std::make_shared<rpc::call>();
  submit_to_pool(
      worker_,
      context_,
      {[running = attempt_, made, timeout = worker_->settings.call_timeout]() mutable {
         *made = activity::answer_of(*std::exchange(running, nullptr), timeout);
       },
       &home(),
       [this, alive = self(), made, work = work_] {
         if (work == work_ && attempt_)
           guarded([&] { send_answer(std::move(*made)); });
       }});
}

void activity_actor::send_answer(rpc::call call) {
  if (!call.problem.empty()) {
    // The service could not even read whose answer it is.
    const auto why = "the activity's answer cannot be sent: " + call.problem;
    report("an activity failed", why);
    call = activity::failure_answer(
        *attempt_,
        std::make_exception_ptr(application_error(why, {.type = "TextError"})),
        worker_->settings.call_timeout);
  } else if (auto refused = judge_result(); refused) {
    call = activity::failure_answer(*attempt_, std::move(refused), worker_->settings.call_timeout);
  }
  transmit(std::move(call));
}

/// The error of an attempt whose result is too large to be sent; another one may give a smaller.
std::exception_ptr activity_actor::judge_result() {
  const auto& limits = worker_->settings.payloads;
  const auto& came = attempt_->result();
  if (came.what != activity::outcome::kind::completed)
    return nullptr;
  const auto sizes = judge_bytes("result", came.value.data.size(), limits);
  if (!sizes.warning.empty())
    report("an activity's result is large", sizes.warning);
  if (sizes.error.empty())
    return nullptr;
  counts_->activity_execution_failed.add();
  report("an activity failed", sizes.error);
  return std::make_exception_ptr(application_error(sizes.error, {.type = "PayloadsTooLarge"}));
}

void activity_actor::transmit(rpc::call answer) {
  context_.calls->start(
      std::move(answer), [self = me(), work = work_](rpc_status status, rpc::bytes) {
        tell(self, answer_replied{work, std::move(status), {}});
      });
}

void activity_actor::on_answer(const rpc_status& status) {
  const auto& info = attempt_->info();
  const bool succeeded = attempt_->result().what == activity::outcome::kind::completed;
  if (status.ok()) {
    if (succeeded)
      counts_->activity_succeed_endtoend_latency.observe(
          between(info.scheduled_time, home().now()).count());
    return end(task_outcome::answered);
  }
  if (status.code == status_code::not_found) {
    log::debug(
        "nobody waits for the answer to an activity task any more",
        {{"activity_type", info.activity_type}, {"activity_id", info.activity_id}});
    return end(task_outcome::task_gone);
  }
  report(
      "the answer to an activity task was not taken",
      std::string{to_string(status.code)} + ": " + status.message);
  // The result cannot be had; better to say so than to leave the workflow to a timeout.
  if (succeeded && is_refused_for_good(status)) {
    attempt_ = std::make_shared<activity::attempt>(
        shared_.environment,
        activity::task{.info = info},
        std::make_exception_ptr(application_error(
            "the activity's result was not taken: " + status.message,
            {.type = "ResultRefused", .non_retryable = true})));
    return answer();
  }
  end(task_outcome::answer_failed);
}

/// A failure of the activity's code, or of what is done for it, with what names the attempt.
void activity_actor::report(std::string_view message, std::string error, log::level severity) {
  const auto& info = attempt_->info();
  if (context_.failures)
    context_.failures->report(
        {.severity = severity,
         .message = message,
         .source = info.activity_type,
         .error = std::move(error),
         .fields = {
             {"activity_type", info.activity_type},
             {"activity_id", info.activity_id},
             {"attempt", info.attempt},
             {"workflow_type", info.workflow_type},
             {"workflow_id", info.workflow_id},
             {"run_id", info.run_id}}});
}

void activity_actor::end(task_outcome outcome) {
  outcome_.record(outcome);
  become_idle();
}

void activity_actor::become_idle() {
  code_->forget();
  attempt_ = nullptr;
  answering_ = abandoned_ = false;
  if (!poller_) {
    slot_.release();
    return shared_.idle.push_back(me());
  }
  tell(
      poller_,
      task_ended{
          caf::actor_cast<caf::strong_actor_ptr>(this),
          make_handoff<slot_permit>(std::move(slot_))});
}

} // namespace troupe::actors
