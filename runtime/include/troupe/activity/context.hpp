// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/info.hpp>
#include <troupe/async.hpp>
#include <troupe/cancellation.hpp>
#include <troupe/detail/handler_sleep.hpp>
#include <troupe/duration.hpp>
#include <troupe/log.hpp>
#include <troupe/meter.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/payload/payload.hpp>

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace troupe {

class client;

namespace activity {

/// The result type of an activity that is a coroutine: it runs on its shard and must not block.
template <class T = void>
using async = basic_async<T, handler_domain>;

namespace detail {

struct activity_state; // what all copies of one attempt's context share; lies with the attempt
struct context_access;

/// Thrown by `context::complete_later`; no `std::exception`, so that handlers of errors let it
/// through.
struct completes_later {};

} // namespace detail

/// Writes log lines with what names the attempt.
class logger {
public:
  /// Names and values (texts, numbers, truth values) that a line carries besides its activity.
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
  friend class context;
  explicit logger(std::shared_ptr<const detail::activity_state> of) : of_(std::move(of)) {}
  void write(log::level severity, std::string_view message, fields with) const;

  std::shared_ptr<const detail::activity_state> of_;
};

/// What an activity knows about the attempt it runs, and how it tells that it is alive. A cheap
/// handle, passed by value. Thread-safe: an activity may hand it to threads of its own.
class context {
public:
  /// What the service says of this try.
  [[nodiscard]] const activity::info& info() const noexcept;

  // -- heartbeats --

  /// Tells the service that the activity is alive and how far it has come; the next attempt gets
  /// the details. Only so does a running activity hear that it was cancelled, paused or reset, and
  /// without it a heartbeat timeout ends the attempt. Cheap: at most one in 80 % of the heartbeat
  /// timeout (of 30 s if there is none, and never later than 60 s) is sent, with the newest
  /// details; never blocks. Without an effect in a local activity. Throws `application_error` for
  /// more than `worker_options::payload_size_limit`: the service would fail the activity for good.
  template <class... Details>
  void heartbeat(const Details&... details) const {
    record_heartbeat(converter().to_payloads(details...));
  }
  /// What an earlier attempt told last, the value at `index`; nothing if it told none.
  template <class T>
  [[nodiscard]] std::optional<T> heartbeat_details(std::size_t index = 0) const {
    const auto& all = heartbeat_payloads();
    if (index >= all.size())
      return std::nullopt;
    return converter().template from_payload<T>(all[index]);
  }
  /// The same as it travelled, encoded by the codec.
  [[nodiscard]] const payloads& heartbeat_payloads() const noexcept;

  // -- cancellation --

  /// Cancelled when the workflow cancels the activity, when it is paused or reset, when its time is
  /// over, when the service does not know it any more, or when the worker stops: `reason()` says
  /// which. Of all but the last two an activity hears by its heartbeats.
  ///
  /// An activity that gives up because of it throws `canceled_error`; one that has finished its
  /// work meanwhile may as well return its result.
  [[nodiscard]] const cancellation_token& cancellation() const noexcept;
  /// Its workflow, its time or this worker wants it no more.
  [[nodiscard]] bool is_cancelled() const noexcept { return cancellation().is_cancelled(); }
  /// Cancelled as soon as the worker begins to stop, so long before `cancellation()` as its
  /// `graceful_shutdown_timeout` says: an activity that takes long may come to an end by itself, or
  /// leave the rest to the attempt of another worker.
  [[nodiscard]] const cancellation_token& worker_shutdown() const noexcept;
  /// Throws `canceled_error` if it is cancelled.
  void throw_if_cancelled() const;

  /// Waits without blocking: `co_await ctx.sleep(1s)`, only in a coroutine. Gives true after the
  /// full time, false if the activity was cancelled before.
  [[nodiscard]] troupe::detail::handler_sleep sleep(std::chrono::nanoseconds time) const;
  /// The same in another unit; what is longer than 292 years lasts so long.
  template <class Rep, class Period>
  [[nodiscard]] troupe::detail::handler_sleep sleep(std::chrono::duration<Rep, Period> time) const {
    return sleep(saturate(time));
  }
  /// A number without a unit: does not compile, and says why.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  troupe::detail::handler_sleep sleep(Number) const {
    static_assert(
        !std::is_arithmetic_v<Number>,
        "sleep takes a time with its unit: sleep(std::chrono::seconds{5}), or 5s with `using "
        "namespace std::chrono_literals`");
    return sleep(std::chrono::nanoseconds{});
  }

  // -- the rest --

  /// Lines that name the activity and its workflow.
  [[nodiscard]] activity::logger log() const { return activity::logger{state_}; }
  /// Metrics of the program's own, with the labels `namespace`, `task_queue` and `activity_type`.
  [[nodiscard]] troupe::meter metrics() const;

  /// The worker's client; include `<troupe/client.hpp>`. A coroutine awaits its calls, `co_await
  /// ctx.client().async()...`: made and answered on the activity's shard; those that block throw
  /// `std::logic_error` there. A plain function may block. Either way a call ends when the activity
  /// is cancelled. Throws `std::logic_error` where there is none (a test).
  [[nodiscard]] troupe::client client() const;

  /// Leaves the activity open: somebody else completes it, by `info().task_token` or by its ids
  /// (`activity_handle`). Does not return: nothing behind it runs. Not in a local activity, where
  /// it throws an `application_error` that is not tried again.
  [[noreturn]] void complete_later() const;

  // -- for the library --

  /// Of the worker.
  [[nodiscard]] const data_converter& converter() const noexcept;

private:
  friend detail::context_access;
  explicit context(std::shared_ptr<detail::activity_state> state) noexcept
      : state_(std::move(state)) {}
  void record_heartbeat(payloads details) const;

  std::shared_ptr<detail::activity_state> state_;
};

namespace detail {

/// For the runtime: makes contexts.
struct context_access {
  static context make(std::shared_ptr<activity_state> state) { return context{std::move(state)}; }
};

} // namespace detail

} // namespace activity
} // namespace troupe
