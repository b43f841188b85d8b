// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>
#include <type_traits>

namespace troupe::detail {

/// Types as they were written, references included.
template <class... T>
struct type_list {};

/// Result and parameters of something callable that has one signature; empty for anything else
/// (overloads, templates, no function at all).
template <class F>
struct callable {};

template <class F>
  requires requires { &F::operator(); }
struct callable<F> : callable<decltype(&F::operator())> {};

template <class R, class... Args>
struct callable<R (*)(Args...)> {
  using result = R;
  using parameters = type_list<Args...>;
  using arguments = std::tuple<std::decay_t<Args>...>; ///< as values
};
template <class R, class... Args>
struct callable<R (*)(Args...) noexcept> : callable<R (*)(Args...)> {};
template <class R, class... Args>
struct callable<R(Args...)> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...)> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...) const> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...)&> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...) const&> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...) noexcept> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...) const noexcept> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...) & noexcept> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...) const & noexcept> : callable<R (*)(Args...)> {};

/// An argument of one type is a parameter of the other, and still says the same: `1.9` is no
/// integer and `"no"` no `bool`, although the language converts them in silence.
template <class Given, class Wanted>
inline constexpr bool passes_as = std::is_convertible_v<Given, Wanted>;
template <class Given, class Wanted>
  requires std::is_integral_v<Wanted>
inline constexpr bool passes_as<Given, Wanted> =
    std::is_convertible_v<Given, Wanted> && !std::is_floating_point_v<std::remove_cvref_t<Given>>
    && (!std::is_same_v<Wanted, bool> || std::is_same_v<std::remove_cvref_t<Given>, bool>
        || (std::is_class_v<std::remove_cvref_t<Given>>));

/// How it is called can be read off its type.
template <class F>
concept has_one_signature = requires { typename callable<F>::parameters; };

template <class List>
struct list_front {
  using type = void;
};
template <class First, class... Rest>
struct list_front<type_list<First, Rest...>> {
  using type = First;
  using rest = type_list<Rest...>;
};

/// All but the first of a tuple's types.
template <class Tuple>
struct tuple_tail {
  using type = std::tuple<>;
};
template <class First, class... Rest>
struct tuple_tail<std::tuple<First, Rest...>> {
  using type = std::tuple<Rest...>;
};

template <class List>
inline constexpr std::size_t list_size = 0;
template <class... T>
inline constexpr std::size_t list_size<type_list<T...>> = sizeof...(T);

/// What a call that does not compile stands for: fits everywhere, so that its own message is the
/// only one.
struct refused {
  template <class T>
  operator T() const;
};

} // namespace troupe::detail
