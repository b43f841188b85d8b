// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/contract.hpp>
#include <troupe/detail/callable.hpp>

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

// Contracts of messages: what a signal, a query or an update of a workflow is called, what it
// takes and returns.
//
// A contract is a constant that callers and workflows share; nothing of the implementation is
// linked:
//
//     struct greeting {
//       static constexpr troupe::workflow::signal<std::string> approve{"approve"};
//       static constexpr troupe::workflow::query<std::string()> language{"language"};
//       static constexpr troupe::workflow::update<std::string(std::string)> set{"set"};
//     };
//
//     ctx.on_signal<greeting::approve>(...);                   // in the workflow
//     handle.signal<greeting::approve>("Ann");                 // from outside
namespace troupe::workflow {

namespace detail {

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wgcc-compat"
#define TROUPE_REFUSE_IF(condition, message)                                                       \
  __attribute__((diagnose_if(condition, message, "error")))
#else
#define TROUPE_REFUSE_IF(condition, message)
#endif

/// The name of a message on the wire.
struct message_name {
  std::string_view name; ///< on the wire

  /// `name` must not be empty nor begin with `__temporal_`, which the protocol keeps for itself;
  /// else this does not compile.
  template <std::size_t N>
  consteval message_name(const char (&literal)[N]) TROUPE_REFUSE_IF(
      activity::detail::is_no_name(literal), "a message needs a name: it must not be empty")
      TROUPE_REFUSE_IF(
          activity::detail::is_reserved_name(literal),
          "names of messages that begin with __temporal_ are reserved")
      : name(activity::detail::checked_name({literal, N - 1})) {}
};
#undef TROUPE_REFUSE_IF
#ifdef __clang__
#pragma clang diagnostic pop
#endif

// The names of these conditions are part of the compiler's messages.

template <class T>
inline constexpr bool owns_what_it_says = troupe::detail::outlives_the_call<T>;
template <class T>
inline constexpr bool is_call_type = activity::detail::is_signature<T>;

} // namespace detail

/// A signal by its name on the wire and its arguments: `signal<std::string>`.
template <class... Args>
struct signal : detail::message_name {
  static_assert(
      (detail::owns_what_it_says<Args> && ...),
      "the arguments of a signal own what they hold: std::string, not const std::string& or "
      "std::string_view");
  using result = void;                   ///< a signal has none
  using arguments = std::tuple<Args...>; ///< in their order
  using detail::message_name::message_name;
};

/// A query by its name on the wire and its types: `query<Result(Args...)>`.
template <class Signature>
struct query : detail::message_name {
  static_assert(
      detail::is_call_type<Signature>,
      "a query says result and arguments: workflow::query<std::string()>");
  using result = troupe::detail::refused;    ///< for messages of the compiler
  using arguments = troupe::detail::refused; ///< for messages of the compiler
  using detail::message_name::message_name;
};
/// What the function's type says.
template <class Result, class... Args>
struct query<Result(Args...)> : detail::message_name {
  static_assert(
      detail::owns_what_it_says<Result> && (detail::owns_what_it_says<Args> && ...),
      "result and arguments of a query own what they hold: std::string, not const std::string& or "
      "std::string_view");
  static_assert(!std::is_void_v<Result>, "a query has an answer: its result is not void");
  using result = Result;                 ///< its answer
  using arguments = std::tuple<Args...>; ///< in their order
  using detail::message_name::message_name;
};

/// An update by its name on the wire and its types: `update<Result(Args...)>`; `void` as the result
/// stands for "nothing" (a null payload).
template <class Signature>
struct update : detail::message_name {
  static_assert(
      detail::is_call_type<Signature>,
      "an update says result and arguments: workflow::update<int(int)>");
  using result = troupe::detail::refused;    ///< for messages of the compiler
  using arguments = troupe::detail::refused; ///< for messages of the compiler
  using detail::message_name::message_name;
};
/// What the function's type says.
template <class Result, class... Args>
struct update<Result(Args...)> : detail::message_name {
  static_assert(
      detail::owns_what_it_says<Result> && (detail::owns_what_it_says<Args> && ...),
      "result and arguments of an update own what they hold: std::string, not const std::string& "
      "or std::string_view");
  using result = Result;                 ///< `void` if it gives nothing
  using arguments = std::tuple<Args...>; ///< in their order
  using detail::message_name::message_name;
};

namespace detail {

template <const auto& Message>
using message_of = std::remove_cvref_t<decltype(Message)>;

template <class T>
inline constexpr bool is_signal_contract = false;
template <class... Args>
inline constexpr bool is_signal_contract<signal<Args...>> = true;
template <class T>
inline constexpr bool is_query_contract = false;
template <class Signature>
inline constexpr bool is_query_contract<query<Signature>> = true;
template <class T>
inline constexpr bool is_update_contract = false;
template <class Signature>
inline constexpr bool is_update_contract<update<Signature>> = true;
template <class T>
inline constexpr bool is_message_contract =
    is_signal_contract<T> || is_query_contract<T> || is_update_contract<T>;

template <class Arguments, class... Given>
inline constexpr bool are_arguments_of = false;
template <class... Wanted, class... Given>
  requires(sizeof...(Wanted) == sizeof...(Given))
inline constexpr bool are_arguments_of<std::tuple<Wanted...>, Given...> =
    (troupe::detail::passes_as<Given, Wanted> && ...);

// What a caller gets of something that is no contract, so that only one message comes.
template <class Contract>
struct message_parts {
  using result = troupe::detail::refused;
  static constexpr bool takes_one = false;
  struct only {};
};
template <class Contract>
  requires is_message_contract<Contract>
struct message_parts<Contract> {
  using result = typename Contract::result;
  template <class Tuple>
  struct one {
    static constexpr bool value = false;
    struct type {};
  };
  template <class Only>
  struct one<std::tuple<Only>> {
    static constexpr bool value = true;
    using type = Only;
  };
  static constexpr bool takes_one = one<typename Contract::arguments>::value;
  using only = typename one<typename Contract::arguments>::type;
};
template <const auto& Message>
using message_result_t = typename message_parts<message_of<Message>>::result;
/// The argument of a message that takes one: it may be written in braces.
template <const auto& Message>
using only_argument_t = typename message_parts<message_of<Message>>::only;
template <const auto& Message>
concept takes_one_argument = message_parts<message_of<Message>>::takes_one;

/// The arguments fit; a single one goes another way (`only_argument_t`).
template <const auto& Message, class... Given>
inline constexpr bool is_message_call = false;
template <const auto& Message, class... Given>
  requires is_message_contract<message_of<Message>>
inline constexpr bool is_message_call<Message, Given...> =
    are_arguments_of<typename message_of<Message>::arguments, Given...>;
template <const auto& Message, class... Given>
concept several_arguments = is_message_call<Message, Given...> && !takes_one_argument<Message>;

// What a call that does not compile would return.
template <class T>
T nothing_of() {
  if constexpr (!std::is_void_v<T>)
    return troupe::detail::refused{};
}

/// A message is sent with something else than its contract says: does not compile, and says why.
template <const auto& Message, class... Given>
consteval void explain_message_call() {
  using contract = message_of<Message>;
  if constexpr (!is_message_contract<contract>)
    static_assert(
        is_message_contract<contract>,
        "name a contract: handle.signal<greeting::approve>(arguments...), a workflow::signal, "
        "workflow::query or workflow::update");
  else
    static_assert(
        are_arguments_of<typename contract::arguments, Given...>,
        "these arguments are not those of the message's contract");
}

} // namespace detail

} // namespace troupe::workflow
