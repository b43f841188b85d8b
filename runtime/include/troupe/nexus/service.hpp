// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

/// Nexus contracts: what a service is called, which operations it has, what goes in and what comes
/// out.
///
/// A contract is shared by callers and handlers and is checked at compile time:
///
///     struct hello_service : troupe::nexus::service<"HelloService"> {
///       static constexpr operation<echo_input, echo_output> echo{"echo"};
///       static constexpr operation<hello_input, hello_output> say_hello{"say-hello"};
///       static constexpr auto operations = std::tuple{echo, say_hello};
///     };
namespace troupe::nexus {

/// A string literal as a template argument.
template <std::size_t N>
struct fixed_string {
  char text[N]{};

  consteval fixed_string(const char (&literal)[N]) { std::copy_n(literal, N, text); }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

namespace detail {

// Never defined: reached in a constant expression, their names are the compiler's explanation.
void error_the_name_must_not_be_empty();
void error_names_that_begin_with___temporal__are_reserved();

consteval std::string_view checked_name(std::string_view name) {
  if (name.empty())
    error_the_name_must_not_be_empty();
  if (name.starts_with("__temporal_"))
    error_names_that_begin_with___temporal__are_reserved();
  return name;
}

} // namespace detail

/// One operation of a contract: its name on the wire and its types. `void` stands for "nothing" (a
/// null payload).
template <class Input, class Output>
struct operation {
  using input = Input;
  using output = Output;

  std::string_view name;

  /// `name` must not be empty nor begin with `__temporal_`, which the protocol keeps for itself;
  /// else this does not compile.
  template <std::size_t N>
  consteval operation(const char (&literal)[N]) : name(detail::checked_name({literal, N - 1})) {}
};

/// Base of a contract. The derived struct lists its operations in `static constexpr auto operations
/// = std::tuple{...}`.
template <fixed_string Name>
struct service {
  static constexpr std::string_view service_name = detail::checked_name(Name.view());

  template <class Input, class Output>
  using operation = nexus::operation<Input, Output>;
};

namespace detail {

template <class Type>
struct is_operation : std::false_type {};
template <class Input, class Output>
struct is_operation<operation<Input, Output>> : std::true_type {};

template <class Tuple>
struct only_operations : std::false_type {};
template <class... Types>
struct only_operations<std::tuple<Types...>>
    : std::bool_constant<(is_operation<Types>::value && ...)> {};

template <class Service>
concept has_contract = requires {
  { Service::service_name } -> std::convertible_to<std::string_view>;
  requires only_operations<std::remove_cvref_t<decltype(Service::operations)>>::value;
};

template <class Service>
consteval auto operation_names() {
  return std::apply(
      [](const auto&... each) {
        return std::array<std::string_view, sizeof...(each)>{each.name...};
      },
      Service::operations);
}

template <std::size_t N>
consteval bool all_different(std::array<std::string_view, N> names) {
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

/// Names what is wrong with a contract. Callers and handlers both go through it.
template <class Service>
consteval void check_contract() {
  static_assert(
      has_contract<Service>,
      "a Nexus contract derives from troupe::nexus::service<\"Name\"> and lists its operations: "
      "static constexpr auto operations = std::tuple{first, second};");
  if constexpr (has_contract<Service>)
    static_assert(
        all_different(operation_names<Service>()),
        "two operations of this Nexus contract have the same name");
}

template <class Service>
consteval bool lists_operation(std::string_view name) {
  auto names = operation_names<Service>();
  return std::ranges::find(names, name) != names.end();
}

} // namespace detail

} // namespace troupe::nexus
