// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/detail/borrowing.hpp>

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
  char text[N]{}; ///< with its NUL at the end

  /// Of a literal.
  consteval fixed_string(const char (&literal)[N]) {
    for (std::size_t at = 0; at < N; ++at)
      text[at] = literal[at];
  }
  /// Without the NUL.
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

namespace detail {

template <class T>
inline constexpr bool owns_its_value = troupe::detail::outlives_the_call<T>;

constexpr bool is_reserved_name(std::string_view name) {
  return name.starts_with("__temporal_");
}

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wgcc-compat"
// The words of a consteval function's failure would stand behind two other errors.
#define TROUPE_REFUSE_IF(condition, message)                                                       \
  __attribute__((diagnose_if(condition, message, "error")))
constexpr std::string_view checked_name(std::string_view name) {
  return name;
}
#else
#define TROUPE_REFUSE_IF(condition, message)
// Never defined: reached in a constant expression, their names are the compiler's explanation.
void error_the_name_must_not_be_empty();
void error_names_that_begin_with___temporal__are_reserved();

consteval std::string_view checked_name(std::string_view name) {
  if (name.empty())
    error_the_name_must_not_be_empty();
  if (is_reserved_name(name))
    error_names_that_begin_with___temporal__are_reserved();
  return name;
}
#endif

} // namespace detail

/// One operation of a contract: its name on the wire and its types. `void` stands for "nothing" (a
/// null payload). `Service` is the contract that declares it, so that two of the same name and
/// types are told apart.
template <class Input, class Output, fixed_string Service = "">
struct operation {
  /// `void` if it takes nothing.
  using input = Input;
  /// `void` if it gives nothing.
  using output = Output;

  std::string_view name; ///< as it is on the wire

  /// `name` must not be empty nor begin with `__temporal_`, which the protocol keeps for itself;
  /// else this does not compile.
  template <std::size_t N>
  consteval operation(const char (&literal)[N])
      TROUPE_REFUSE_IF(N < 2, "a Nexus operation needs a name: it must not be empty")
          TROUPE_REFUSE_IF(
              detail::is_reserved_name(literal),
              "names of Nexus operations that begin with __temporal_ are reserved")
      : name(detail::checked_name({literal, N - 1})) {
    static_assert(
        detail::owns_its_value<Input>,
        "the input of a Nexus operation owns what it holds: std::string, not const std::string& or "
        "std::string_view");
    static_assert(
        detail::owns_its_value<Output>,
        "the output of a Nexus operation owns what it holds: std::string, not const std::string& "
        "or std::string_view");
  }
};
#undef TROUPE_REFUSE_IF
#ifdef __clang__
#pragma clang diagnostic pop
#endif

/// Base of a contract. The derived struct lists its operations in `static constexpr auto operations
/// = std::tuple{...}`.
template <fixed_string Name>
struct service {
  static_assert(!Name.view().empty(), "a Nexus service needs a name: it must not be empty");
  static_assert(
      !detail::is_reserved_name(Name.view()),
      "names of Nexus services that begin with __temporal_ are reserved");
  /// As it is on the wire.
  static constexpr std::string_view service_name = Name.view();

  /// What a contract declares its operations with.
  template <class Input, class Output>
  using operation = nexus::operation<Input, Output, Name>;
};

namespace detail {

template <class Type>
struct is_operation : std::false_type {};
template <class Input, class Output, fixed_string Service>
struct is_operation<operation<Input, Output, Service>> : std::true_type {};

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
  for (std::size_t at = 0; at < N; ++at)
    for (std::size_t other = 0; other < at; ++other)
      if (names[at] == names[other])
        return false;
  return true;
}

template <class Service>
inline constexpr bool is_contract = has_contract<Service>;

/// Names what is wrong with a contract. Callers and handlers both go through it.
template <class Service>
consteval bool check_contract() {
  static_assert(
      is_contract<Service>,
      "a Nexus contract derives from troupe::nexus::service<\"Name\"> and lists its operations: "
      "static constexpr auto operations = std::tuple{first, second};");
  if constexpr (!has_contract<Service>)
    return false;
  else {
    static_assert(
        all_different(operation_names<Service>()),
        "two operations of this Nexus contract have the same name");
    return all_different(operation_names<Service>());
  }
}

template <class Operation>
inline constexpr bool is_an_operation = is_operation<Operation>::value;

template <fixed_string Service, fixed_string Declaring, fixed_string Operation, bool IsListed>
inline constexpr bool lists = IsListed;
/// Carries the names into the compiler's message.
template <fixed_string Service, fixed_string Declaring, fixed_string Operation, bool IsListed>
consteval bool check_listed_as() {
  static_assert(
      lists<Service, Declaring, Operation, IsListed>,
      "this Nexus contract does not list that operation in `operations`: it belongs to another "
      "contract, or was forgotten there");
  return IsListed;
}

template <const std::string_view& Name>
consteval auto to_fixed() {
  char text[Name.size() + 1]{};
  for (std::size_t at = 0; at < Name.size(); ++at)
    text[at] = Name[at];
  return fixed_string<Name.size() + 1>{text};
}

template <const auto& Operation>
struct name_of_operation {
  static constexpr std::string_view value = Operation.name;
};
template <class Service>
struct name_of_service {
  static constexpr std::string_view value = Service::service_name;
};

template <class Operation>
struct declaring_service;
template <class Input, class Output, fixed_string Service>
struct declaring_service<operation<Input, Output, Service>> {
  static constexpr auto name = Service;
};
template <const auto& Operation>
inline constexpr auto declaring_name =
    declaring_service<std::remove_cvref_t<decltype(Operation)>>::name;

/// The same declaration: name, types and contract.
template <class Service, const auto& Operation>
consteval bool lists_exactly() {
  using operation_type = std::remove_cvref_t<decltype(Operation)>;
  return std::apply(
      [](const auto&... each) {
        return (
            (std::is_same_v<std::remove_cvref_t<decltype(each)>, operation_type>
             && each.name == Operation.name)
            || ...);
      },
      Service::operations);
}

/// Says that a contract has no such operation, at the caller.
template <class Service, const auto& Operation>
consteval bool check_listed() {
  using operation_type = std::remove_cvref_t<decltype(Operation)>;
  static_assert(
      is_an_operation<operation_type>,
      "name an operation of the contract: execute<my_service::my_operation>(input)");
  if constexpr (!has_contract<Service> || !is_an_operation<operation_type>)
    return false;
  else
    return check_listed_as<
        to_fixed<name_of_service<Service>::value>(),
        declaring_name<Operation>,
        to_fixed<name_of_operation<Operation>::value>(),
        lists_exactly<Service, Operation>()>();
}

} // namespace detail

} // namespace troupe::nexus
