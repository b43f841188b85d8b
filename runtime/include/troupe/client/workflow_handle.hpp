// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/basic_workflow_handle.hpp>
#include <troupe/client/call.hpp>
#include <troupe/client/errors.hpp>

#include <utility>

namespace troupe {

/// The awaitable form of a workflow handle: the same members, each of which gives a `call<T>` where
/// the other one blocks and gives a `T`. What awaiting gives is awaitable in its turn.
template <class R>
class async_workflow_handle : public basic_workflow_handle<detail::awaitable_style> {
public:
  using basic_workflow_handle<detail::awaitable_style>::basic_workflow_handle;

  /// The result, when there is one. Throws `workflow_failed_error` if the run ended without.
  [[nodiscard]] call<R> result(result_options options = {}) const {
    return detail::decoded<R>(detail::result_job(this->ref(), options));
  }

  /// The same, whose calls block.
  [[nodiscard]] workflow_handle<R> blocking() const { return workflow_handle<R>{this->ref()}; }
};

/// A workflow that was started or is known by its id, whatever it returns.
///
/// A cheap value that keeps the connection alive. Thread-safe; calls block and throw `rpc_error`
/// (`not_found` if there is no such workflow, or if it is closed and the call needs a running one).
/// In coroutines await those of `async()`.
class untyped_workflow_handle : public basic_workflow_handle<detail::blocking_style> {
public:
  using basic_workflow_handle<detail::blocking_style>::basic_workflow_handle;

  /// The same, whose calls are awaited.
  [[nodiscard]] async_workflow_handle<payloads> async() const {
    return async_workflow_handle<payloads>{this->ref()};
  }
};

/// The same with the result's type. `R` = `payload` or `payloads` gives the result undecoded.
template <class R>
class workflow_handle : public untyped_workflow_handle {
public:
  using untyped_workflow_handle::untyped_workflow_handle;
  /// Of one whose result's type was not known: now it is `R`.
  explicit workflow_handle(untyped_workflow_handle base)
      : untyped_workflow_handle(std::move(base)) {}

  /// Waits for the end. Throws `workflow_failed_error`, `payload_error` if the result does not fit,
  /// `rpc_error`.
  R result(result_options options = {}) const { return async().result(options).get(); }

  /// The same, whose calls are awaited.
  [[nodiscard]] async_workflow_handle<R> async() const {
    return async_workflow_handle<R>{this->ref()};
  }
};

/// What an update-with-start gives: the workflow that was running or was started, and the update.
template <class WorkflowResult, class UpdateResult>
struct updated_workflow {
  workflow_handle<WorkflowResult> workflow; ///< the one that was started, or ran already
  update_handle<UpdateResult> update;       ///< the update that it was sent
};

/// What an update-with-start gives, to be awaited.
template <class WorkflowResult, class UpdateResult>
struct async_updated_workflow {
  async_workflow_handle<WorkflowResult> workflow; ///< the one that was started, or ran already
  async_update_handle<UpdateResult> update;       ///< the update that it was sent
};

namespace detail {

struct updated_ref {
  workflow_ref workflow;
  update_ref update;
};

/// Gives the two handles typed.
template <class Pair>
Pair take_updated(call_job& job) {
  auto raw = take_raw<updated_ref>(job);
  return {
      decltype(Pair::workflow){std::move(raw.workflow)},
      decltype(Pair::update){std::move(raw.update)}};
}

} // namespace detail

} // namespace troupe
