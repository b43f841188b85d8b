// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/detail/borrowing.hpp>
#include <troupe/detail/callable.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/workflow/contract.hpp>
#include <troupe/workflow/traits.hpp>

#include <functional>
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

// A handler of updates may return anything but a coroutine of another domain.
template <class Returned>
inline constexpr bool is_update_result = true;
template <class T, class Domain>
inline constexpr bool is_update_result<basic_async<T, Domain>> =
    std::is_same_v<Domain, workflow_domain>;

/// What a handler gives in the end.
template <class Returned>
struct given_by {
  using type = Returned;
};
template <class T, class Domain>
struct given_by<basic_async<T, Domain>> {
  using type = T;
};

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

/// What stands in a handler of signals, queries or updates, and whether it may.
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
        "a handler of signals, queries or updates has one signature, without auto: its parameters "
        "say how the message's arguments are read");
    static_assert(
        can_be_read_into<view>,
        "a handler of signals, queries or updates takes parameters that own what they hold "
        "(std::string, not std::string_view)");
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

  /// What an update's caller gets.
  using gives = typename given_by<typename own::result>::type;

  static consteval bool check_update() {
    if constexpr (!check_signature())
      return false;
    else {
      static_assert(
          is_update_result<typename own::result>,
          "a handler of updates is a plain function or a workflow coroutine: it returns its result "
          "or troupe::async<Result>");
      if constexpr (is_coroutine<typename own::result>) {
        using borrowed = troupe::detail::first_borrowed_t<typename own::parameters>;
        static_assert(
            troupe::detail::outlives_the_call<borrowed>,
            "a handler of updates that is a coroutine takes its parameters by value (std::string, "
            "not const std::string&): a reference would dangle from the first co_await on");
        static_assert(
            troupe::detail::outlives_the_call<gives>,
            "a handler of updates that is a coroutine gives its result by value (std::string, not "
            "std::string_view): what a view looks at is gone when it is over");
        return is_update_result<typename own::result> && troupe::detail::outlives_the_call<borrowed>
               && troupe::detail::outlives_the_call<gives>;
      } else
        return true;
    }
  }

  /// Whether it is what `Contract` says.
  template <class Contract>
  static consteval bool check_contract() {
    if constexpr (!has_signature)
      return false; // which has been told
    else {
      static_assert(
          takes_what_the_contract_says<typename Contract::arguments, arguments>,
          "the handler's parameters are not the arguments of the message's contract");
      static_assert(
          gives_what_the_contract_says<typename Contract::result, gives>,
          "the handler's result is not that of the message's contract");
      return takes_what_the_contract_says<typename Contract::arguments, arguments>
             && gives_what_the_contract_says<typename Contract::result, gives>;
    }
  }

private:
  template <class Contract, class Handler>
  static constexpr bool takes_what_the_contract_says = std::is_same_v<Contract, Handler>;
  template <class Contract, class Handler>
  static constexpr bool gives_what_the_contract_says =
      std::is_void_v<Contract> ? std::is_void_v<Handler> : std::is_convertible_v<Handler, Contract>;
};

/// A member function of a workflow as a handler of its messages.
template <class Object, class Member, class Parameters>
struct bound_member;
template <class Object, class Member, class... Args>
struct bound_member<Object, Member, troupe::detail::type_list<Args...>> {
  Object* object;
  Member member;
  typename troupe::detail::callable<Member>::result operator()(Args... args) const {
    return std::invoke(member, object, std::forward<Args>(args)...);
  }
};
template <class Object, class Member>
using bound = bound_member<Object, Member, typename troupe::detail::callable<Member>::parameters>;

/// The object whose members handle messages.
template <class T>
concept handler_object = std::is_pointer_v<T> && std::is_class_v<std::remove_pointer_t<T>>;

/// A handler of updates that has none.
struct no_validator {};

// The names of these conditions are part of the compiler's messages.

template <class V>
inline constexpr bool is_const_validator = true;
template <class Object, class Member, class... Args>
inline constexpr bool
    is_const_validator<bound_member<Object, Member, troupe::detail::type_list<Args...>>> =
        std::is_invocable_v<const Member&, const Object*, Args...>;

template <class V, class Arguments>
inline constexpr bool validates = false;
template <class V, class... Args>
inline constexpr bool validates<V, std::tuple<Args...>> =
    std::is_invocable_v<const V&, const Args&...>;

template <class V, class Arguments>
struct validator_result {
  using type = void;
};
template <class V, class... Args>
  requires std::is_invocable_v<const V&, const Args&...>
struct validator_result<V, std::tuple<Args...>> {
  using type = std::invoke_result_t<const V&, const Args&...>;
};

/// Whether `V` can say yes or no to the updates of a handler with these arguments.
template <class V, class Arguments>
consteval bool check_validator() {
  if constexpr (std::is_same_v<V, no_validator>)
    return true;
  else {
    using result = typename validator_result<V, Arguments>::type;
    static_assert(
        is_const_validator<V>,
        "a validator changes nothing: it is a const member function, or a lambda that is not "
        "mutable");
    static_assert(
        validates<V, Arguments>,
        "a validator takes the arguments of its update, changes nothing (it is not mutable) and "
        "says no by throwing: [](const std::string& text) { ... }");
    static_assert(
        std::is_void_v<result>,
        "a validator returns nothing and does not wait: it says no by throwing");
    return is_const_validator<V> && validates<V, Arguments> && std::is_void_v<result>;
  }
}

// Handlers of whatever has no handler of its own get name and payloads.
template <class F>
inline constexpr bool takes_name_and_payloads = std::is_invocable_v<F&, std::string, payloads>;

template <class F>
consteval bool check_other_queries() {
  constexpr bool fits = takes_name_and_payloads<F>;
  static_assert(
      takes_name_and_payloads<F>,
      "a handler of other queries is called with (std::string name, troupe::payloads arguments)");
  if constexpr (!fits)
    return false;
  else {
    using result = std::invoke_result_t<F&, std::string, payloads>;
    static_assert(
        is_query_result<result>,
        "a query handler returns its answer at once: it is no coroutine and not void");
    return is_query_result<result>;
  }
}

template <class F>
consteval bool check_other_updates() {
  constexpr bool fits = takes_name_and_payloads<F>;
  static_assert(
      takes_name_and_payloads<F>,
      "a handler of other updates is called with (std::string name, troupe::payloads arguments)");
  if constexpr (!fits)
    return false;
  else {
    using result = std::invoke_result_t<F&, std::string, payloads>;
    static_assert(
        is_update_result<result>,
        "a handler of updates is a plain function or a workflow coroutine: it returns its result "
        "or troupe::async<Result>");
    if constexpr (is_coroutine<result> && troupe::detail::has_one_signature<F>) {
      using borrowed =
          troupe::detail::first_borrowed_t<typename troupe::detail::callable<F>::parameters>;
      static_assert(
          troupe::detail::outlives_the_call<borrowed>,
          "a handler of updates that is a coroutine takes its parameters by value (std::string, "
          "not const std::string&): a reference would dangle from the first co_await on");
      return is_update_result<result> && troupe::detail::outlives_the_call<borrowed>;
    } else
      return is_update_result<result>;
  }
}

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
