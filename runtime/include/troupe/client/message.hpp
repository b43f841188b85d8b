// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/contract.hpp>

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe {

/// A signal or update with its arguments, for calls that start a workflow and send it something in
/// one go: `client.signal_with_start_workflow<order>(options, troupe::message("approve", 7),
/// "Ann")`.
template <class... Args>
struct named_message {
  std::string name;         ///< the signal's, the update's
  std::tuple<Args...> args; ///< copies, encoded when they are sent
};

/// What goes along with a start: `message("add", 3)`.
template <class... Args>
[[nodiscard]] named_message<std::decay_t<Args>...> message(std::string name, Args&&... args) {
  return {std::move(name), {std::forward<Args>(args)...}};
}

/// The same by a contract, whose result is known: `message<cart::add>(3)`.
template <class Result, class... Args>
struct contract_message : named_message<Args...> {};

namespace detail {

template <class Contract>
struct message_for {
  using type = contract_message<refused>;
};
template <class Contract>
  requires workflow::detail::is_message_contract<Contract>
struct message_for<Contract> {
  template <class Tuple>
  struct of;
  template <class... Args>
  struct of<std::tuple<Args...>> {
    using type = contract_message<typename Contract::result, Args...>;
  };
  using type = typename of<typename Contract::arguments>::type;
};
template <const auto& Message>
using message_for_t = typename message_for<workflow::detail::message_of<Message>>::type;

} // namespace detail

/// What goes along with a start, by its contract.
template <const auto& Message, class... Given>
  requires workflow::detail::several_arguments<Message, Given...>
[[nodiscard]] detail::message_for_t<Message> message(const Given&... args) {
  return {{std::string{Message.name}, {args...}}};
}
/// The same with its one argument.
template <const auto& Message>
  requires workflow::detail::takes_one_argument<Message>
[[nodiscard]] detail::message_for_t<Message>
message(workflow::detail::only_argument_t<Message> argument) {
  return {{std::string{Message.name}, {std::move(argument)}}};
}
/// Arguments that do not fit: does not compile, and says why.
template <const auto& Message, class... Given>
  requires(!workflow::detail::is_message_call<Message, Given...>)
detail::message_for_t<Message> message(const Given&...) {
  workflow::detail::explain_message_call<Message, Given...>();
  return {};
}

} // namespace troupe
