// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/call.hpp>
#include <troupe/client/description.hpp>
#include <troupe/detail/call_style.hpp>
#include <troupe/error.hpp>
#include <troupe/payload/payload.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// What activities and Nexus operations that a client starts by themselves have in common.
namespace troupe {

/// Why something that was started by itself did not succeed: `activity_failed_error` or
/// `operation_failed_error`.
class standalone_failed_error : public std::runtime_error, public detail::caused_error {
public:
  /// Which one.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; } ///< its run
  /// What it failed with.
  [[nodiscard]] const failure_cause& cause() const noexcept override { return cause_; }
  /// What travels if a handler lets this out: its own text and that of the first cause.
  [[nodiscard]] const std::string& message() const noexcept override { return message_; }

protected:
  /// `NOUN ID failed`, and why.
  standalone_failed_error(
      const std::string& noun, std::string id, std::string run_id, failure_cause cause)
      : std::runtime_error(
            noun + ' ' + id + " failed" + (cause ? ": " + describe(*cause) : std::string{})),
        id_(std::move(id)), run_id_(std::move(run_id)),
        message_(noun + ' ' + id_ + " failed" + (cause ? ": " + cause->message() : "")),
        cause_(std::move(cause)) {}

private:
  std::string id_;
  std::string run_id_;
  std::string message_;
  failure_cause cause_;
};

/// What lists tell of each of them. Absent times are those that have not come yet.
struct standalone_summary {
  std::string id;                          ///< which its runs share
  std::string run_id;                      ///< the run's own
  std::optional<wall_time> scheduled_time; ///< when it was started
  std::optional<wall_time> close_time;     ///< absent while it runs
  /// From its start to its end; absent while it runs.
  std::optional<std::chrono::nanoseconds> execution_duration;
  std::int64_t state_transition_count = 0; ///< how often the service changed it
  /// As the service keeps them, by name; typed by `search_attribute_of`.
  std::vector<std::pair<std::string, payload>> search_attributes;

  /// What a search attribute of it is; nothing if it has no value, or one of another type.
  template <search_attribute_type Type>
  [[nodiscard]] std::optional<typename search_attribute<Type>::value_type>
  search_attribute_of(const search_attribute<Type>& which) const {
    return which.in(search_attributes);
  }
};

namespace detail {

/// One of them, as handles know it.
struct standalone_ref {
  call_origin from;
  std::string id;
  std::string run_id; ///< empty: the latest one
};

} // namespace detail

/// What one can do to something that was started by itself: the members of `standalone_handle`,
/// which block and give a `T`, and of `async_standalone_handle`, which give a `call<T>`.
/// `returned<T>` is the one or the other. `Of` says whether it is an activity or an operation.
template <class Style, class Of>
class basic_standalone_handle {
  template <class T>
  using returned = typename Style::template returned<T>;

public:
  /// Made by the library.
  explicit basic_standalone_handle(detail::standalone_ref to) : ref_(std::move(to)) {}

  /// The activity's or the operation's.
  [[nodiscard]] const std::string& id() const noexcept { return ref_.id; }
  /// The run that was started or asked for; empty: the latest one.
  [[nodiscard]] const std::string& run_id() const noexcept { return ref_.run_id; }

  /// What the service knows of it.
  [[nodiscard]] returned<typename Of::description> describe() const {
    return Style::give(call<typename Of::description>{Of::describe(ref_)});
  }
  /// Asks it to cancel itself; done when the request is recorded. A worker hears of an activity's
  /// with the next heartbeat, the handler of an operation once that has started.
  returned<void> cancel(std::string reason = {}) const {
    return Style::give(call<void>{Of::cancel(ref_, std::move(reason))});
  }
  /// Ends it at once, its code is not asked.
  returned<void> terminate(std::string reason = {}) const {
    return Style::give(call<void>{Of::terminate(ref_, std::move(reason))});
  }
  /// Lets the service forget it; one that runs is terminated before.
  returned<void> remove() const { return Style::give(call<void>{Of::remove(ref_)}); }

  /// For the library.
  [[nodiscard]] const detail::standalone_ref& ref() const noexcept { return ref_; }

private:
  detail::standalone_ref ref_;
};

/// The awaitable form of a `standalone_handle`. A cheap value, thread-safe.
template <class R, class Of>
class async_standalone_handle : public basic_standalone_handle<detail::awaitable_style, Of> {
public:
  using basic_standalone_handle<detail::awaitable_style, Of>::basic_standalone_handle;

  /// The result, when there is one; waits at most so long (0: for ever).
  [[nodiscard]] call<R> result(std::chrono::milliseconds timeout = {}) const {
    return detail::decoded<R>(Of::result(this->ref(), timeout));
  }

  /// The same, whose calls block.
  [[nodiscard]] standalone_handle<R, Of> blocking() const {
    return standalone_handle<R, Of>{this->ref()};
  }
};

/// An activity or an operation that was started by itself, or is known by its id.
///
/// A cheap value that keeps the connection alive. Thread-safe; calls block and throw `rpc_error`
/// (`not_found` if there is none of that id). In coroutines await those of `async()`.
template <class R, class Of>
class standalone_handle : public basic_standalone_handle<detail::blocking_style, Of> {
public:
  using basic_standalone_handle<detail::blocking_style, Of>::basic_standalone_handle;

  /// Waits for the end, at most so long (0: for ever). Throws `activity_failed_error` or
  /// `operation_failed_error`, `payload_error` if the result does not fit, `rpc_error`.
  R result(std::chrono::milliseconds timeout = {}) const { return async().result(timeout).get(); }

  /// The same, whose calls are awaited.
  [[nodiscard]] async_standalone_handle<R, Of> async() const {
    return async_standalone_handle<R, Of>{this->ref()};
  }
};

} // namespace troupe
