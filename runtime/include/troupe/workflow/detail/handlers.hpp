// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/detail/borrowing.hpp>
#include <troupe/detail/callable.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/workflow/traits.hpp>

#include <string>
#include <tuple>
#include <type_traits>

namespace troupe::workflow::detail {

// The names of these conditions are part of the compiler's messages.

template <class Returned>
inline constexpr bool is_signal_result =
    std::is_void_v<Returned> || std::is_same_v<Returned, async<void>>;

template <class Returned>
inline constexpr bool is_coroutine = false;
template <class T, class Domain>
inline constexpr bool is_coroutine<basic_async<T, Domain>> = true;
template <class Returned>
inline constexpr bool is_query_result = !std::is_void_v<Returned> && !is_coroutine<Returned>;

template <class F>
inline constexpr bool has_signature_of = troupe::detail::has_one_signature<F>;

template <class List>
struct first_view {
  using type = void;
};
template <class First, class... Rest>
struct first_view<troupe::detail::type_list<First, Rest...>> {
  using type = typename std::conditional_t<
      troupe::detail::is_view<std::remove_cvref_t<First>>,
      std::type_identity<First>,
      first_view<troupe::detail::type_list<Rest...>>>::type;
};

// Arguments are read from payloads: something must own them.
template <class Parameter>
inline constexpr bool can_be_read_into = !troupe::detail::is_view<std::remove_cvref_t<Parameter>>;

template <class F>
struct handler_parts {
  using parameters = troupe::detail::type_list<>;
  using values = std::tuple<>;
  using result = void;
};
template <troupe::detail::has_one_signature F>
struct handler_parts<F> {
  using parameters = typename troupe::detail::callable<F>::parameters;
  using values = typename troupe::detail::callable<F>::arguments;
  using result = typename troupe::detail::callable<F>::result;
};

/// What stands in a handler of signals or queries, and whether it may.
template <class F>
struct message_handler {
  static constexpr bool has_signature = troupe::detail::has_one_signature<F>;
  using own = handler_parts<F>;

  static constexpr bool takes_context = troupe::detail::is_workflow_context<
      typename troupe::detail::list_front<typename own::parameters>::type>;
  /// What comes with the message.
  using arguments = std::conditional_t<
      takes_context,
      typename troupe::detail::tuple_tail<typename own::values>::type,
      typename own::values>;

  static consteval bool check_signature() {
    using view = typename first_view<typename own::parameters>::type;
    static_assert(
        has_signature_of<F>,
        "a handler of signals or queries has one signature, without auto: its parameters say how "
        "the message's arguments are read");
    static_assert(
        can_be_read_into<view>,
        "a handler of signals or queries takes parameters that own what they hold (std::string, "
        "not std::string_view)");
    return has_signature && can_be_read_into<view>;
  }

  static consteval bool check_signal() {
    if constexpr (!check_signature())
      return false;
    else {
      static_assert(
          is_signal_result<typename own::result>,
          "a signal handler returns void or troupe::async<>");
      if constexpr (is_coroutine<typename own::result>) {
        using borrowed = troupe::detail::first_borrowed_t<typename own::parameters>;
        static_assert(
            troupe::detail::outlives_the_call<borrowed>,
            "a signal handler that is a coroutine takes its parameters by value (std::string, not "
            "const std::string&): a reference would dangle from the first co_await on");
        return is_signal_result<typename own::result>
               && troupe::detail::outlives_the_call<borrowed>;
      } else
        return is_signal_result<typename own::result>;
    }
  }

  static consteval bool check_query() {
    if constexpr (!check_signature())
      return false;
    else {
      static_assert(
          is_query_result<typename own::result>,
          "a query handler returns its answer at once: it is no coroutine and not void");
      return is_query_result<typename own::result>;
    }
  }
};

template <class F>
consteval bool check_other_signals() {
  constexpr bool fits = std::is_invocable_v<F&, std::string, payloads>;
  static_assert(
      std::is_invocable_v<F&, std::string, payloads>,
      "a handler of other signals is called with (std::string name, troupe::payloads arguments)");
  if constexpr (!fits)
    return false;
  else {
    using result = std::invoke_result_t<F&, std::string, payloads>;
    static_assert(is_signal_result<result>, "a signal handler returns void or troupe::async<>");
    if constexpr (is_coroutine<result> && troupe::detail::has_one_signature<F>) {
      using borrowed =
          troupe::detail::first_borrowed_t<typename troupe::detail::callable<F>::parameters>;
      static_assert(
          troupe::detail::outlives_the_call<borrowed>,
          "a signal handler that is a coroutine takes its parameters by value (std::string, not "
          "const std::string&): a reference would dangle from the first co_await on");
      return is_signal_result<result> && troupe::detail::outlives_the_call<borrowed>;
    } else
      return is_signal_result<result>;
  }
}

} // namespace troupe::workflow::detail
