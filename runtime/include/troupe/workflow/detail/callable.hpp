// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>
#include <type_traits>

namespace troupe::workflow::detail {

/// Result and decayed parameter types of a callable with one signature.
template <class F>
struct callable : callable<decltype(&F::operator())> {};

template <class R, class... Args>
struct callable<R (*)(Args...)> {
  using result = R;
  using arguments = std::tuple<std::decay_t<Args>...>;
};
template <class R, class... Args>
struct callable<R(Args...)> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...)> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...) const> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...) noexcept> : callable<R (*)(Args...)> {};
template <class R, class C, class... Args>
struct callable<R (C::*)(Args...) const noexcept> : callable<R (*)(Args...)> {};

/// The arguments of a workflow's `run(context, ...)`: everything behind the context.
template <class Tuple>
struct tail;
template <class First, class... Rest>
struct tail<std::tuple<First, Rest...>> {
  using head = First;
  using type = std::tuple<Rest...>;
};

} // namespace troupe::workflow::detail
