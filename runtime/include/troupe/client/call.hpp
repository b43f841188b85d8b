// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/payload/convert.hpp>
#include <troupe/result.hpp>
#include <troupe/rpc_options.hpp>
#include <troupe/unique_function.hpp>

#include <chrono>
#include <coroutine>
#include <exception>
#include <memory>
#include <source_location>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace troupe {

class cancellation_token;
class client_connection;

namespace rpc {
struct call_scope;
}

template <class T>
class call;

namespace detail {

class call_job; // one call on its way; in runtime/client

/// Where the calls of a client or handle go.
struct call_origin {
  std::shared_ptr<client_connection> connection;
  /// Of a client that a handler got from its context; null: nobody's.
  std::shared_ptr<rpc::call_scope> scope = nullptr;
  /// How all of them travel; null: as the connection's.
  std::shared_ptr<const rpc_options> how = nullptr;
};

/// The same origin, whose calls travel so. Throws `std::invalid_argument` for headers that cannot
/// be sent.
[[nodiscard]] call_origin with_rpc_options(call_origin from, rpc_options how);

using resume_function = unique_function<void(std::coroutine_handle<>)>;

/// Sends it and waits; `std::logic_error` on the thread of a shard.
void block_on(std::shared_ptr<call_job> job);
/// Sends it; `caller` is resumed once: if it is one of our coroutines, on the executor that runs
/// here; else by `resume` or, if that is empty, on the thread that serves the call.
void suspend_on(
    std::shared_ptr<call_job> job,
    std::coroutine_handle<> caller,
    bool is_ours,
    resume_function resume);
/// Sends it; `then` runs once, on the thread that serves the client.
void notify_on(std::shared_ptr<call_job> job, unique_function<void(call_job&)> then);
/// Nobody waits for it any more: its coroutine is destroyed.
void abandon(call_job& job) noexcept;

void limit_time(call_job& job, std::chrono::milliseconds timeout);
void limit_by(call_job& job, const cancellation_token& token);
void travel_by(call_job& job, rpc_options how);

/// What came of a settled call that was made to give a `Raw`; the calls' own files say which ones
/// there are.
template <class Raw>
result<Raw>& outcome_of(call_job& job);
[[nodiscard]] json_options json_of(const call_job& job);
/// Throws it anew, with what was to be read as what type in front.
[[noreturn]] void
fail_unreadable(const call_job& job, const std::type_info& as, const payload_error& error);
[[noreturn]] void throw_call_made();

template <class Promise>
consteval bool may_await_calls() {
  if constexpr (requires { typename Promise::domain; })
    return !std::is_same_v<typename Promise::domain, workflow_domain>;
  else
    return true;
}

/// What came of it, as a value.
template <class T>
result<T> settled(call_job& job, T (*take)(call_job&)) {
  try {
    if constexpr (std::is_void_v<T>) {
      take(job);
      return {};
    } else
      return result<T>{take(job)};
  } catch (...) {
    return unexpected{std::current_exception()};
  }
}

/// Suspends a coroutine until a call has ended. Destroying the coroutine cancels the call.
template <class T>
class call_awaiter {
public:
  using take_function = T (*)(call_job&);

  call_awaiter(std::shared_ptr<call_job> job, take_function take, resume_function resume) noexcept
      : job_(std::move(job)), take_(take), resume_(std::move(resume)) {}
  call_awaiter(const call_awaiter&) = delete;
  call_awaiter& operator=(const call_awaiter&) = delete;
  ~call_awaiter() {
    if (is_waiting_)
      abandon(*job_);
  }

  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> caller) {
    static_assert(
        may_await_calls<Promise>(),
        "a workflow cannot await a call of a client: it would be made again by every replay. Call "
        "from a Nexus operation or an activity, and use the workflow's context for what it offers");
    constexpr bool is_ours = requires { typename Promise::domain; };
    if constexpr (is_ours)
      where_ = caller.promise().where;
    is_waiting_ = true;
    // From here on another thread may resume the coroutine, which ends this object.
    suspend_on(job_, caller, is_ours, std::move(resume_));
  }
  T await_resume() {
    resumed();
    return take_(*job_);
  }

protected:
  void resumed() noexcept {
    is_waiting_ = false;
    if (where_.line() != 0)
      now_running(where_);
  }

  std::shared_ptr<call_job> job_;
  take_function take_;

private:
  bool is_waiting_ = false;
  std::source_location where_; ///< the coroutine, if it is one of ours
  resume_function resume_;
};

template <class T>
class call_result_awaiter : public call_awaiter<T> {
public:
  using call_awaiter<T>::call_awaiter;

  result<T> await_resume() {
    this->resumed();
    return settled(*this->job_, this->take_);
  }
};

/// A job that gives a `Raw`.
template <class Raw>
struct job_of {
  std::shared_ptr<call_job> job;
};

template <class Raw>
Raw take_raw(call_job& job) {
  if constexpr (std::is_void_v<Raw>)
    outcome_of<void>(job).value();
  else
    return std::move(outcome_of<Raw>(job)).value();
}

