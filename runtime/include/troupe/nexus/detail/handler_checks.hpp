// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/detail/borrowing.hpp>
#include <troupe/detail/callable.hpp>
#include <troupe/nexus/context.hpp>
#include <troupe/nexus/handler_base.hpp>
#include <troupe/nexus/workflow_run.hpp>

#include <cstddef>
#include <functional>
#include <type_traits>
#include <variant>

/// What a user's function has to be to start an operation, and the words where it is not.
namespace troupe::nexus::detail {

enum class handler_kind { sync, workflow_run, general };

struct no_cancel {};

struct nothing {
  friend bool operator==(nothing, nothing) = default;
};

template <class Type>
using value_or_nothing = std::conditional_t<std::is_void_v<Type>, nothing, Type>;

template <class Output>
using start_result = std::variant<
    value_or_nothing<Output>,
    async_started,
    workflow_start<Output>,
    update_start<Output>,
    activity_start<Output>>;

// -- what the user's function is

template <class Function, class Input>
struct start_call : std::is_invocable<const Function&, start_context, Input> {
  using type = std::invoke_result<const Function&, start_context, Input>;
};
template <class Function>
struct start_call<Function, void> : std::is_invocable<const Function&, start_context> {
  using type = std::invoke_result<const Function&, start_context>;
};

template <class Type>
struct coroutine_of {
  static constexpr bool is_coroutine = false;
  using value = Type;
  using domain = handler_domain;
};
template <class Type, class Domain>
struct coroutine_of<basic_async<Type, Domain>> {
  static constexpr bool is_coroutine = true;
  using value = Type;
  using domain = Domain;
};

template <class Type>
struct is_workflow_start : std::false_type {};
template <class Result>
struct is_workflow_start<workflow_start<Result>> : std::true_type {};

/// What describes something that the runtime begins.
template <class Type>
inline constexpr bool is_described = is_workflow_start<Type>::value;
template <class Result>
inline constexpr bool is_described<update_start<Result>> = true;
template <class Result>
inline constexpr bool is_described<activity_start<Result>> = true;

template <class Returned, class Output>
consteval bool returns_output() {
  if constexpr (std::is_void_v<Output>)
    return std::is_void_v<Returned> || std::is_same_v<Returned, nothing>;
  else if constexpr (std::is_void_v<Returned>)
    return false;
  else
    return std::is_convertible_v<Returned, Output>;
}

// The names of these conditions are part of the compiler's messages.

template <class Function, class Input>
inline constexpr bool is_handler_of = start_call<Function, Input>::value;
template <class Function, class Input>
inline constexpr bool is_handler_once_const =
    !std::is_void_v<Input> ? std::is_invocable_v<Function&, start_context, Input>
                           : std::is_invocable_v<Function&, start_context>;
template <class Input>
inline constexpr std::size_t parameters_for = std::is_void_v<Input> ? 1 : 2;
template <std::size_t Parameters, class Input>
inline constexpr bool takes_context_and = Parameters == parameters_for<Input>;
template <class Domain>
inline constexpr bool is_for_handlers = std::is_same_v<Domain, handler_domain>;
template <class Returned>
inline constexpr bool describes_a_workflow = is_workflow_start<Returned>::value;
template <class Result, class Output>
inline constexpr bool is_result_for =
    std::is_same_v<Result, Output> || std::is_same_v<Result, troupe::detail::refused>;

template <class Function>
struct second_parameter {
  using rest = typename troupe::detail::list_front<
      typename troupe::detail::callable<Function>::parameters>::rest;
  using type = typename troupe::detail::list_front<rest>::type;
};

/// Says why a function cannot be called with what its operation declares.
template <class Input, class Start>
consteval void explain_call() {
  constexpr bool is_const = !is_handler_once_const<Start, Input>;
  if constexpr (!is_const)
    static_assert(
        is_handler_of<Start, Input>,
        "this Nexus handler cannot be called as const, but requests share it: no mutable lambda");
  else if constexpr (troupe::detail::has_one_signature<Start>) {
    constexpr auto count =
        troupe::detail::list_size<typename troupe::detail::callable<Start>::parameters>;
    if constexpr (count != parameters_for<Input>)
      static_assert(
          takes_context_and<count, Input>,
          "this Nexus handler cannot be called with what its operation declares: it takes "
          "(troupe::nexus::start_context, the operation's input), or the context alone if the "
          "input is void");
    else if constexpr (!std::is_void_v<Input>) {
      using parameter = typename second_parameter<Start>::type;
      if constexpr (!std::is_convertible_v<Input, parameter>)
        static_assert(
            std::is_convertible_v<Input, parameter>,
            "this Nexus handler cannot be called with what its operation declares: the operation's "
            "input does not become the handler's parameter");
      else
        static_assert(
            is_handler_of<Start, Input>,
            "this Nexus handler cannot be called with what its operation declares: its first "
            "parameter is troupe::nexus::start_context");
    } else
      static_assert(
          is_handler_of<Start, Input>,
          "this Nexus handler cannot be called with what its operation declares: its first "
          "parameter is troupe::nexus::start_context");
  } else
    static_assert(
        is_handler_of<Start, Input>,
        "this Nexus handler cannot be called with what its operation declares: it is a function of "
        "(troupe::nexus::start_context, the operation's input), or of the context alone if the "
        "input is void");
}

/// A coroutine's parameters, where they can be seen.
template <class Function, class Returned>
consteval bool check_coroutine() {
  if constexpr (
      coroutine_of<Returned>::is_coroutine && troupe::detail::has_one_signature<Function>) {
    using borrowed =
        troupe::detail::first_borrowed_t<typename troupe::detail::callable<Function>::parameters>;
    static_assert(
        troupe::detail::outlives_the_call<borrowed>,
        "a Nexus handler that is a coroutine takes its parameters by value (std::string, not const "
        "std::string& or std::string_view): a reference or view would dangle from the first "
        "co_await on");
    return troupe::detail::outlives_the_call<borrowed>;
  } else
    return true;
}

/// All checks of a start function in one place, so that a mistake gives one message and no others
/// follow from it.
template <class Input, class Output, handler_kind Kind, class Start>
consteval bool check_start() {
  using call = start_call<Start, Input>;
  if constexpr (!call::value) {
    explain_call<Input, Start>();
    return false;
  } else {
    using returned = typename call::type::type;
    using coroutine = coroutine_of<returned>;
    using value = typename coroutine::value;
    using domain = typename coroutine::domain;
    static_assert(
        is_for_handlers<domain>,
        "a Nexus handler cannot be a workflow coroutine: return troupe::nexus::async<T>, or T from "
        "a plain function");
    if constexpr (!is_for_handlers<domain>)
      return false;
    else if constexpr (!check_coroutine<Start, returned>())
      return false;
    else if constexpr (Kind == handler_kind::sync) {
      static_assert(
          returns_output<value, Output>(),
          "this sync handler does not return the output type that its operation declares");
      return returns_output<value, Output>();
    } else if constexpr (Kind == handler_kind::general) {
      constexpr bool fits =
          std::is_convertible_v<value, start_result<Output>> || returns_output<value, Output>();
      static_assert(
          std::is_convertible_v<value, start_result<Output>> || returns_output<value, Output>(),
          "this operation handler must return troupe::nexus::start_result<Output>, the operation's "
          "output, troupe::nexus::async_started, or what start_workflow<W>(...), "
          "start_update<U>(...) or start_activity<A>(...) of troupe::nexus describe");
      return fits;
    } else {
      static_assert(
          describes_a_workflow<value>,
          "a workflow_run handler returns the description of a workflow: return "
          "troupe::nexus::start_workflow<W>({.id = ...}, arguments...)");
      if constexpr (!describes_a_workflow<value>)
        return false;
      else {
        using result = typename value::result_type;
        static_assert(
            is_result_for<result, Output>,
            "this workflow's result is not the output type that the operation declares");
        return std::is_same_v<result, Output>;
      }
    }
  }
}

} // namespace troupe::nexus::detail
