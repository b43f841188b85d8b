// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/detail/borrowing.hpp>
#include <troupe/detail/callable.hpp>
#include <troupe/workflow/traits.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace troupe::workflow::detail {

/// What becomes of the parameters of `F` when it is called with these.
template <class F, class... Given>
consteval auto borrowed_from() {
  if constexpr (troupe::detail::has_one_signature<F>)
    return std::type_identity<typename troupe::detail::first_borrowed_of<
        typename troupe::detail::callable<F>::parameters,
        Given...>::type>{};
  else // an auto parameter is a value, or the coroutine itself says that it is none
    return std::type_identity<void>{};
}

/// `body(args...)`, if anything.
template <class F, class... Args>
struct plain_call {
  static constexpr bool is_possible = std::is_invocable_v<F&, Args...>;
  static constexpr auto borrowed = borrowed_from<F, Args...>();
  template <class Context>
  static decltype(auto) call(F& body, Context&&, Args&... args) {
    return std::invoke(body, std::move(args)...);
  }
};

/// `body(context, args...)`.
template <class F, class... Args>
struct context_call {
  static constexpr bool is_possible = true;
  static constexpr auto borrowed = borrowed_from<F, context, Args...>();
  template <class Context>
  static decltype(auto) call(F& body, Context&& inner, Args&... args) {
    return std::invoke(body, std::forward<Context>(inner), std::move(args)...);
  }
};

/// `(object.*body)(context, args...)`.
template <class F, class Object, class... Args>
struct member_call {
  static constexpr bool is_possible = true;
  static constexpr auto borrowed = borrowed_from<F, context, Args...>();
  template <class Context>
  static decltype(auto) call(F& body, Context&& inner, Object& object, Args&... args) {
    return std::invoke(body, object, std::forward<Context>(inner), std::move(args)...);
  }
};

template <class F, class... Args>
struct choose_call {
  using type = plain_call<F, Args...>;
};
template <class F, class... Args>
  requires std::is_invocable_v<F&, context, Args...>
struct choose_call<F, Args...> {
  using type = context_call<F, Args...>;
};
template <class F, class Object, class... Args>
  requires(
      std::is_member_function_pointer_v<F> && std::is_invocable_v<F&, Object&, context, Args...>)
struct choose_call<F, Object, Args...> {
  using type = member_call<F, Object, Args...>;
};

// The name is part of the compiler's message.
template <class F, class... Args>
inline constexpr bool can_be_spawned_with = choose_call<F, Args...>::type::is_possible;

/// What `context::spawn` is given: how it is called, and whether it may be.
template <class F, class... Args>
struct spawned : choose_call<F, Args...>::type {
  using way = typename choose_call<F, Args...>::type;

  template <class Way>
  static auto returned() {
    if constexpr (Way::is_possible)
      return std::type_identity<decltype(Way::call(
          std::declval<F&>(), std::declval<context>(), std::declval<Args&>()...))>{};
    else
      return std::type_identity<void>{};
  }
  using result = typename decltype(returned<way>())::type;

  static consteval bool check() {
    static_assert(
        can_be_spawned_with<F, Args...>,
        "spawn takes a coroutine, or a function that returns one and its arguments: "
        "spawn([](troupe::workflow::context ctx, int n) -> troupe::async<> { ... }, 3)");
    if constexpr (!way::is_possible)
      return false;
    else {
      using borrowed = typename decltype(way::borrowed)::type;
      static_assert(
          troupe::detail::is_workflow_coroutine<result>,
          "what is spawned is a workflow coroutine: it returns troupe::async<T>");
      if constexpr (!troupe::detail::is_workflow_coroutine<result>)
        return false;
      else {
        static_assert(
            troupe::detail::outlives_the_call<borrowed>,
            "a spawned coroutine takes its parameters by value (std::string, not const "
            "std::string& "
            "or std::string_view); what certainly outlives it may come by std::ref");
        return troupe::detail::outlives_the_call<borrowed>;
      }
    }
  }
};

} // namespace troupe::workflow::detail
