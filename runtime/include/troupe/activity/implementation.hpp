// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/context.hpp>
#include <troupe/activity/contract.hpp>
#include <troupe/activity/detail/typed_implementation.hpp>
#include <troupe/activity/implementation_base.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

/// How activities are implemented:
///
///     worker.add(activity::implement<compose_greeting>([](compose_input in) -> greeting { ... }))
///         .add(activity::implement<transfer>(bank, &bank_client::transfer));
///
/// An implementation is either a plain function, which may block and runs on the worker's pool, or
/// a coroutine that returns `activity::async<T>` and runs on its shard, where nothing may block. It
/// takes the contract's arguments, with `activity::context` in front if it wants one. A coroutine
/// takes its parameters by value; a plain function may take references. Lambdas may capture: the
/// worker keeps them as long as one of their attempts may run. Several attempts run at the same
/// time, so what they share must be safe for that.
///
/// Errors: an `application_error` says whether and when to try again, and what the workflow is
/// told; anything else is tried again as the retry policy says. `canceled_error` after a request to
/// cancel ends the activity as cancelled.
namespace troupe::activity {

/// Implements a contract by a function, a lambda or a function object.
template <const auto& Contract, class Function>
[[nodiscard]] implementation implement(Function function) {
  using contract_type = detail::contract_of<Contract>;
  static_assert(
      detail::is_contract<contract_type>,
      "name an activity contract: activity::implement<compose_greeting>(function)");
  if constexpr (detail::is_contract<contract_type>)
    return {
        std::string{Contract.name},
        detail::make_implementation<contract_type>(std::move(function))};
  else
    return {};
}

/// Implements a contract by a member function of an object with state: a `std::shared_ptr`, a
/// pointer or a `std::ref` to it, which all attempts share.
template <const auto& Contract, class Object, class Member>
  requires std::is_member_function_pointer_v<Member>
[[nodiscard]] implementation implement(Object object, Member member) {
  using bound = detail::bound_member<Object, Member>;
  if constexpr (bound::check())
    return implement<Contract>(typename bound::function{std::move(object), member});
  else
    return {};
}

/// Implements an activity that is known by its name only:
/// `implement_named<int(std::string)>("count", function)`. `payload` as an argument or result
/// passes the encoded value through; `payloads` as the only argument gets all of them.
template <class Signature, class Function>
[[nodiscard]] implementation implement_named(std::string name, Function function) {
  return {std::move(name), detail::make_implementation<contract<Signature>>(std::move(function))};
}

/// Implements all activities that nothing else in the worker is there for:
/// `payload(context, payloads)`, plain or a coroutine; `ctx.info().activity_type` says which is
/// wanted.
template <class Function>
[[nodiscard]] implementation implement_others(Function function) {
  return implement_named<payload(payloads)>({}, std::move(function));
}

} // namespace troupe::activity
