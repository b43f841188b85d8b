// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/cancellation.hpp>
#include <troupe/detail/handler_sleep.hpp>
#include <troupe/duration.hpp>
#include <troupe/meter.hpp>
#include <troupe/tracing.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

class client;
struct data_converter;

namespace nexus {

/// The result type of a coroutine handler: it runs on its shard and must not block.
template <class T = void>
using async = basic_async<T, handler_domain>;

/// Where something in another system or namespace came from, or what it led to. Shown by the UI.
struct link {
  std::string url;  ///< `temporal:///namespaces/...` for things of Temporal, else any URL
  std::string type; ///< e.g. `temporal.api.common.v1.Link.WorkflowEvent`

  friend bool operator==(const link&, const link&) = default;
};

/// A header's name, in lower case, and its value.
using header_entry = std::pair<std::string_view, std::string_view>;

namespace detail {

struct operation_state; // what both contexts of one request share; lies with the dispatcher
struct context_access;

} // namespace detail

/// What a handler knows about the request it serves. A cheap handle, passed by value; its views
/// live as long as it does. Thread-safe to read; used by one handler call at a time.
class operation_context {
public:
  /// The contract's name, as the caller sent it.
  [[nodiscard]] std::string_view service() const noexcept;
  /// The operation's name, as the caller sent it.
  [[nodiscard]] std::string_view operation() const noexcept;
  /// The endpoint that the caller used; empty where the service is too old to say.
  [[nodiscard]] std::string_view endpoint() const noexcept;
  [[nodiscard]] std::string_view name_space() const noexcept; ///< the worker's
  [[nodiscard]] std::string_view task_queue() const noexcept; ///< the worker's

  /// A request header by name, in any case; nothing if it was not sent.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
  /// All request headers as they came. Some services send one twice in different case.
  [[nodiscard]] std::span<const header_entry> headers() const noexcept;

  /// When the service gives up waiting for the answer (UTC); nothing if the request did not say.
  [[nodiscard]] std::optional<
      std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>>
  deadline() const noexcept;
  /// How long until then; never negative; nothing if there is no deadline.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> remaining() const noexcept;

  /// Cancelled when the deadline passes or the worker shuts down.
  [[nodiscard]] const cancellation_token& cancellation() const noexcept;
  /// The request's time is over, or its caller, or this worker, wants it no more.
  [[nodiscard]] bool is_cancelled() const noexcept { return cancellation().is_cancelled(); }

  /// Cancelled as soon as the worker begins to stop, so long before `cancellation()` as its
  /// `graceful_shutdown_timeout` says: a handler that takes long may answer with an error that is
  /// tried again, by another worker. Never cancelled where there is no worker.
  [[nodiscard]] const cancellation_token& worker_shutdown() const noexcept;

  /// The span of this call, for spans of the handler's own; nothing if the worker has no tracer.
  [[nodiscard]] std::optional<trace_context> trace() const noexcept;

  /// Metrics of the program's own, with the labels `namespace`, `task_queue`, `nexus_service` and
  /// `nexus_operation`.
  [[nodiscard]] troupe::meter metrics() const;

  /// The worker's client, for signals, queries, updates and starts from a handler; include
  /// `<troupe/client.hpp>`. A coroutine awaits its calls, `co_await ctx.client().async()...`: made
  /// and answered on the handler's shard; those that block throw `std::logic_error` there. A plain
  /// function may block. Either way a call ends with the request, at its deadline or when it is
  /// cancelled. What was made from it and lives longer is like any other client.
  /// Throws `std::logic_error` where there is none (a test environment that was given none).
  [[nodiscard]] troupe::client client() const;

  /// Waits without blocking: `co_await ctx.sleep(1s)`, only in a coroutine handler. Gives true
  /// after the full time, false if the request was cancelled before.
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

protected:
  /// Made by the library.
  explicit operation_context(std::shared_ptr<detail::operation_state> state) noexcept
      : state_(std::move(state)) {}

  std::shared_ptr<detail::operation_state> state_; ///< of the request; shared with whoever runs it

private:
  friend detail::context_access;
};

/// The context of a request that starts an operation.
class start_context : public operation_context {
public:
  /// The same on every retry of one start; what makes starting idempotent.
  [[nodiscard]] std::string_view request_id() const noexcept;

  /// Where the service wants to be told of an asynchronous operation's outcome; empty if it does
  /// not.
  [[nodiscard]] std::string_view callback_url() const noexcept;
  /// What has to be sent along with the news of an async operation's end.
  [[nodiscard]] std::span<const header_entry> callback_headers() const noexcept;

  /// Where the request comes from.
  [[nodiscard]] std::span<const nexus::link> links() const noexcept;
  /// Adds a link to the answer: what the operation did or started.
  void add_link(nexus::link to) const;

private:
  friend detail::context_access;
  explicit start_context(std::shared_ptr<detail::operation_state> state) noexcept
      : operation_context(std::move(state)) {}
};

/// The context of a request that cancels an operation.
class cancel_context : public operation_context {
public:
  /// The token that the handler gave out when it started the operation.
  [[nodiscard]] std::string_view operation_token() const noexcept;

private:
  friend detail::context_access;
  explicit cancel_context(std::shared_ptr<detail::operation_state> state) noexcept
      : operation_context(std::move(state)) {}
};

namespace detail {

/// For the runtime: makes contexts and looks inside.
struct context_access {
  static start_context make_start(std::shared_ptr<operation_state> state) {
    return start_context{std::move(state)};
  }
  static cancel_context make_cancel(std::shared_ptr<operation_state> state) {
    return cancel_context{std::move(state)};
  }
  static operation_state& state(const operation_context& context) { return *context.state_; }
  static const data_converter& converter(const operation_context& context) noexcept;
};

} // namespace detail

} // namespace nexus
} // namespace troupe
