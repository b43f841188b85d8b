// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace troupe {

template <class Signature>
class unique_function;

/// Owns a callable that may be move-only; what `std::move_only_function` is in C++23.
///
/// Used for completion handlers that capture replies, coroutine handles and other things that must
/// not be copied. Calling an empty one throws `std::bad_function_call`. Not thread-safe.
template <class R, class... Args>
class unique_function<R(Args...)> {
public:
  unique_function() noexcept = default;
  /// An empty one.
  unique_function(std::nullptr_t) noexcept {}

  /// Takes the callable in; allocates if it is large.
  template <class F>
    requires(
        !std::is_same_v<std::remove_cvref_t<F>, unique_function>
        && std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
  unique_function(F&& callable)
      : impl_(std::make_unique<model<std::decay_t<F>>>(std::forward<F>(callable))) {}

  /// Calls it; not of an empty one.
  R operator()(Args... args) {
    if (!impl_)
      throw std::bad_function_call{};
    return impl_->invoke(std::forward<Args>(args)...);
  }

  /// It is not empty.
  explicit operator bool() const noexcept { return impl_ != nullptr; }

private:
  struct base {
    virtual ~base() = default;
    virtual R invoke(Args... args) = 0;
  };

  template <class F>
  struct model final : base {
    explicit model(F callable) : callable_(std::move(callable)) {}

    R invoke(Args... args) override {
      if constexpr (std::is_void_v<R>)
        std::invoke(callable_, std::forward<Args>(args)...);
      else
        return std::invoke(callable_, std::forward<Args>(args)...);
    }

    F callable_;
  };

  std::unique_ptr<base> impl_;
};

} // namespace troupe
