// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/detail/callable.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

/// What a coroutine uses and does not own. Its frame outlives the call that made it, so whatever
/// came as a reference or a view is gone by the time the frame is resumed.
namespace troupe::detail {

// Not a string_view: GCC would spell that out in the name.
template <class T>
consteval const char* name_with_type() {
  return __PRETTY_FUNCTION__;
}

template <class T>
consteval bool is_of_standard_library() {
#ifdef __clang__
  constexpr std::string_view before = "[T = ";
#else
  constexpr std::string_view before = "[with T = ";
#endif
  constexpr std::string_view name = name_with_type<T>();
  constexpr auto at = name.find(before);
  return at != name.npos && name.substr(at + before.size()).starts_with("std::");
}

template <class T>
inline constexpr bool is_view = false;
template <class C, class T>
inline constexpr bool is_view<std::basic_string_view<C, T>> = true;
template <class T, std::size_t Extent>
inline constexpr bool is_view<std::span<T, Extent>> = true;

/// What holds views, as `std::vector` does; `std::less` of views holds none.
template <template <class...> class Holder, class... T>
inline constexpr bool is_view<Holder<T...>> =
    (is_view<T> || ...) && is_of_standard_library<Holder<T...>>() && !std::is_empty_v<Holder<T...>>;

/// A parameter of this type still holds its value when the call is over.
template <class Parameter>
inline constexpr bool outlives_the_call =
    !std::is_reference_v<Parameter> && !is_view<std::remove_cv_t<Parameter>>;

/// The first of the parameters that does not outlive the call; void if all do.
template <class List>
struct first_borrowed {
  using type = void;
};
template <class First, class... Rest>
struct first_borrowed<type_list<First, Rest...>> {
  using type = typename std::conditional_t<
      outlives_the_call<First>,
      first_borrowed<type_list<Rest...>>,
      std::type_identity<First>>::type;
};
template <class List>
using first_borrowed_t = typename first_borrowed<List>::type;

/// The same for a call with known arguments: `std::ref` says that the referred object lives longer.
template <class List, class... Given>
struct first_borrowed_of {
  using type = first_borrowed_t<List>;
};
template <class First, class... Rest, class Given, class... More>
struct first_borrowed_of<type_list<First, Rest...>, Given, More...> {
  template <class T>
  static constexpr bool is_wrapped = false;
  template <class T>
  static constexpr bool is_wrapped<std::reference_wrapper<T>> = true;

  using type = typename std::conditional_t<
      outlives_the_call<First> || is_wrapped<Given>,
      first_borrowed_of<type_list<Rest...>, More...>,
      std::type_identity<First>>::type;
};

/// The type of a lambda expression. Told by its name, as the language has no other way.
template <class T>
consteval bool is_closure() {
  constexpr std::string_view name = name_with_type<T>();
#ifdef __clang__
  return name.find("[T = (lambda at ") != name.npos;
#else
  return name.ends_with(")>]") && name.find("<lambda(") != name.npos;
#endif
}

/// What a coroutine borrows, as far as its signature says.
enum class borrowing : std::uint8_t { nothing, closure, parameter };

/// Says of a signature what is sure, once the types in it are complete: a closure's is not while
/// its own body is compiled.
template <class Object, bool IsParameterBorrowed>
struct borrows {
  static consteval borrowing what() {
    if constexpr (!std::is_void_v<Object>)
      if (!std::is_empty_v<Object>)
        return borrowing::closure;
    return IsParameterBorrowed ? borrowing::parameter : borrowing::nothing;
  }
};

// A reference that is not const cannot be bound to a temporary by mistake.
template <class Parameter>
inline constexpr bool is_borrowed =
    std::is_reference_v<Parameter> ? !std::is_lvalue_reference_v<Parameter>
                                         || std::is_const_v<std::remove_reference_t<Parameter>>
                                   : is_view<std::remove_cv_t<Parameter>>;

// The first parameter is the object, if the coroutine is a lambda or a member function. An object
// of a user's class may as well be the parameter of a plain function: then nothing is sure.
template <class Parameter>
consteval auto borrows_first() {
  using type = std::remove_cvref_t<Parameter>;
  if constexpr (std::is_reference_v<Parameter> && std::is_class_v<type>) {
    if constexpr (is_closure<type>())
      return borrows<type, false>{};
    else
      return borrows<void, is_of_standard_library<type>() && is_borrowed<Parameter>>{};
  } else
    return borrows<void, is_borrowed<Parameter>>{};
}

template <class... Parameters>
struct borrows_of {
  using type = borrows<void, false>;
};
template <class First, class... Rest>
struct borrows_of<First, Rest...> {
  template <class Object, bool IsBorrowed>
  static borrows<Object, IsBorrowed || (is_borrowed<Rest> || ...)>
      with(borrows<Object, IsBorrowed>);
  using type = decltype(with(borrows_first<First>()));
};

/// `greeter::run(...) (greeter.cpp:12)`.
[[nodiscard]] std::string describe(const std::source_location& coroutine);
/// The error of a coroutine that ended without `co_return` and has no result.
[[nodiscard]] std::exception_ptr missing_result(const std::source_location& coroutine) noexcept;
/// Throws the `std::logic_error` for a coroutine that borrows what may be gone.
[[noreturn]] void throw_borrowed(const std::source_location& coroutine, borrowing what);
[[noreturn]] void throw_moved_coroutine();
[[noreturn]] void throw_awaited_coroutine(const std::source_location& coroutine);

} // namespace troupe::detail
