// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/duration.hpp>
#include <troupe/error.hpp>
#include <troupe/log.hpp>
#include <troupe/meter.hpp>
#include <troupe/workflow/activity_calls.hpp>
#include <troupe/workflow/child.hpp>
#include <troupe/workflow/detail/run.hpp>
#include <troupe/workflow/detail/spawn.hpp>
#include <troupe/workflow/external.hpp>
#include <troupe/workflow/future.hpp>
#include <troupe/workflow/info.hpp>
#include <troupe/workflow/message_handlers.hpp>
#include <troupe/workflow/nexus_client.hpp>
#include <troupe/workflow/random.hpp>
#include <troupe/workflow/signal_with_start.hpp>
#include <troupe/workflow/traits.hpp>
#include <troupe/workflow/upserts.hpp>
#include <troupe/workflow/versions.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe::workflow {

class cancellation_scope;

/// Writes log lines with the workflow's ids, and only when the code runs for the first time, not on
/// replay.
class logger {
public:
  /// Made by the library.
  explicit logger(detail::ref<detail::run> owner) : owner_(std::move(owner)) {}

  /// Names and values (texts, numbers, truth values) that a line carries besides its run.
  using fields = std::initializer_list<log::field>;
  /// For who looks for a mistake.
  void debug(std::string_view message, fields with = {}) const {
    write(log::level::debug, message, with);
  }
  /// What somebody may want to know.
  void info(std::string_view message, fields with = {}) const {
    write(log::level::info, message, with);
  }
  /// Something went wrong and is gone about otherwise.
  void warn(std::string_view message, fields with = {}) const {
    write(log::level::warn, message, with);
  }
  /// Something went wrong that somebody has to look at.
  void error(std::string_view message, fields with = {}) const {
    write(log::level::error, message, with);
  }

private:
  void write(log::level severity, std::string_view message, fields with) const {
    owner_->log(severity, message, {with.begin(), with.size()});
  }
  detail::ref<detail::run> owner_;
};

