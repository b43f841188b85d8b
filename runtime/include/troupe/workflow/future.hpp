// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/result.hpp>
#include <troupe/workflow/detail/pending.hpp>

#include <array>
#include <coroutine>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe::workflow {

/// Something under way in a workflow that will yield a `T`: a timer, an operation, a signal, a
/// spawned coroutine.
///
/// It is under way whether or not it is awaited. `co_await` yields the value or throws; `co_await
/// x.as_result()` hands the error over as a value. May be copied and awaited by several coroutines
/// of its workflow; dropping it stops nothing. Threading: only inside its workflow.
template <class T>
class [[nodiscard("nobody waits for it and nobody hears of its error: co_await it")]] future {
public:
  /// What it gives.
  using value_type = T;
  /// For the library.
  using take_fn = T (*)(detail::pending&);

  /// Made by the library.
  future(detail::ref<detail::pending> state, take_fn take) noexcept
      : state_(std::move(state)), take_(take) {}

  /// True once `co_await` would not wait.
  [[nodiscard]] bool is_ready() const noexcept { return state_->settled(); }
  /// Asks it to stop; a settled one is left alone. Timers and waits then fail with `canceled_error`
  /// at once, a Nexus operation as its cancellation type says, a spawned coroutine is cancelled at
  /// its next await.
  void cancel(const std::string& reason = {}) const {
    if (!state_->settled())
      state_->cancel(reason);
  }
  /// The value of a ready one; throws what it failed with.
  T get() const {
    if (state_->failure())
      std::rethrow_exception(state_->failure());
    if constexpr (!std::is_void_v<T>)
      return take_(*state_);
  }

  struct awaiter {
    explicit awaiter(const future& what) : self(what) {}
    awaiter(const awaiter&) = delete;
    awaiter& operator=(const awaiter&) = delete;

    bool await_ready() const noexcept { return self.is_ready(); }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      static_assert(
          std::is_same_v<typename Promise::domain, workflow_domain>,
          "timers, operations, signals and conditions of a workflow can be awaited only in a "
          "workflow coroutine "
          "(troupe::async<T>)");
      self_waiting.frame = caller;
      self_waiting.where = caller.promise().where;
      link.owner = &self_waiting;
      self.state_->add(link);
    }
    T await_resume() const { return self.get(); }

    future self;
    detail::suspended self_waiting;
    detail::waiter link;
  };
  /// Goes on when there is a value, or throws why there is none.
  awaiter operator co_await() const { return awaiter{*this}; }

  struct result_awaiter : awaiter {
    using awaiter::awaiter;
    result<T> await_resume() const {
      try {
        if constexpr (std::is_void_v<T>) {
          this->self.get();
          return {};
        } else {
          return result<T>{this->self.get()};
        }
      } catch (...) {
        return unexpected{std::current_exception()};
      }
    }
  };
  /// Awaits like `co_await` but hands an exception over as a value, for cleanup code that has to
  /// await.
  result_awaiter as_result() const { return result_awaiter{*this}; }

  /// For the library.
  [[nodiscard]] const detail::ref<detail::pending>& state() const noexcept { return state_; }

private:
  detail::ref<detail::pending> state_;
  take_fn take_;
};

namespace detail {

/// Waits until `needed` of several pendings are settled; the base of `all` and `any`.
class group_awaiter {
public:
  group_awaiter(std::vector<ref<pending>> what, bool all) : what_(std::move(what)), all_(all) {}
  group_awaiter(const group_awaiter&) = delete;
  group_awaiter& operator=(const group_awaiter&) = delete;

  bool await_ready() noexcept {
    std::size_t open = 0;
    for (const auto& one : what_)
      open += one->settled() ? 0 : 1;
    waiting_.missing = all_ ? open : 1;
    return all_ ? open == 0 : open < what_.size() || what_.empty();
  }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> caller) {
    static_assert(
        std::is_same_v<typename Promise::domain, workflow_domain>,
        "workflow::all and workflow::any can be awaited only in a workflow coroutine");
    waiting_.frame = caller;
    waiting_.where = caller.promise().where;
    links_ = std::vector<waiter>(what_.size());
    for (std::size_t i = 0; i != what_.size(); ++i)
      if (!what_[i]->settled()) {
        links_[i].owner = &waiting_;
        what_[i]->add(links_[i]);
      }
  }

protected:
  std::vector<ref<pending>> what_;

private:
  suspended waiting_;
  std::vector<waiter> links_;
  bool all_;
};

struct all_awaiter : group_awaiter {
  explicit all_awaiter(std::vector<ref<pending>> what) : group_awaiter(std::move(what), true) {}
  void await_resume() const noexcept {}
};

struct any_awaiter : group_awaiter {
  explicit any_awaiter(std::vector<ref<pending>> what) : group_awaiter(std::move(what), false) {}
  std::size_t await_resume() const noexcept {
    for (std::size_t i = 0; i != what_.size(); ++i)
      if (what_[i]->settled())
        return i;
    return what_.size();
  }
};

template <class T>
std::vector<ref<pending>> states(const std::vector<future<T>>& from) {
  std::vector<ref<pending>> list;
  list.reserve(from.size());
  for (const auto& one : from)
    list.push_back(one.state());
  return list;
}

} // namespace detail

/// `co_await all(a, b, ...)`: waits until every one is ready, failed ones included; then ask each
/// for its result.
template <class... T>
[[nodiscard]] auto all(const future<T>&... what) {
  return detail::all_awaiter{{what.state()...}};
}
/// The same for any number; an empty list does not wait.
template <class T>
[[nodiscard]] auto all(const std::vector<future<T>>& what) {
  return detail::all_awaiter{detail::states(what)};
}

/// `co_await any(a, b, ...)`: waits until one is ready (or failed) and yields its index, the lowest
/// if several are.
template <class... T>
[[nodiscard]] auto any(const future<T>&... what) {
  return detail::any_awaiter{{what.state()...}};
}
/// With an empty list it does not wait and yields 0.
template <class T>
[[nodiscard]] auto any(const std::vector<future<T>>& what) {
  return detail::any_awaiter{detail::states(what)};
}

} // namespace troupe::workflow
