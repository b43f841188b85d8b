// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/backing.hpp>
#include <troupe/nexus/context.hpp>
#include <troupe/nexus/detail/typed_handler.hpp>
#include <troupe/nexus/error.hpp>
#include <troupe/nexus/handler_base.hpp>
#include <troupe/nexus/operation_token.hpp>
#include <troupe/nexus/service.hpp>
#include <troupe/nexus/workflow_run.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

/// How a service is served:
///
///     auto hello_handler() {
///       return nexus::handler_for<hello_service>(
///         nexus::sync<hello_service::echo>([](nexus::start_context, echo_input in) -> echo_output
///         { return {in.message}; }),
///         nexus::workflow_run<hello_service::say_hello>([](nexus::start_context, hello_input in) {
///           return nexus::start_workflow<hello_workflow>({.id = "hello-" + in.name}, in);
///         }));
///     }
///
/// Every handler is either a plain function, which may block and runs on the worker's pool, or a
/// coroutine that returns `nexus::async<T>` and runs on its shard, where nothing may block.
/// A coroutine takes its parameters by value; a plain function may take references. Lambdas may
/// capture: the worker keeps them as long as one of their coroutines may run. Handlers are called
/// for several requests at the same time, so what they capture must be safe for that. An operation
/// whose input is `void` is served by a function of the context alone.
///
/// Errors: `nexus::operation_error` ends the operation (failed or canceled); `nexus::handler_error`
/// says why the request could not be served and whether to try again; a non-retryable
/// `application_error` becomes INTERNAL, not retried; anything else becomes INTERNAL and is
/// retried.
///
/// A request has less than 10 s; what takes longer is a workflow.
namespace troupe::nexus {

/// Serves an operation that is done when the function returns: `O(start_context, I)` or
/// `async<O>(start_context, I)`.
template <const auto& Operation, class Start>
[[nodiscard]] auto sync(Start start) {
  return detail::bind_handler<Operation, detail::handler_kind::sync>(
      std::move(start), detail::no_cancel{});
}

/// Serves an operation by a workflow: the function describes it (`nexus::start_workflow<W>(...)`)
/// and the runtime starts it. Cancelling the operation cancels the workflow.
template <const auto& Operation, class Start>
[[nodiscard]] auto workflow_run(Start start) {
  return detail::bind_handler<Operation, detail::handler_kind::workflow_run>(
      std::move(start), detail::no_cancel{});
}

/// What a start function of `operation_handler` returns: the result, or what the operation goes on
/// as (the description of a workflow, an update or an activity), or a token of its own.
template <class Output>
using start_result = detail::start_result<Output>;

/// The general form: `start` decides for each request whether the operation is done at once or goes
/// on, and as what; it returns `start_result<O>` or one of its alternatives. Cancelling the
/// operation cancels the workflow or the activity that its token names. An update that was accepted
/// cannot be cancelled, and nobody knows what a token of the handler's own stands for: that is
/// NOT_IMPLEMENTED.
template <const auto& Operation, class Start>
[[nodiscard]] auto operation_handler(Start start) {
  return detail::bind_handler<Operation, detail::handler_kind::general>(
      std::move(start), detail::no_cancel{});
}
/// The same with a cancel function, which returns once the request was passed on; either may be a
/// coroutine. `void(cancel_context)` serves every token. `void(cancel_context, Token)` serves one
/// sort, and the rest is cancelled as above: `workflow_run_token`, `activity_token`,
/// `workflow_update_token`; for several of them it is an object with overloads.
template <const auto& Operation, class Start, class Cancel>
[[nodiscard]] auto operation_handler(Start start, Cancel cancel) {
  return detail::bind_handler<Operation, detail::handler_kind::general>(
      std::move(start), std::move(cancel));
}

/// Puts a service together. Does not compile if an operation of the contract has no handler, has
/// two, or if a handler is for something else.
template <class Service, class... Bound>
[[nodiscard]] service_handler handler_for(Bound... bound) {
  if constexpr (detail::check_contract<Service>()) {
    detail::check_handlers<Service, Bound...>();
    return {
        std::string{Service::service_name},
        {operation_entry{std::string{Bound::operation_name}, std::move(bound.handler)}...}};
  } else
    return {};
}

/// A handler without a contract: for gateways and for contracts that are known only at run time.
/// `Input` and `Output` may be `payload`, which passes the encoded value through.
template <class Input, class Output, class Start>
[[nodiscard]] operation_entry dynamic_operation(std::string name, Start start) {
  return {
      std::move(name),
      detail::make_handler<Input, Output, detail::handler_kind::general>(
          std::move(start), detail::no_cancel{})};
}
/// The same for an operation that can be cancelled.
template <class Input, class Output, class Start, class Cancel>
[[nodiscard]] operation_entry dynamic_operation(std::string name, Start start, Cancel cancel) {
  return {
      std::move(name),
      detail::make_handler<Input, Output, detail::handler_kind::general>(
          std::move(start), std::move(cancel))};
}

} // namespace troupe::nexus
