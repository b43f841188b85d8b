// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/cancellation.hpp>

#include <chrono>
#include <coroutine>
#include <memory>
#include <type_traits>
#include <utility>

namespace troupe {

class executor;

namespace detail {

/// Suspends a coroutine handler (of a Nexus operation, of an activity) on its shard; awaiting gives
/// true after the full time, false if it was cancelled before.
class handler_sleep {
public:
  /// `keeps` keeps `where` alive, which the coroutine runs on.
  handler_sleep(
      std::shared_ptr<void> keeps,
      executor& where,
      cancellation_token token,
      std::chrono::nanoseconds time)
      : keeps_(std::move(keeps)), where_(&where), token_(std::move(token)), time_(time) {}
  handler_sleep(handler_sleep&&) = default;
  ~handler_sleep();

  [[nodiscard]] bool await_ready() const noexcept;
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> caller) {
    static_assert(
        std::is_same_v<typename Promise::domain, handler_domain>,
        "sleep of a handler's context can be awaited only in a handler coroutine");
    suspend(caller);
  }
  bool await_resume() const noexcept;

private:
  void suspend(std::coroutine_handle<> caller);

  struct waiting;
  std::shared_ptr<void> keeps_;
  executor* where_;
  cancellation_token token_;
  std::chrono::nanoseconds time_;
  std::shared_ptr<waiting> waiting_;
};

} // namespace detail
} // namespace troupe
