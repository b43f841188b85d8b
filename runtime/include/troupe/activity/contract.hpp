// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/detail/borrowing.hpp>
#include <troupe/detail/callable.hpp>

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

/// Activity contracts: what an activity is called, what it takes and returns.
///
/// A contract is a constant that callers and workers share; nothing of the implementation is
/// linked:
///
///     inline constexpr troupe::activity::contract<greeting(compose_input)>
///         compose_greeting{"compose_greeting"};
namespace troupe::activity {

namespace detail {

constexpr bool is_no_name(std::string_view name) {
  return name.empty();
}
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

/// A type that can be an argument or a result: it holds what it says.
template <class T>
inline constexpr bool owns_its_value = troupe::detail::outlives_the_call<T>;

template <class T>
inline constexpr bool is_signature = false;
template <class Result, class... Args>
inline constexpr bool is_signature<Result(Args...)> = true;

} // namespace detail

/// An activity by its name on the wire and its types: `contract<Result(Args...)>`. `void` as the
/// result stands for "nothing" (a null payload).
template <class Signature>
struct contract {
  static_assert(
      detail::is_signature<Signature>,
      "an activity contract says result and arguments: activity::contract<greeting(std::string)>");
  /// For messages of the compiler.
  using result = troupe::detail::refused;
  /// For messages of the compiler.
  using arguments = troupe::detail::refused;
  std::string_view name = {}; ///< on the wire
  /// For messages of the compiler.
  consteval contract(const char*) {}
};

/// What the function's type says.
template <class Result, class... Args>
struct contract<Result(Args...)> {
  /// `void` if it gives nothing.
  using result = Result;
  /// In their order.
  using arguments = std::tuple<Args...>;

  std::string_view name; ///< on the wire

  /// `name` must not be empty nor begin with `__temporal_`, which the protocol keeps for itself;
  /// else this does not compile.
  template <std::size_t N>
  consteval contract(const char (&literal)[N]) TROUPE_REFUSE_IF(
      detail::is_no_name(literal), "an activity needs a name: it must not be empty")
      TROUPE_REFUSE_IF(
          detail::is_reserved_name(literal),
          "names of activities that begin with __temporal_ are reserved")
      : name(detail::checked_name({literal, N - 1})) {
    static_assert(
        (detail::owns_its_value<Args> && ...),
        "the arguments of an activity own what they hold: std::string, not const std::string& or "
        "std::string_view");
    static_assert(
        detail::owns_its_value<Result>,
        "the result of an activity owns what it holds: std::string, not const std::string& or "
        "std::string_view");
  }
};
#undef TROUPE_REFUSE_IF
#ifdef __clang__
#pragma clang diagnostic pop
#endif

namespace detail {

template <class T>
inline constexpr bool is_contract = false;
template <class Signature>
inline constexpr bool is_contract<contract<Signature>> = true;

template <const auto& Activity>
using contract_of = std::remove_cvref_t<decltype(Activity)>;

} // namespace detail

} // namespace troupe::activity