/// What a workflow can do. A cheap handle, passed by value: it names the run and a cancellation
/// scope.
///
/// Workflow code must be deterministic: time, randomness, waiting and the outside world only
/// through the context. What is waited for through a context is cancelled with the context's scope,
/// and then fails with `canceled_error`; a cancelled scope stays cancelled, so clean up with
/// `shielded()` and `as_result()` (C++ cannot await in a catch block).
///
/// Eviction from the worker's cache destroys the suspended coroutines, so destructors of their
/// locals run at times that are not part of the workflow: calls from there are refused without an
/// effect. Use destructors for memory only.
///
/// Threading: only in coroutines of its workflow.
class context : public activity_calls<context>,
                public child_calls<context>,
                public message_handlers<context>,
                public signal_with_start_calls<context>,
                public upsert_calls<context>,
                public version_calls<context> {
public:
  /// Made by the library.
  context(detail::ref<detail::run> owner, detail::ref<detail::scope> within) noexcept
      : owner_(std::move(owner)), within_(std::move(within)) {}

  // -- time, identity, randomness --

  /// The time of the current workflow task: the same on replay.
  [[nodiscard]] time_point now() const noexcept { return owner_->now(); }
  /// What the service says of the run; parsed anew each time.
  [[nodiscard]] workflow::info info() const { return owner_->get_info(); }
  /// True when the service would like this run to continue as new (long history).
  [[nodiscard]] bool continue_as_new_suggested() const noexcept {
    return owner_->continue_as_new_suggested();
  }
  /// The last event that the run knows.
  [[nodiscard]] std::int64_t history_length() const noexcept { return owner_->history_length(); }
  /// For logs and metrics only: deciding by it breaks determinism.
  [[nodiscard]] bool is_replaying() const noexcept { return owner_->is_replaying(); }
  /// What the workflow's last run gave that gave anything, for one that comes by cron or a
  /// schedule; nothing if none has. Throws `payload_error` if it is no `T`.
  template <class T>
  [[nodiscard]] std::optional<T> last_completion_result() const {
    const auto last = owner_->last_completion_result();
    return last.empty() ? std::nullopt : std::optional<T>{converter().from_result<T>(last)};
  }
  /// Why the run before this one failed, for one that is retried or comes by cron; null if there
  /// was none, or it did not fail.
  [[nodiscard]] failure_cause last_failure() const { return owner_->last_failure(); }
  /// Random numbers that come out the same in a replay.
  [[nodiscard]] random_source random() const { return random_source{owner_}; }
  /// The same from a stream of its own: what one part of the code draws there does not depend on
  /// how much others draw, so code that is added elsewhere changes nothing. The same name, the same
  /// stream.
  [[nodiscard]] random_source random(std::string stream) const {
    return random_source{owner_, std::move(stream)};
  }
  /// A random UUID (version 4), the same on replay.
  [[nodiscard]] std::string uuid() const;
  /// A UUID that sorts by the workflow's time (version 7), the same on replay.
  [[nodiscard]] std::string uuid7() const;
  /// Lines that name the run, and are not written again in a replay.
  [[nodiscard]] workflow::logger log() const { return workflow::logger{owner_}; }
  /// Metrics of the program's own, with the labels `namespace`, `task_queue` and `workflow_type`.
  /// Nothing is counted in a replay, nor by queries.
  [[nodiscard]] troupe::meter metrics() const { return owner_->metrics(); }

  // -- waiting --

  /// Ready `after` from now; starts at once, so several run side by side. `cancel` takes it back. A
  /// time of zero or less is ready at once and leaves no trace in the history.
  future<void> sleep(duration after, const timer_options& options = {}) const {
    return {owner_->start_timer(after, options, *within_), nullptr};
  }
  /// The same in another unit; what is longer than 292 years lasts so long.
  template <class Rep, class Period>
  future<void>
  sleep(std::chrono::duration<Rep, Period> after, const timer_options& options = {}) const {
    return sleep(saturate(after), options);
  }
  /// A number without a unit: does not compile, and says why.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  future<void> sleep(Number, const timer_options& = {}) const {
    static_assert(
        !std::is_arithmetic_v<Number>,
        "sleep takes a time with its unit: sleep(std::chrono::seconds{5}), or 5s with `using "
        "namespace std::chrono_literals`");
    return {{}, nullptr};
  }

  /// Ready when `condition` holds; it is asked whenever something happened in the workflow. Must
  /// have no effects.
  future<void> wait_condition(unique_function<bool()> condition) const {
    return {owner_->wait_for(std::move(condition), *within_), nullptr};
  }
  /// A condition that does not fit: does not compile, and says why.
  template <class F>
    requires(!std::is_convertible_v<F, unique_function<bool()>>)
  future<void> wait_condition(F&&) const {
    static_assert(
        std::is_invocable_r_v<bool, F&>,
        "a condition is a function without parameters that returns bool, and no coroutine");
    return {{}, nullptr};
  }
  /// Waits at most `timeout`; false if the condition did not hold by then.
  async<bool> wait_condition(
      unique_function<bool()> condition, duration timeout, timer_options options = {}) const {
    return wait_condition_until(*this, std::move(condition), timeout, std::move(options));
  }
  /// The same in another unit; what is longer than 292 years lasts so long.
  template <class Rep, class Period>
  async<bool> wait_condition(
      unique_function<bool()> condition,
      std::chrono::duration<Rep, Period> timeout,
      timer_options options = {}) const {
    return wait_condition_until(*this, std::move(condition), saturate(timeout), std::move(options));
  }

  // -- coroutines side by side --

  /// Runs `body` beside the caller; it begins when the caller next waits. Awaits of `body` belong
  /// to whatever contexts it was given. An error is kept for whoever awaits the future. Throws
  /// `std::logic_error` for a coroutine that took a `const` reference or a view, or that is of a
  /// lambda with captures: nobody can say how long those live. Give the lambda itself then.
  template <class T>
  future<T> spawn(async<T> body) const {
    body.require_owner();
    auto state = detail::make_ref<detail::value_pending<T>>(*owner_);
    owner_->spawn(detail::drive<T>(std::move(body), state));
    return as_future<T>(state);
  }

  /// Runs `body(context, args...)` beside the caller, in a cancellation scope of its own: `cancel`
  /// of the future cancels it. `body` is a lambda or function that returns `troupe::async<T>`, with
  /// or without the context; it and the arguments are kept until it ends. A member function takes
  /// its object first: `ctx.spawn(&greeter::part, this, args...)` runs `part(context, args...)`.
  template <class F, class... Args>
  auto spawn(F body, Args... args) const {
    using body_of = detail::spawned<F, Args...>;
    if constexpr (body_of::check()) {
      using T = typename body_of::result::value_type;
      auto inner = detail::make_ref<detail::scope>(within_);
      auto state = detail::make_ref<scoped_pending<T>>(*owner_, inner);
      owner_->spawn(
          drive_call<T>(std::move(body), context{owner_, inner}, state, std::move(args)...));
      return as_future<T>(state);
    } else
      return future<troupe::detail::refused>{{}, nullptr};
  }

  // -- cancellation --

  /// Of the context's scope.
  [[nodiscard]] bool is_cancelled() const noexcept { return within_->cancelled(); }
  /// Why it was cancelled, as the requester put it; often empty.
  [[nodiscard]] const std::string& cancel_reason() const noexcept { return within_->reason(); }
  /// Ready when the context's scope is cancelled (for the outermost one: when the workflow's cancel
  /// is requested).
  future<void> cancelled() const { return {owner_->wait_for_cancel(*within_), nullptr}; }
  /// Throws `canceled_error` if the scope is cancelled.
  void throw_if_cancelled() const {
    if (within_->cancelled())
      throw canceled_error(within_->reason().empty() ? "canceled" : within_->reason());
  }
  /// A scope below this context's, to be cancelled on its own.
  [[nodiscard]] cancellation_scope make_scope() const;
  /// A context that the cancellation of this one does not reach: for cleanup.
  [[nodiscard]] context shielded() const {
    auto alone = detail::make_ref<detail::scope>();
    alone->is_of(within_->update());
    return {owner_, std::move(alone)};
  }

  // -- Nexus --

  /// A client for the operations of a contract at an endpoint.
  template <class Service>
  [[nodiscard]] workflow::nexus_client<Service> nexus_client(nexus_client_options options) const {
    if constexpr (nexus::detail::check_contract<Service>())
      options.service = std::string{Service::service_name};
    return {owner_, within_, std::move(options)};
  }
  /// A client for operations that are known by name only.
  [[nodiscard]] untyped_nexus_client nexus_client(nexus_client_options options) const {
    return {owner_, within_, std::move(options)};
  }

  // -- other workflows --

  /// A workflow by its id, and perhaps one run of it; nothing is sent, so it need not exist.
  [[nodiscard]] external_workflow_handle
  external_workflow(std::string workflow_id, std::string run_id = {}) const {
    return {owner_, within_, {std::move(workflow_id), std::move(run_id), {}}};
  }

  // -- the end --

  /// Ends this run and begins a new one of the same type; throws `continue_as_new_request`, so
  /// nothing behind it runs. Arguments travel by their own types, `payloads` alone as they are.
  template <class... Args>
  [[noreturn]] void continue_as_new(const Args&... args) const {
    throw continue_as_new_request{owner_->workflow_type(), encoded(args...), {}};
  }
  /// The same with options, which may name another type.
  template <class... Args>
  [[noreturn]] void continue_as_new(continue_as_new_options options, const Args&... args) const {
    auto type = options.workflow_type.empty() ? owner_->workflow_type()
                                              : std::exchange(options.workflow_type, {});
    throw continue_as_new_request{std::move(type), encoded(args...), std::move(options)};
  }
  /// Continues as the workflow `W`; the arguments are those of its `run`.
  template <class W, class... Args>
    requires troupe::detail::workflow_class<W>
  [[noreturn]] void continue_as_new(const Args&... args) const {
    continue_as<W>({}, args...);
  }
  /// The same with options.
  template <class W, class... Args>
    requires troupe::detail::workflow_class<W>
  [[noreturn]] void continue_as_new(continue_as_new_options options, const Args&... args) const {
    continue_as<W>(std::move(options), args...);
  }

  // -- for the library --

  /// Of the worker.
  [[nodiscard]] const data_converter& converter() const noexcept { return owner_->converter(); }
  /// For the library.
  [[nodiscard]] const detail::ref<detail::run>& owner() const noexcept { return owner_; }
  /// For the library.
  [[nodiscard]] const detail::ref<detail::scope>& scope() const noexcept { return within_; }

