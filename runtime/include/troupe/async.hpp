// SPDX-License-Identifier: Apache-2.0
#pragma once

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#error                                                                                             \
    "Troupe's coroutine headers need GCC 13 or Clang 16 (or newer): GCC 12 destroys temporaries of a co_await expression twice. On Debian 12 build with clang++-19."
#endif
#if defined(__clang__) && __clang_major__ < 16
#error "Troupe's coroutine headers need Clang 16 or GCC 13 (or newer)."
#endif

#include <troupe/detail/borrowing.hpp>
#include <troupe/result.hpp>

#include <coroutine>
#include <exception>
#include <optional>
#include <source_location>
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
/// Tells who watches this thread which coroutine has it now.
void now_running(const std::source_location& coroutine) noexcept;

template <class Domain>
struct async_promise_base {
  using domain = Domain;

  struct final_awaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      auto& promise = self.promise();
      if (!promise.continuation)
        return std::noop_coroutine();
      now_running(promise.caller);
      return promise.continuation;
    }
    void await_resume() const noexcept {}
  };

  explicit async_promise_base(const std::source_location& coroutine) noexcept : where(coroutine) {}

  std::suspend_always initial_suspend() const noexcept { return {}; }
  // What is awaited goes on as it is; only the place is noted.
  template <class Awaited>
  Awaited&& await_transform(
      Awaited&& what, const std::source_location& at = std::source_location::current()) noexcept {
    where = at;
    awaits = nullptr;
    return static_cast<Awaited&&>(what);
  }
  void unhandled_exception() noexcept { failure = std::current_exception(); }

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept {
    release_frame(frame, size);
  }

  std::coroutine_handle<> continuation;
  std::exception_ptr failure;
  std::source_location where;  ///< the coroutine's name, and the place of its last co_await
  std::source_location caller; ///< of the continuation
  const async_promise_base* awaits = nullptr; ///< the coroutine it waits for; null: something else
  borrowing borrowed = borrowing::nothing;
};

template <class T, class Domain>
struct async_promise : async_promise_base<Domain> {
  explicit async_promise(std::source_location at = std::source_location::current()) noexcept
      : async_promise_base<Domain>(at) {}

  basic_async<T, Domain> get_return_object() noexcept;
  // Running off the end without co_return gets here too.
  typename async_promise_base<Domain>::final_awaiter final_suspend() noexcept {
    if (!value && !this->failure)
      this->failure = missing_result(this->where);
    return {};
  }

  template <class U = T> // so that `co_return {};` means a T
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
struct async_promise<void, Domain> : async_promise_base<Domain> {
  explicit async_promise(std::source_location at = std::source_location::current()) noexcept
      : async_promise_base<Domain>(at) {}

  basic_async<void, Domain> get_return_object() noexcept;
  typename async_promise_base<Domain>::final_awaiter final_suspend() const noexcept { return {}; }
  void return_void() const noexcept {}

  void take() const {
    if (this->failure)
      std::rethrow_exception(this->failure);
  }
};

/// The promise of a coroutine whose signature says that it borrows something. Handles take it for
/// its base.
template <class T, class Domain, class Borrows>
struct borrowing_promise final : async_promise<T, Domain> {
  explicit borrowing_promise(std::source_location at = std::source_location::current()) noexcept
      : async_promise<T, Domain>(at) {
    static_assert(
        sizeof(borrowing_promise) == sizeof(async_promise<T, Domain>)
        && alignof(borrowing_promise) == alignof(async_promise<T, Domain>));
    this->borrowed = Borrows::what();
  }
};

template <class T, class Domain, class Borrows>
struct promise_for {
  using type = borrowing_promise<T, Domain, Borrows>;
};
template <class T, class Domain>
struct promise_for<T, Domain, borrows<void, false>> {
  using type = async_promise<T, Domain>;
};

} // namespace detail

/// A lazily started coroutine that yields one `T`; destroying it destroys its suspended frame and
/// all it awaits.
///
/// Parameters of such coroutines are taken by value: a reference or a view dangles once the call is
/// over, unless the caller awaits the coroutine in the expression that calls it. For the same
/// reason a lambda with captures must outlive its coroutine: hand the lambda itself to whoever runs
/// it (`ctx.spawn(lambda)`, `ctx.on_signal(name, lambda)`, `nexus::sync<op>(lambda)`), which keeps
/// it, rather than what it returns. Threading: the owner resumes it on one thread at a time. Not
/// copyable.
template <class T, class Domain>
class [[nodiscard("a coroutine that nobody awaits does not run: co_await it")]] basic_async {
public:
  /// What it gives.
  using value_type = T;
  /// What it may run in: a workflow or a handler.
  using domain = Domain;
  /// For the compiler.
  using promise_type = detail::async_promise<T, Domain>;

  /// What was moved from can only be destroyed or assigned to.
  basic_async(basic_async&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  /// Destroys the coroutine that was there.
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
      auto& promise = frame.promise();
      promise.continuation = caller;
      promise.caller = caller.promise().where;
      if constexpr (std::is_same_v<typename Promise::domain, Domain>)
        caller.promise().awaits = &promise;
      detail::now_running(promise.where);
      return frame;
    }
    T await_resume() const { return frame.promise().take(); }
  };

  /// Starts it, and goes on when it has ended: with its value, or what it threw. Once: its value is
  /// given away then. Throws `std::logic_error` the second time; what is needed in several places
  /// is spawned, whose future can be awaited again.
  awaiter operator co_await() const { return awaiter{unawaited()}; }

  /// Awaits like `co_await` but hands an exception over as a value, for cleanup code that has to
  /// await.
  auto as_result() const {
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
    return result_awaiter{{unawaited()}};
  }

  // -- for executors ------------------------------------------------------------------------------

  /// Runs the frame until its next suspension. Only the executor that owns the coroutine calls
  /// this.
  void start() const { frame_.resume(); }
  /// It has ended.
  [[nodiscard]] bool done() const noexcept { return frame_.done(); }
  /// The finished coroutine's value; throws what it threw. Call once, after `done()`.
  T take() const { return frame_.promise().take(); }
  /// Null if it was moved from.
  [[nodiscard]] std::coroutine_handle<promise_type> frame() const noexcept { return frame_; }
  /// What its signature borrows.
  [[nodiscard]] detail::borrowing borrowed() const noexcept { return frame_.promise().borrowed; }
  /// Throws `std::logic_error` if its signature says that it borrows what may be gone when it runs.
  void require_owner() const {
    const auto& promise = checked().promise();
    if (promise.borrowed != detail::borrowing::nothing) [[unlikely]]
      detail::throw_borrowed(promise.where, promise.borrowed);
  }

private:
  friend promise_type;
  explicit basic_async(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

  std::coroutine_handle<promise_type> checked() const {
    if (!frame_) [[unlikely]]
      detail::throw_moved_coroutine();
    return frame_;
  }

  std::coroutine_handle<promise_type> unawaited() const {
    const auto frame = checked();
    if (frame.promise().continuation) [[unlikely]]
      detail::throw_awaited_coroutine(frame.promise().where);
    return frame;
  }

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

/// Looks at the parameters, the object of a member function or lambda included.
template <class T, class Domain, class... Parameters>
struct std::coroutine_traits<troupe::basic_async<T, Domain>, Parameters...> {
  using promise_type = typename troupe::detail::
      promise_for<T, Domain, typename troupe::detail::borrows_of<Parameters...>::type>::type;
};
