// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/local_activity_actor.hpp"

#include "actors/worker/activity/shown_attempt.hpp"
#include "actors/worker/pool_submission.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/payload/failure_converter.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;

} // namespace

local_activity_actor::local_activity_actor(
    caf::actor_config& cfg,
    shard& home,
    std::shared_ptr<worker_context> worker,
    shard_context& context,
    local_activities& shared)
    : pinned_actor(cfg, home), worker_(std::move(worker)), context_(context), shared_(shared),
      code_(std::make_shared<handler_code>(*this, home, *context.calls)) {}

local_activity_handle::behavior_type local_activity_actor::make_behavior() {
  context_.inspected.insert(this);
  return {
      [this](run_local_activity& run) { begin(run.job.take()); },
      [this](const local_timer_due& due) {
        if (due.timer == timer_generation_ && job_)
          on_timer();
      },
      [this](const code_failed&) { std::rethrow_exception(std::exchange(thrown_, {})); },
      [this](const cancel_work& cancel) {
        if (job_ && cancel.work == job_->key)
          on_cancel();
      },
  };
}

void local_activity_actor::on_exit() {
  context_.inspected.erase(this);
  stop_waiting();
  code_->forget();
  attempt_ = nullptr;
  code_->close();
  job_ = nullptr;
  worker_ = nullptr; // the pool may still hold this actor, and the worker holds the pool
}

void local_activity_actor::describe(const snapshot_options&, inspected_part& to) const {
  if (attempt_)
    to.activities.push_back(shown(*attempt_, home().now() - began_));
}

void local_activity_actor::begin(std::unique_ptr<local_job> job) {
  job_ = std::move(job);
  const auto& request = job_->what.request;
  counts_ = &shared_.metrics.types.of({request.type, job_->info.workflow_type});
  number_ = request.attempt;
  scheduled_ = request.scheduled.value_or(job_->asked);
  last_failure_ = nullptr;
  const auto& limit = options().schedule_to_start_timeout;
  if (limit && later(job_->asked, *limit) <= home().now())
    return finish(
        {.id = 0, .value = {}, .failure = timed_out(timeout_type::schedule_to_start, nullptr)});
  try_once();
}

void local_activity_actor::try_once() {
  const auto now = home().now();
  const auto& limits = options();
  auto most = limits.start_to_close_timeout.value_or(duration::max());
  if (limits.schedule_to_close_timeout) {
    const auto left = between(now, later(scheduled_, *limits.schedule_to_close_timeout));
    if (left <= duration::zero())
      return finish(
          {.id = 0,
           .value = {},
           .failure = timed_out(timeout_type::schedule_to_close, last_failure_)});
    most = std::min(most, left);
  }
  ++run_;
  began_ = now;
  const auto& request = job_->what.request;
  counts_->local_activity_total.add();
  activity::task task{.info = job_->info, .input = request.input};
  task.info.attempt = number_;
  task.info.scheduled_time = scheduled_;
  task.info.current_attempt_scheduled_time = task.info.started_time = now;
  if (shared_.away.count(request.type) >= away_list::most_of_a_kind) [[unlikely]]
    attempt_ = std::make_shared<activity::attempt>(
        shared_.environment(),
        std::move(task),
        std::make_exception_ptr(application_error(
            "this worker runs no more of this activity: earlier attempts have not come back",
            {.type = "DeadlockError"})));
  else
    attempt_ = std::make_shared<activity::attempt>(
        shared_.environment(), std::move(task), *code_, code_, &code_->calls());
  if (most != duration::max())
    wait(most);
  switch (attempt_->next()) {
  case activity::attempt::step::run_on_shard:
    code_->patience = worker_->settings.deadlock_timeout_of(attempt_->info().activity_type);
    return code_->start(*attempt_);
  case activity::attempt::step::run_on_pool:
    return submit_to_pool(
        worker_,
        context_,
        {[running = attempt_]() mutable {
           running->run_on_pool();
           running = nullptr;
         },
         &home(),
         [this, alive = self(), run = run_] { guarded([&] { on_pool_ended(run); }); }});
  case activity::attempt::step::ended: return on_ended();
  }
}

template <class Function>
void local_activity_actor::guarded(Function what) noexcept {
  try {
    what();
  } catch (...) {
    thrown_ = std::current_exception();
    tell(me(), code_failed{});
  }
}

void local_activity_actor::code_came_back() noexcept {
  if (code_->take_ended() && attempt_)
    guarded([this] { on_ended(); });
}

void local_activity_actor::code_left_behind(const std::source_location& coroutine) noexcept {
  guarded([&] { on_loss(coroutine); });
}

caf::strong_actor_ptr local_activity_actor::self() noexcept {
  return caf::actor_cast<caf::strong_actor_ptr>(this);
}

void local_activity_actor::on_loss(const std::source_location& coroutine) {
  auto lost = std::move(attempt_);
  auto code = std::exchange(code_, std::make_shared<handler_code>(*this, home(), *context_.calls));
  code->keep(lost);
  shared_.away.add(job_->what.request.type, code);
  home().post([lost = std::move(lost)] { lost->cancel(cancel_reason::timed_out); });
  stop_waiting();
  failed(std::make_exception_ptr(
      application_error(text_of_loss(coroutine), {.type = "DeadlockError"})));
}

void local_activity_actor::on_pool_ended(std::uint64_t run) {
  if (run != run_ || !attempt_)
    return;
  attempt_->pool_finished();
  on_ended();
}

