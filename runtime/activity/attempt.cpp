// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/attempt.hpp"

#include "runtime/activity/interception.hpp"
#include "runtime/protocol/trace_header.hpp"

#include <troupe/activity/context.hpp>
#include <troupe/error.hpp>

#include <string>
#include <utility>

namespace troupe::activity {

namespace {

outcome failed(std::exception_ptr error) {
  return {.what = outcome::kind::failed, .error = std::move(error)};
}

outcome stopped(std::string message, std::string type, const failure_cause& cause) {
  return failed(std::make_exception_ptr(application_error(
      std::move(message), application_error_options{.type = std::move(type), .cause = cause})));
}

} // namespace

outcome classify(const std::exception_ptr& error, cancel_reason asked) {
  try {
    std::rethrow_exception(error);
  } catch (const detail::completes_later&) {
    return {.what = outcome::kind::later};
  } catch (const failure_error& failure) {
    if (!is_canceled(failure))
      return failed(error);
  } catch (...) { // also a client's word that something else was cancelled
    return failed(error);
  }
  const auto cause = to_failure_error(error);
  switch (asked) {
  case cancel_reason::requested: {
    outcome made{.what = outcome::kind::canceled};
    if (const auto* canceled = find_cause<canceled_error>(cause))
      made.details = canceled->details();
    return made;
  }
  case cancel_reason::paused:
    return stopped("the activity stopped since it was paused", "ActivityPause", cause);
  case cancel_reason::reset:
    return stopped("the activity stopped since it was reset", "ActivityReset", cause);
  case cancel_reason::worker_shutdown:
    return stopped("the activity stopped since its worker does", "WorkerShutdown", cause);
  default: // a request to cancel would end it for good, but there is none
    return stopped(cause->message(), "CanceledError", cause);
  }
}

attempt::attempt(
    std::shared_ptr<const activity::environment> environment,
    task what,
    executor& where,
    std::shared_ptr<void> keeps_where,
    rpc::transport* calls)
    : state_(std::make_shared<detail::activity_state>()), input_(std::move(what.input)) {
  state_->environment = std::move(environment);
  state_->info = std::move(what.info);
  state_->last_details = std::move(what.last_details);
  state_->where = &where;
  state_->keeps_where = std::move(keeps_where);
  state_->over = calls;
  if (const auto& to = this->environment().tracer) {
    trace_ = std::make_unique<attempt_trace>(to, info(), where.now());
    state_->traced_by = to;
    state_->within = trace_->context();
  }
  if (!info().headers.empty()) // what is left is the program's own
    protocol::remove_trace_header(state_->info.headers);
  try {
    state_->narrow_converter();
  } catch (...) {
    fail(std::current_exception());
    return;
  }
  code_ = state_->environment->activities->find(info().activity_type);
  if (code_)
    step_ = code_->is_coroutine() ? step::run_on_shard : step::run_on_pool;
  else
    fail(std::make_exception_ptr(application_error(
        "Activity function " + info().activity_type + " for workflow " + info().workflow_id
            + " is not registered on this worker, available activities: "
            + state_->environment->activities->known(),
        {.type = "NotFoundError"})));
}

attempt::attempt(
    std::shared_ptr<const activity::environment> environment, task what, std::exception_ptr why)
    : state_(std::make_shared<detail::activity_state>()) {
  state_->environment = std::move(environment);
  state_->info = std::move(what.info);
  outcome_ = failed(std::move(why));
}

attempt::~attempt() {
  state_->listen({});
  body_.reset(); // cancels what it waits for, which needs the scope
  if (trace_)
    trace_->end("the attempt was given up", state_->where->now());
  state_->is_open.store(false, std::memory_order_release);
}

void attempt::run_on_shard(unique_function<void()> finished) {
  finished_ = std::move(finished);
  body_.emplace(run_coroutine());
  body_->start();
}

async<void> attempt::run_coroutine() {
  try {
    outcome_ = {
        .what = outcome::kind::completed,
        .value = co_await detail::begin_code(*code_, state_, input_)};
  } catch (...) {
    fail(std::current_exception());
  }
  end();
  finished_();
}

void attempt::run_on_pool() noexcept {
  try {
    outcome_ = {
        .what = outcome::kind::completed, .value = detail::run_code(*code_, state_, input_)};
  } catch (...) {
    fail(std::current_exception());
  }
}

void attempt::pool_finished() {
  end();
}

void attempt::end() noexcept {
  step_ = step::ended;
  if (trace_)
    trace_->end(
        outcome_.error ? std::optional{describe(outcome_.error)} : std::nullopt,
        state_->where->now());
}

} // namespace troupe::activity
