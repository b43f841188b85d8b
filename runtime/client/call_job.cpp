// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/call_job.hpp"

#include "runtime/base/current_executor.hpp"
#include "runtime/base/error/class_name.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/rpc/connection/connection_options.hpp"

#include <algorithm>
#include <stdexcept>

namespace troupe::detail {

namespace {

rpc_status cancelled_status(const rpc::call_scope* scope) {
  std::string why = "the call was cancelled";
  if (scope != nullptr && scope->token.is_cancelled())
    why.append(": ").append(to_string(scope->token.reason()));
  return {status_code::cancelled, std::move(why), {}};
}

/// Throws `std::invalid_argument` for headers that cannot be sent.
std::shared_ptr<const rpc_options> checked(rpc_options how) {
  for (auto& [name, value] : how.headers)
    if (const auto problem = rpc::settle_header(name, value); !problem.empty())
      throw std::invalid_argument(problem);
  return std::make_shared<const rpc_options>(std::move(how));
}

rpc_status gone() {
  return {status_code::cancelled, "the client that made the call is gone", {}};
}

} // namespace

call_job::call_job(const call_origin& from)
    : settings_(from.connection->settings()), connection_(from.connection), scope_(from.scope),
      origins_way_(from.how), way_(from.how) {
  if (way_)
    limit_time(way_->timeout);
}

void call_job::travel_by(rpc_options how) {
  way_ = checked(std::move(how));
  limit_time(way_->timeout);
}

void refuse_to_block_a_shard() {
  if (current_executor() != nullptr)
    throw std::logic_error(
        "a blocking client call on the thread of a shard would hold up everything else there: in "
        "the "
        "coroutine of a handler or an activity, write co_await client.async()...(...) or co_await "
        "handle.async()...(...); a workflow uses what its context offers, or an activity");
}

// -- launching
// --------------------------------------------------------------------------------------

void call_job::block() {
  refuse_to_block_a_shard();
  const auto connection = connection_; // lives as long as somebody blocks
  connection->wait().wait<void>([self = shared_from_this()](auto done) {
    self->then_ = [done = std::move(done)](call_job&) mutable { done(result<void>{}); };
    self->launch();
  });
}

void call_job::suspend(std::coroutine_handle<> caller, bool is_ours, resume_function resume) {
  frame_ = caller;
  if (is_ours)
    resume_on_ = current_executor();
  if (resume_on_ == nullptr)
    resume_ = std::move(resume);
  launch();
}

void call_job::notify(unique_function<void(call_job&)> then) {
  then_ = std::move(then);
  launch();
}

void call_job::launch() {
  const auto connection = std::move(connection_);
  served_by_ = connection;
  if (scope_ && !scope_->is_open)
    scope_ = nullptr; // a handle that outlived the request: like any other
  is_scoped_ = scope_ && scope_->over != nullptr && current_executor() == scope_->where;
  where_ = is_scoped_ ? scope_->where : &connection->runs_on();
  over_ = is_scoped_ ? scope_->over : &connection->transport();
  if (is_scoped_ || where_->runs_here())
    run();
  else
    where_->post([self = shared_from_this()] { self->run(); });
}

void call_job::run() {
  if (span_)
    span_->begin(where_->now());
  if (is_orphan())
    return fail(std::make_exception_ptr(rpc_error{gone()}));
  try {
    if (timeout_.count() > 0)
      deadline_ = where_->now() + timeout_;
    const auto stop = [weak = weak_from_this()] {
      if (const auto self = weak.lock())
        self->cancel();
    };
    if (token_)
      by_token_ = token_->on_cancel(stop);
    if (scope_) {
      by_scope_ = scope_->token.on_cancel(stop);
      deadline_ = std::min(deadline_, scope_->deadline.value_or(time_point::max()));
    }
    begin();
  } catch (...) {
    // Never inside: who awaits is not suspended yet.
    later([this, error = std::current_exception()] { fail(error); });
  }
}

// -- requests
// ---------------------------------------------------------------------------------------

bool call_job::may_send() const {
  return is_scoped_ ? scope_->is_open.load() : !is_orphan();
}

void call_job::send(rpc::call what) {
  if (is_cancelled_ || !may_send()) {
    later([this] { ended(cancelled_status(nullptr), {}); });
    return;
  }
  if (deadline_ != time_point::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - where_->now());
    what.timeout = std::clamp(left, std::chrono::milliseconds{1}, what.timeout);
  }
  if (way_) {
    what.headers.insert(what.headers.end(), way_->headers.begin(), way_->headers.end());
    what.is_tried_once = what.is_tried_once || way_->is_tried_once;
  }
  in_flight_ = over_->start(
      std::move(what), [self = shared_from_this()](rpc_status status, rpc::bytes reply) {
        self->ended(std::move(status), reply);
      });
}

void call_job::later(unique_function<void()> work) {
  where_->post([self = shared_from_this(), work = std::move(work)]() mutable {
    try {
      work();
    } catch (...) {
      self->fail(std::current_exception());
    }
  });
}

