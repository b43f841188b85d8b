// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#error                                                                                             \
    "Troupe's coroutine headers need GCC 13 or Clang 16 (or newer): GCC 12 destroys temporaries of a co_await expression twice. On Debian 12 build with clang++-19."
#endif
#if defined(__clang__) && __clang_major__ < 16
#error "Troupe's coroutine headers need Clang 16 or GCC 13 (or newer)."
#endif

#include <troupe/result.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace troupe {

/// Where a coroutine runs, and so what it may await. Awaiting across domains does not compile.
struct workflow_domain {
}; ///< deterministic, replayed: timers, operations, signals of `troupe::workflow`
struct handler_domain {}; ///< a Nexus operation handler on its shard: client calls, shard timers

template <class T, class Domain>
class basic_async;

/// The result type of a workflow coroutine: lazy, awaited once, resumed only by the workflow's own
/// executor.
template <class T = void>
using async = basic_async<T, workflow_domain>;

namespace detail {

/// Size-class pool of coroutine frames; thread-local free lists, so frames stay on the shard that
/// made them.
void* allocate_frame(std::size_t size);
void release_frame(void* frame, std::size_t size) noexcept;
/// Bytes in the living frames of this thread.
std::size_t frame_bytes() noexcept;

template <class Domain>
struct async_promise_base {
  using domain = Domain;

  struct final_awaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      auto next = self.promise().continuation;
      return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  final_awaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept {
    release_frame(frame, size);
  }

  std::coroutine_handle<> continuation;
  std::exception_ptr failure;
};

template <class T, class Domain>
struct async_promise final : async_promise_base<Domain> {
  basic_async<T, Domain> get_return_object() noexcept;

  template <class U>
    requires std::is_constructible_v<T, U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }

  T take() {
    if (this->failure)
      std::rethrow_exception(this->failure);
    return std::move(*value);
  }

  std::optional<T> value;
};

template <class Domain>
struct async_promise<void, Domain> final : async_promise_base<Domain> {
  basic_async<void, Domain> get_return_object() noexcept;
  void return_void() const noexcept {}

  void take() const {
    if (this->failure)
      std::rethrow_exception(this->failure);
  }
};

} // namespace detail

/// A lazily started coroutine that yields one `T`; destroying it destroys its suspended frame and
/// all it awaits.
///
/// Parameters of such coroutines are taken by value: a reference would dangle at the first
/// suspension. Threading: the owner resumes it on one thread at a time. Not copyable.
template <class T, class Domain>
class [[nodiscard]] basic_async {
public:
  using value_type = T;
  using domain = Domain;
  using promise_type = detail::async_promise<T, Domain>;

  basic_async(basic_async&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  basic_async& operator=(basic_async&& other) noexcept {
    if (this != &other) {
      reset();
      frame_ = std::exchange(other.frame_, {});
    }
    return *this;
  }
  ~basic_async() { reset(); }

  struct awaiter {
    std::coroutine_handle<promise_type> frame;

    bool await_ready() const noexcept { return frame.done(); }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> caller) const noexcept {
      static_assert(
          std::is_same_v<typename Promise::domain, Domain>,
          "a workflow coroutine can be awaited only in a workflow, a handler coroutine only in a "
          "handler");
      frame.promise().continuation = caller;
      return frame;
    }
    T await_resume() const { return frame.promise().take(); }
  };

  awaiter operator co_await() const noexcept { return awaiter{frame_}; }

  /// Awaits like `co_await` but hands an exception over as a value, for cleanup code that has to
  /// await.
  auto as_result() const noexcept {
    struct result_awaiter : awaiter {
      result<T> await_resume() const {
        if (this->frame.promise().failure)
          return unexpected{this->frame.promise().failure};
        if constexpr (std::is_void_v<T>)
          return {};
        else
          return result<T>{this->frame.promise().take()};
      }
    };
    return result_awaiter{{frame_}};
  }

  // -- for executors ------------------------------------------------------------------------------

  /// Runs the frame until its next suspension. Only the executor that owns the coroutine calls
  /// this.
  void start() const { frame_.resume(); }
  [[nodiscard]] bool done() const noexcept { return frame_.done(); }
  /// The finished coroutine's value; throws what it threw. Call once, after `done()`.
  T take() const { return frame_.promise().take(); }
  [[nodiscard]] std::coroutine_handle<promise_type> frame() const noexcept { return frame_; }

private:
  friend promise_type;
  explicit basic_async(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

  void reset() noexcept {
    if (frame_)
      std::exchange(frame_, {}).destroy();
  }

  std::coroutine_handle<promise_type> frame_;
};

template <class T, class Domain>
basic_async<T, Domain> detail::async_promise<T, Domain>::get_return_object() noexcept {
  return basic_async<T, Domain>{std::coroutine_handle<async_promise>::from_promise(*this)};
}

template <class Domain>
basic_async<void, Domain> detail::async_promise<void, Domain>::get_return_object() noexcept {
  return basic_async<void, Domain>{std::coroutine_handle<async_promise>::from_promise(*this)};
}

} // namespace troupe
