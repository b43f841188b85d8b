// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/contract.hpp>
#include <troupe/client/start_activity_options.hpp>
#include <troupe/nexus/workflow_run.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/unique_function.hpp>
#include <troupe/workflow/contract.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

/// What an operation may go on as besides a workflow: an update of one, or an activity without one.
///
///     nexus::operation_handler<orders::approve>(
///         [](nexus::start_context, approval in) -> nexus::start_result<receipt> {
///           if (in.amount == 0)
///             return receipt{};
///           return nexus::start_update<order::approve>({.workflow_id = "order-" + in.id}, in);
///         })
namespace troupe::nexus {

/// How the update behind an operation is asked for. The operation's callback is set off by its end,
/// so the service has to know callbacks of updates; the operation is done at once if the update is.
struct workflow_update_options {
  std::string workflow_id = {};            ///< whose update; needed
  std::string run_id = {};                 ///< empty: the current run
  std::string first_execution_run_id = {}; ///< empty: of whatever chain of runs
  /// Empty: the operation's request id, so that a start that is tried again finds it.
  std::string update_id = {};
};

namespace detail {

/// A name and arguments that are not encoded yet: that needs the worker's converter.
struct described_call {
  std::string name;
  unique_function<payloads(const data_converter&)> arguments;
};

template <class... Args>
described_call describe_call(std::string_view name, std::tuple<Args...> values) {
  return {std::string{name}, [values = std::move(values)](const data_converter& converter) {
            return std::apply(
                [&](const auto&... each) { return converter.to_payloads(each...); }, values);
          }};
}

// The name of this condition is part of the compiler's messages.
template <class Contract, class... Given>
inline constexpr bool takes_these_arguments = false;
template <class Result, class... Wanted, class... Given>
  requires(sizeof...(Wanted) == sizeof...(Given))
inline constexpr bool takes_these_arguments<activity::contract<Result(Wanted...)>, Given...> =
    (std::is_convertible_v<Given, Wanted> && ...);

} // namespace detail

/// A described, not yet sent update whose result is the operation's.
template <class Result>
struct update_start {
  /// Of the update.
  using result_type = Result;
  detail::described_call call;     ///< what is sent
  workflow_update_options options; ///< to whom
};

/// A described, not yet started activity whose result is the operation's.
template <class Result>
struct activity_start {
  /// Of the activity.
  using result_type = Result;
  detail::described_call call;    ///< what is started
  start_activity_options options; ///< how
};

/// Describes the update that serves an operation, by its contract.
template <const auto& Update, class... Given>
  requires workflow::detail::several_arguments<Update, Given...>
[[nodiscard]] update_start<workflow::detail::message_result_t<Update>>
start_update(workflow_update_options options, const Given&... args) {
  using contract = workflow::detail::message_of<Update>;
  static_assert(
      workflow::detail::is_update_contract<contract>, "start_update<...> names a workflow::update");
  return {
      detail::describe_call(Update.name, typename contract::arguments{args...}),
      std::move(options)};
}
/// The same with its one argument, which may be written in braces.
template <const auto& Update>
  requires workflow::detail::takes_one_argument<Update>
[[nodiscard]] update_start<workflow::detail::message_result_t<Update>>
start_update(workflow_update_options options, workflow::detail::only_argument_t<Update> argument) {
  using contract = workflow::detail::message_of<Update>;
  static_assert(
      workflow::detail::is_update_contract<contract>, "start_update<...> names a workflow::update");
  return {
      detail::describe_call(Update.name, typename contract::arguments{std::move(argument)}),
      std::move(options)};
}
/// Arguments that do not fit: does not compile, and says why.
template <const auto& Update, class... Given>
  requires(!workflow::detail::is_message_call<Update, Given...>)
update_start<workflow::detail::message_result_t<Update>>
start_update(workflow_update_options, const Given&...) {
  workflow::detail::explain_message_call<Update, Given...>();
  return {};
}
/// The same for an update known by name only; nothing checks the arguments.
template <class Result, class... Args>
[[nodiscard]] update_start<Result>
start_update_named(std::string_view name, workflow_update_options options, Args&&... args) {
  return {
      detail::describe_call(name, std::tuple<std::decay_t<Args>...>{std::forward<Args>(args)...}),
      std::move(options)};
}

/// Describes the activity that serves an operation, by its contract: as a client starts one without
/// a workflow, but that an empty `id` is the operation's request id, an empty `task_queue` is the
/// queue of the worker that serves the operation, and `request_id` is always the operation's. The
/// service has to have such activities, and their callbacks, switched on.
template <const auto& Activity, class... Given>
[[nodiscard]] auto start_activity(start_activity_options options, const Given&... args) {
  using contract = activity::detail::contract_of<Activity>;
  if constexpr (!activity::detail::is_contract<contract>) {
    static_assert(
        activity::detail::is_contract<contract>,
        "name an activity contract: nexus::start_activity<compose_greeting>(options, "
        "arguments...)");
    return activity_start<troupe::detail::refused>{};
  } else if constexpr (!detail::takes_these_arguments<contract, Given...>) {
    static_assert(
        detail::takes_these_arguments<contract, Given...>,
        "these arguments are not those of the activity's contract: "
        "nexus::start_activity<my_activity>(options, arguments...)");
    return activity_start<troupe::detail::refused>{};
  } else
    return activity_start<typename contract::result>{
        detail::describe_call(Activity.name, typename contract::arguments{args...}),
        std::move(options)};
}
/// The same for an activity known by name only; nothing checks the arguments.
template <class Result, class... Args>
[[nodiscard]] activity_start<Result>
start_activity_named(std::string_view type, start_activity_options options, Args&&... args) {
  return {
      detail::describe_call(type, std::tuple<std::decay_t<Args>...>{std::forward<Args>(args)...}),
      std::move(options)};
}

} // namespace troupe::nexus