void local_activity_actor::on_ended() {
  stop_waiting();
  auto came = std::exchange(attempt_, nullptr)->result();
  counts_->local_activity_execution_latency.observe(between(began_, home().now()).count());
  switch (came.what) {
  case activity::outcome::kind::completed:
    counts_->local_activity_succeed_endtoend_latency.observe(
        between(scheduled_, home().now()).count());
    return finish({.id = 0, .value = std::move(came.value), .failure = {}});
  case activity::outcome::kind::canceled:
    counts_->local_activity_execution_cancelled.add();
    return finish({.id = 0, .value = {}, .failure = canceled(std::move(came.details))});
  default: return failed(came.error);
  }
}

void local_activity_actor::on_timer() {
  timer_ = 0;
  if (!attempt_) { // the wait between two attempts
    ++number_;
    return try_once();
  }
  // Its code may go on; nobody listens to it any more.
  attempt_->cancel(cancel_reason::timed_out);
  code_->forget();
  attempt_ = nullptr;
  ++run_;
  const auto& all = options().schedule_to_close_timeout;
  if (all && later(scheduled_, *all) <= home().now())
    return finish(
        {.id = 0,
         .value = {},
         .failure = timed_out(timeout_type::schedule_to_close, last_failure_)});
  failed(timed_out(timeout_type::start_to_close, nullptr));
}

void local_activity_actor::on_cancel() {
  if (attempt_) {
    attempt_->cancel(cancel_reason::requested);
    return;
  }
  stop_waiting();
  finish({.id = 0, .value = {}, .failure = canceled({})});
}

void local_activity_actor::failed(const std::exception_ptr& error) {
  const auto readable = to_failure_error(error);
  const auto& info = job_->info;
  if (!is_benign(*readable))
    counts_->local_activity_execution_failed.add();
  if (context_.failures)
    context_.failures->report(
        {.severity = is_benign(*readable) ? log::level::debug : log::level::warn,
         .message = "a local activity failed",
         .source = info.activity_type,
         .error = troupe::describe(error),
         .fields = {
             {"activity_type", info.activity_type},
             {"activity_id", info.activity_id},
             {"attempt", number_},
             {"workflow_type", info.workflow_type},
             {"workflow_id", info.workflow_id},
             {"run_id", info.run_id}}});
  last_failure_ = readable;
  const auto delay = next_delay(*readable);
  if (delay && *delay <= options().local_retry_threshold)
    return wait(*delay);
  finish({.id = 0, .value = {}, .failure = error, .backoff = delay});
}

/// How long until the next attempt; nothing if there is none.
std::optional<duration> local_activity_actor::next_delay(const failure_error& error) const {
  const workflow::retry_policy usual;
  const auto& policy = options().retry_policy ? *options().retry_policy : usual;
  if (policy.maximum_attempts > 0 && number_ >= policy.maximum_attempts)
    return std::nullopt;
  std::optional<duration> wanted;
  if (const auto* application = dynamic_cast<const application_error*>(&error)) {
    if (application->non_retryable()
        || std::ranges::find(policy.non_retryable_error_types, application->type())
               != policy.non_retryable_error_types.end())
      return std::nullopt;
    wanted = application->next_retry_delay();
  }
  if (!wanted) {
    // As in the service, 0 stands for what is usual. A run has refused all else that makes no
    // sense.
    const auto given = [](const std::optional<duration>& value) {
      return value.value_or(duration{}) != duration{};
    };
    const auto first = given(policy.initial_interval) ? *policy.initial_interval : duration{1s};
    const auto longest = given(policy.maximum_interval)
                             ? *policy.maximum_interval
                             : duration{static_cast<duration::rep>(std::min(
                                   static_cast<double>(first.count()) * 100,
                                   static_cast<double>(duration::max().count() / 2)))};
    const auto factor =
        policy.backoff_coefficient == 0 ? usual.backoff_coefficient : policy.backoff_coefficient;
    const auto grown = static_cast<double>(first.count()) * std::pow(factor, number_ - 1);
    wanted = grown < static_cast<double>(longest.count())
                 ? duration{static_cast<duration::rep>(grown)}
                 : longest;
  }
  // One that could not begin in time is not waited for.
  const auto& all = options().schedule_to_close_timeout;
  if (all && later(home().now(), *wanted) >= later(scheduled_, *all))
    return std::nullopt;
  return wanted;
}

std::exception_ptr local_activity_actor::timed_out(timeout_type which, failure_cause cause) const {
  return std::make_exception_ptr(activity_error(
      "Activity task timed out",
      {.activity_type = job_->info.activity_type,
       .activity_id = job_->info.activity_id,
       .retry_state = retry_state::timeout},
      std::make_shared<timeout_error>(
          "local activity timeout", which, payloads{}, std::move(cause))));
}

std::exception_ptr local_activity_actor::canceled(payloads details) const {
  return std::make_exception_ptr(activity_error(
      "Activity cancelled",
      {.activity_type = job_->info.activity_type,
       .activity_id = job_->info.activity_id,
       .retry_state = retry_state::cancel_requested},
      std::make_shared<canceled_error>("canceled", std::move(details))));
}

void local_activity_actor::finish(workflow::local_result result) {
  const auto job = std::move(job_);
  result.id = job->what.id;
  result.attempt = number_;
  result.started = scheduled_;
  result.took = between(job->asked, home().now());
  code_->forget();
  attempt_ = nullptr;
  tell(
      job->asker,
      local_activity_ended{job->work, make_handoff<workflow::local_result>(std::move(result))});
  shared_.ended(job->key, me());
}

void local_activity_actor::wait(duration time) {
  stop_waiting();
  timer_ = home().schedule(
      time, [self = me(), timer = timer_generation_] { tell(self, local_timer_due{timer}); });
}

void local_activity_actor::stop_waiting() {
  ++timer_generation_; // what is on its way comes too late
  if (timer_ != 0)
    home().cancel(std::exchange(timer_, 0));
}

} // namespace troupe::actors
