// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

namespace troupe {

/// Wraps an error so that `result<T, E>` can be built from it without ambiguity: `return
/// unexpected{err};`.
template <class E>
struct unexpected {
  E error; ///< why there is no value
};

/// Takes the type from the error.
template <class E>
unexpected(E) -> unexpected<E>;

/// A value or the reason why there is none (libstdc++ 12 has no `std::expected` in C++20).
///
/// With the default error type the reason is an exception that `value()` throws; that is what
/// `co_await operation.as_result()` gives a workflow, since `co_await` is not allowed in a catch
/// block. With any other `E`, call `has_value()` first: `value()` of an error throws
/// `std::bad_variant_access`.
template <class T, class E = std::exception_ptr>
class [[nodiscard]] result {
  using stored = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

public:
  /// What there is if all went well.
  using value_type = T;
  /// What there is if not.
  using error_type = E;

  result()
    requires std::is_void_v<T>
  = default;

  /// A value.
  template <class U = stored>
    requires(
        !std::is_void_v<T> && std::is_constructible_v<stored, U>
        && !std::is_same_v<std::remove_cvref_t<U>, result>)
  result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}

  /// An error.
  template <class F>
    requires std::is_constructible_v<E, F>
  result(unexpected<F> failed) : state_(std::in_place_index<1>, std::move(failed.error)) {}

  /// True if it holds a value.
  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  /// The same.
  explicit operator bool() const noexcept { return has_value(); }

  /// The value. Throws the error if there is none (`std::bad_variant_access` for another `E`).
  stored& value() & {
    throw_if_failed();
    return std::get<0>(state_);
  }
  /// The value. Throws the error if there is none (`std::bad_variant_access` for another `E`).
  const stored& value() const& {
    throw_if_failed();
    return std::get<0>(state_);
  }
  /// The value, moved out. Throws as above if there is none.
  stored&& value() && {
    throw_if_failed();
    return std::get<0>(std::move(state_));
  }

  /// As `value`.
  stored& operator*() & { return value(); }
  /// As `value`.
  const stored& operator*() const& { return value(); }
  /// As `value`.
  stored&& operator*() && { return std::move(*this).value(); }
  /// As `value`.
  stored* operator->() { return &value(); }
  /// As `value`.
  const stored* operator->() const { return &value(); }

  /// The error; only if there is no value.
  E& error() & { return std::get<1>(state_); }
  /// The error; only if there is no value.
  const E& error() const& { return std::get<1>(state_); }

private:
  void throw_if_failed() const {
    if constexpr (std::is_same_v<E, std::exception_ptr>) {
      if (state_.index() == 1)
        std::rethrow_exception(std::get<1>(state_));
    }
  }

  std::variant<stored, E> state_;
};

} // namespace troupe
