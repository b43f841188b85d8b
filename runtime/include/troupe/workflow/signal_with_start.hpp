// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/message.hpp>
#include <troupe/client/start_workflow_options.hpp>
#include <troupe/workflow/activity_calls.hpp>
#include <troupe/workflow/detail/run.hpp>
#include <troupe/workflow/future.hpp>
#include <troupe/workflow/traits.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace troupe::workflow {

/// Another workflow that got a signal.
struct signaled_workflow {
  std::string run_id;      ///< the run that got it
  bool is_started = false; ///< for the signal: none ran before
};

namespace detail {

/// A start with a signal for another workflow; arguments are encoded.
struct signal_with_start {
  std::string type;
  start_workflow_options options;
  payloads input;
  std::string signal_name;
  payloads signal_input;
};

// Made by runtime/workflow.
/// Has the service's own endpoint do it, as a Nexus operation.
[[nodiscard]] ref<payload_pending>
call_signal_with_start(run& owner, signal_with_start&& what, scope& within);
[[nodiscard]] signaled_workflow take_signaled(pending& from);

} // namespace detail

/// How a workflow signals another one that it starts if none of the id runs; the base of
/// `workflow::context`. Nothing comes between the start and the signal. The service has to have it
/// switched on (`history.enableSignalWithStartFromWorkflow`); one that has not fails the workflow
/// task.
template <class Context>
class signal_with_start_calls {
public:
  /// `co_await ctx.signal_with_start_workflow<order>({.id = "o-1"}, troupe::message("approve", 7),
  /// "Ann")`. The id is needed; without a task queue it gets the workflow's. A failure is a
  /// `nexus_operation_error` whose cause says why.
  template <class Workflow, class... SignalArgs, class... Args>
    requires troupe::detail::workflow_class<Workflow>
  future<signaled_workflow> signal_with_start_workflow(
      start_workflow_options options,
      const named_message<SignalArgs...>& signal,
      const Args&... args) const {
    using traits = workflow_traits<Workflow>;
    if constexpr (troupe::detail::workflow_arguments<typename traits::args, const Args&...>::
                      check())
      return begin(traits::name, std::move(options), signal, typename traits::args{args...});
    else
      return {{}, nullptr};
  }
  /// The same by the name of its type.
  template <class... SignalArgs, class... Args>
  future<signaled_workflow> signal_with_start_workflow(
      std::string_view type,
      start_workflow_options options,
      const named_message<SignalArgs...>& signal,
      const Args&... args) const {
    return begin(type, std::move(options), signal, std::tie(args...));
  }

private:
  template <class Signal, class Arguments>
  future<signaled_workflow> begin(
      std::string_view type,
      start_workflow_options&& options,
      const Signal& signal,
      const Arguments& args) const {
    const auto& self = static_cast<const Context&>(*this);
    auto& owner = *self.owner();
    const auto converter =
        owner.tells_contexts() ? owner.converter_of_workflow({}, options.id) : owner.converter();
    auto input = detail::encode_arguments(converter, args);
    auto signal_input = detail::encode_arguments(converter, signal.args);
    return {
        detail::call_signal_with_start(
            owner,
            {std::string{type},
             std::move(options),
             std::move(input),
             signal.name,
             std::move(signal_input)},
            *self.scope()),
        &detail::take_signaled};
  }
};

} // namespace troupe::workflow