void call_job::pause(duration time, unique_function<void()> work) {
  if (is_cancelled_) {
    later([this] { ended(cancelled_status(nullptr), {}); });
    return;
  }
  // Nobody else tells the call that its client is gone.
  kept_meanwhile_ = is_scoped_ ? nullptr : served_by_.lock();
  paused_ = std::move(work);
  const auto longest = std::max(deadline_ - where_->now(), duration::zero());
  pause_timer_ = where_->schedule(
      deadline_ == time_point::max() ? time : std::min(time, longest),
      [self = shared_from_this()] { self->end_pause(); });
}

void call_job::end_pause() {
  pause_timer_ = 0;
  const auto alive = std::move(kept_meanwhile_);
  auto work = std::exchange(paused_, {});
  try {
    if (is_cancelled_)
      ended(cancelled_status(nullptr), {});
    else
      work();
  } catch (...) {
    fail(std::current_exception());
  }
}

void call_job::ended(rpc_status status, const rpc::bytes& reply) {
  in_flight_ = 0;
  if (is_orphan()) // its thread is about to end: whatever came, nothing more is asked of it
    status = gone();
  else if (status.code == status_code::cancelled) {
    if (is_cancelled_)
      status = cancelled_status(scope_.get());
    else if (!may_send())
      status.message = "the request that made the call has ended";
  }
  try {
    replied(std::move(status), reply);
  } catch (...) {
    fail(std::current_exception());
  }
}

void call_job::tell_watchers(const std::exception_ptr& error) noexcept {
  // As around a call: who came first hears last.
  auto all = std::exchange(watchers_, {});
  for (auto at = all.rbegin(); at != all.rend(); ++at)
    (*at)(error);
}

call_origin call_job::origin() const {
  auto connection = served_by_.lock();
  if (!connection)
    throw rpc_error{gone()};
  return {std::move(connection), scope_, origins_way_};
}

// -- its end
// ----------------------------------------------------------------------------------------

void call_job::settle() {
  if (span_)
    span_->end(where_->now());
  // Waits for callbacks that run just now: not under the lock.
  by_token_ = nullptr;
  by_scope_ = nullptr;
  std::unique_lock lock{mutex_};
  is_settled_ = true;
  if (then_) {
    auto then = std::exchange(then_, {});
    lock.unlock();
    then(*this);
    return;
  }
  if (!frame_)
    return; // abandoned
  if (resume_on_ != nullptr && resume_on_ != where_) {
    // Under the lock: the executor lives as long as the frame.
    resume_on_->post([self = shared_from_this()] { self->wake(); });
    return;
  }
  const auto frame = std::exchange(frame_, {});
  auto resume = std::exchange(resume_, {});
  lock.unlock();
  if (resume)
    resume(frame);
  else
    frame.resume();
}

void call_job::wake() {
  std::unique_lock lock{mutex_};
  const auto frame = std::exchange(frame_, {});
  lock.unlock();
  if (frame)
    frame.resume();
}

void call_job::abandon() noexcept {
  {
    std::lock_guard lock{mutex_};
    frame_ = {};
    if (is_settled_)
      return;
  }
  cancel();
}

void call_job::cancel() noexcept {
  if (is_cancelled_.exchange(true))
    return;
  const auto stop = [weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->stop_now();
  };
  // The scope keeps its own executor. The other one lives as long as the connection, which must not
  // die here if this is its last owner: its thread may be waiting for the callback that we are in.
  auto connection = served_by_.lock();
  if (!is_scoped_ && !connection)
    return;
  if (where_->runs_here())
    stop_now();
  else
    where_->post([stop, alive = std::move(connection)] { stop(); });
}

void call_job::stop_now() {
  if (pause_timer_ != 0) {
    where_->cancel(std::exchange(pause_timer_, 0));
    where_->post([self = shared_from_this()] { self->end_pause(); }); // never inside
  }
  if (in_flight_ != 0 && may_send())
    over_->cancel(in_flight_);
}

// -- what the public header calls
// -------------------------------------------------------------------

void block_on(std::shared_ptr<call_job> job) {
  job->block();
}

void suspend_on(
    std::shared_ptr<call_job> job,
    std::coroutine_handle<> caller,
    bool is_ours,
    resume_function resume) {
  job->suspend(caller, is_ours, std::move(resume));
}

void notify_on(std::shared_ptr<call_job> job, unique_function<void(call_job&)> then) {
  job->notify(std::move(then));
}

void abandon(call_job& job) noexcept {
  job.abandon();
}

void limit_time(call_job& job, std::chrono::milliseconds timeout) {
  job.limit_time(timeout);
}

void travel_by(call_job& job, rpc_options how) {
  job.travel_by(std::move(how));
}

call_origin with_rpc_options(call_origin from, rpc_options how) {
  from.how = checked(std::move(how));
  return from;
}

void limit_by(call_job& job, const cancellation_token& token) {
  job.limit_by(token);
}

json_options json_of(const call_job& job) {
  return job.settings().converter.json;
}

void fail_unreadable(const call_job& job, const std::type_info& as, const payload_error& error) {
  throw payload_error{job.source() + " cannot be read as " + class_name(as), error};
}

void throw_call_made() {
  throw std::logic_error("this call of a client was made already, or moved away");
}

} // namespace troupe::detail
