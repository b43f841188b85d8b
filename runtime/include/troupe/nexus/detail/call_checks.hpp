// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/detail/callable.hpp>
#include <troupe/nexus/service.hpp>
#include <troupe/payload/json_types.hpp>

#include <type_traits>
#include <variant>

/// What callers of a contract's operations check, in workflows and in clients. `Options` are those
/// of the caller's kind.
namespace troupe::nexus::detail {

template <class T>
using given_input = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <const auto& Operation>
using input_of = typename std::remove_cvref_t<decltype(Operation)>::input;
template <const auto& Operation>
using output_of = typename std::remove_cvref_t<decltype(Operation)>::output;

// The names of these conditions are part of the compiler's messages.

template <class Options, class Input, class... Given>
inline constexpr bool is_call_with = false;
template <class Options, class Input>
inline constexpr bool is_call_with<Options, Input> = std::is_void_v<Input>;
template <class Options, class Input, class Given>
inline constexpr bool is_call_with<Options, Input, Given> =
    std::is_void_v<Input> ? std::is_convertible_v<Given, Options>
                          : std::is_convertible_v<Given, given_input<Input>>;
template <class Options, class Input, class Given, class Other>
inline constexpr bool is_call_with<Options, Input, Given, Other> =
    !std::is_void_v<Input> && std::is_convertible_v<Given, given_input<Input>>
    && std::is_convertible_v<Other, Options>;

/// The operation takes an input of one type and is given another, or none.
template <class Options, class Operation, class... Given>
consteval bool check_call() {
  static_assert(
      is_call_with<Options, typename Operation::input, Given...>,
      "this Nexus operation is called with its input, or nothing if that is void, and then perhaps "
      "with options: execute<my_service::my_operation>(input, {.summary = ...})");
  return false;
}

/// The operation is a function argument.
template <class Operation>
consteval void refuse_operation_argument() {
  static_assert(
      troupe::detail::never<Operation>,
      "name the Nexus operation as a template argument: "
      "execute<my_service::my_operation>(input)");
}

} // namespace troupe::nexus::detail