private:
  template <class T>
  class scoped_pending final : public detail::value_pending<T> {
  public:
    scoped_pending(detail::run& owner, detail::ref<detail::scope> inner)
        : detail::value_pending<T>(owner), inner_(std::move(inner)) {}
    void cancel(const std::string& reason) override { inner_->cancel(reason); }

  private:
    detail::ref<detail::scope> inner_;
  };

  template <class T>
  static future<T> as_future(detail::ref<detail::pending> state) {
    if constexpr (std::is_void_v<T>)
      return {std::move(state), nullptr};
    else
      return {std::move(state), &detail::take_value<T>};
  }

  template <class T, class F, class... Args>
  static async<void>
  drive_call(F body, context inner, detail::ref<detail::value_pending<T>> to, Args... args) {
    std::optional<async<T>> running;
    std::exception_ptr error;
    try {
      running.emplace(detail::spawned<F, Args...>::call(body, std::move(inner), args...));
    } catch (...) { // only a body that is no coroutine itself
      error = std::current_exception();
    }
    if (error != nullptr)
      to->fail(error);
    else
      co_await detail::drive<T>(*std::move(running), std::move(to));
  }

  template <class... Args>
  [[nodiscard]] payloads encoded(const Args&... args) const {
    return detail::encode_arguments(owner_->converter(), std::tie(args...));
  }
  template <class W, class... Args>
  [[noreturn]] void continue_as(continue_as_new_options options, const Args&... args) const {
    using traits = workflow_traits<W>;
    constexpr bool fit =
        troupe::detail::workflow_arguments<typename traits::args, const Args&...>::check();
    if constexpr (fit) {
      auto input = std::apply(
          [this](const auto&... each) { return owner_->converter().to_payloads(each...); },
          typename traits::args{args...});
      throw continue_as_new_request{
          std::string{traits::name}, std::move(input), std::move(options)};
    } else
      throw continue_as_new_request{};
  }

  static async<bool> wait_condition_until(
      context self, unique_function<bool()> condition, duration timeout, timer_options options);

  detail::ref<detail::run> owner_;
  detail::ref<detail::scope> within_;
};

/// A part of a workflow that can be cancelled on its own. Cancelling the scope around it cancels it
/// too.
class cancellation_scope {
public:
  /// Made by `context::scope`.
  explicit cancellation_scope(workflow::context inner) : inner_(std::move(inner)) {}

  /// The context for what belongs to the scope.
  [[nodiscard]] const workflow::context& context() const noexcept { return inner_; }
  /// Of the context's scope.
  [[nodiscard]] bool is_cancelled() const noexcept { return inner_.is_cancelled(); }
  /// Only the first call has an effect.
  void cancel(const std::string& reason = {}) const { inner_.scope()->cancel(reason); }

private:
  workflow::context inner_;
};

inline cancellation_scope context::make_scope() const {
  return cancellation_scope{context{owner_, detail::make_ref<detail::scope>(within_)}};
}

} // namespace troupe::workflow