/// Reads a result out of payloads that went through the codec.
template <class T>
T take_decoded(call_job& job) {
  if constexpr (std::is_same_v<T, payloads>)
    return take_raw<payloads>(job);
  else {
    const auto& values = outcome_of<payloads>(job).value();
    try {
      return decode_result<T>(values, json_of(job));
    } catch (const payload_error& error) {
      fail_unreadable(job, typeid(T), error);
    }
  }
}

/// Gives a typed handle for one without its type.
template <class T, class Raw>
T take_as(call_job& job) {
  return T{take_raw<Raw>(job)};
}

template <class T>
call<T> decoded(job_of<payloads> from) {
  return call<T>{std::move(from.job), &take_decoded<T>};
}

template <class T, class Raw>
call<T> typed(job_of<Raw> from) {
  return call<T>{std::move(from.job), &take_as<T, Raw>};
}

} // namespace detail

/// A call that has not been made yet: what the members of `client.async()` and `handle.async()`
/// return. Nothing is sent until it is awaited, started or waited for; each once.
///
///     co_await client.async().start_workflow<greeter>({.id = "g", .task_queue = "q"}, "Ann");
///
/// - `co_await` in a coroutine handler of a Nexus operation resumes on the handler's shard. With
///   the client of the handler's context the call is made on that shard, too, ends at the
///   handler's deadline and is cancelled with it. Any other client works, by way of its thread.
/// - `co_await` in a coroutine of another kind resumes on the thread that serves the client, where
///   nothing may block, or where `resume_by` says. In a workflow it does not compile.
/// - `start(then)` calls back on the thread that serves the client.
/// - `get()` blocks, as the members of the client itself do.
///
/// Errors are those of the blocking members, thrown where it is awaited (or by `as_result()` given
/// as a value). Destroying a coroutine that waits cancels its call; so does destroying the last
/// client and handle of the connection: then the call ends with `rpc_error`, `cancelled`.
/// Arguments were encoded when the call was made up, so a change later does not matter.
template <class T>
class [[nodiscard("a call that nobody awaits is not made: co_await it, or start or get it")]] call {
public:
  /// What it gives.
  using value_type = T;

  /// Waits for the end. On a shard's thread (coroutine handlers, workflows) it throws
  /// `std::logic_error` and nothing is sent.
  T get() {
    auto job = take_job();
    detail::block_on(job);
    return take_(*job);
  }

  /// Calls `then` once, with the outcome, on the thread that serves the client. It must not throw.
  void start(unique_function<void(result<T>)> then) {
    detail::notify_on(
        take_job(), [take = take_, handler = std::move(then)](detail::call_job& job) mutable {
          handler(detail::settled(job, take));
        });
  }

  /// Makes the call, and goes on when it has ended. Once.
  detail::call_awaiter<T> operator co_await() { return {take_job(), take_, std::move(resume_)}; }

  /// Awaits like `co_await` but hands an exception over as a value.
  detail::call_result_awaiter<T> as_result() { return {take_job(), take_, std::move(resume_)}; }

  /// Ends it with `deadline_exceeded` when so much time has passed since it was begun, attempts and
  /// long polls included. For calls of one request the connection's `rpc_timeout` is a limit, too.
  call with_timeout(std::chrono::milliseconds timeout) && {
    detail::limit_time(checked(), timeout);
    return std::move(*this);
  }

  /// Ends it with `cancelled` when the token (`<troupe/cancellation.hpp>`) is cancelled, whatever
  /// else could end it.
  call with_cancellation(const cancellation_token& token) && {
    detail::limit_by(checked(), token);
    return std::move(*this);
  }

  /// With other options than its client's, all of them: `with_options({.headers = {{"tenant",
  /// "a"}}})`. Throws `std::invalid_argument` for headers that cannot be sent.
  call with_options(rpc_options how) && {
    detail::travel_by(checked(), std::move(how));
    return std::move(*this);
  }

  /// How a coroutine that is none of ours is resumed, e.g. on another executor:
  /// `resume_by([&](std::coroutine_handle<> it) { boost::asio::post(pool, it); })`. Called once, on
  /// the thread that serves the client. In a handler on its shard it is not asked.
  call resume_by(detail::resume_function resume) && {
    (void)checked();
    resume_ = std::move(resume);
    return std::move(*this);
  }

  // -- for the layers above -----------------------------------------------------------------------

  /// Made by the library.
  call(std::shared_ptr<detail::call_job> job, T (*take)(detail::call_job&)) noexcept
      : job_(std::move(job)), take_(take) {}
  /// Made by the library.
  call(detail::job_of<T> from) noexcept : call(std::move(from.job), &detail::take_raw<T>) {}

private:
  detail::call_job& checked() const {
    if (!job_) [[unlikely]]
      detail::throw_call_made();
    return *job_;
  }
  std::shared_ptr<detail::call_job> take_job() {
    (void)checked();
    return std::move(job_);
  }

  std::shared_ptr<detail::call_job> job_;
  T (*take_)(detail::call_job&);
  detail::resume_function resume_;
};

} // namespace troupe
