// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/data_converter.hpp>
#include <troupe/unique_function.hpp>
#include <troupe/workflow/traits.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe::nexus {

/// What happens if a workflow with this id runs already. The numbers are those of the wire.
enum class id_conflict_policy {
  fail = 1,               ///< the operation fails (INTERNAL, not retried)
  use_existing = 2,       ///< the operation attaches to the running workflow and gets its result
  terminate_existing = 3, ///< the running workflow is ended
};

/// What happens if a workflow with this id ran before. The numbers are those of the wire.
enum class id_reuse_policy {
  allow_duplicate = 1,
  allow_duplicate_failed_only = 2, ///< only if it did not succeed
  reject_duplicate = 3,
};

/// How the workflow behind an operation is started. Zero durations mean "not limited" or the
/// service's default.
struct workflow_run_options {
  std::string id;              ///< needed; business-meaningful ids make starts idempotent
  std::string task_queue = {}; ///< empty: the queue of the worker that serves the operation
  id_conflict_policy conflict_policy = id_conflict_policy::fail;
  id_reuse_policy reuse_policy = id_reuse_policy::allow_duplicate;
  std::chrono::nanoseconds execution_timeout{0}; ///< all runs together
  std::chrono::nanoseconds run_timeout{0};
  std::chrono::nanoseconds task_timeout{0};
  std::chrono::nanoseconds start_delay{0};
  std::string static_summary = {}; ///< one line for people, shown by the UI
  std::string static_details = {};
};

namespace detail {

/// A workflow start whose arguments are not encoded yet: that needs the worker's converter.
struct workflow_start_data {
  std::string workflow_type;
  workflow_run_options options;
  unique_function<payloads(const data_converter&)> arguments;
};

template <class... Args>
workflow_start_data
make_workflow_start(std::string_view type, workflow_run_options options, Args&&... args) {
  return {
      std::string{type},
      std::move(options),
      [values = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)](
          const data_converter& converter) {
        return std::apply(
            [&](const auto&... each) { return converter.to_payloads(each...); }, values);
      }};
}

template <class Tuple, class... Given>
struct arguments_fit : std::false_type {};
template <class... Wanted, class... Given>
  requires(sizeof...(Wanted) == sizeof...(Given))
struct arguments_fit<std::tuple<Wanted...>, Given...>
    : std::bool_constant<(std::is_convertible_v<Given, Wanted> && ...)> {};

template <class Tuple>
struct start_arguments;
template <class... Wanted>
struct start_arguments<std::tuple<Wanted...>> {
  static workflow_start_data
  make(std::string_view type, workflow_run_options options, std::decay_t<Wanted>... args) {
    return make_workflow_start(type, std::move(options), std::move(args)...);
  }
};

} // namespace detail

/// A described, not yet started workflow whose result is the operation's. The runtime starts it, so
/// that request id, completion callback, links and operation token are always right.
template <class Result>
struct workflow_start {
  using result_type = Result;
  detail::workflow_start_data data;
};

/// Describes the workflow that serves an operation: `return nexus::start_workflow<greeter>({.id =
/// "g-" + in.name}, in);`
template <class Workflow, class... Args>
[[nodiscard]] auto start_workflow(workflow_run_options options, Args&&... args) {
  using traits = workflow_traits<Workflow>;
  using parameters = typename traits::args;
  static_assert(
      detail::arguments_fit<parameters, Args&&...>::value,
      "these arguments do not fit the parameters of the workflow's run()");
  if constexpr (detail::arguments_fit<parameters, Args&&...>::value)
    return workflow_start<typename traits::result>{detail::start_arguments<parameters>::make(
        traits::name, std::move(options), std::forward<Args>(args)...)};
}

/// The same for a workflow known by name only, e.g. one written in another language.
template <class Result, class... Args>
[[nodiscard]] workflow_start<Result>
start_workflow_named(std::string_view type, workflow_run_options options, Args&&... args) {
  return {detail::make_workflow_start(type, std::move(options), std::forward<Args>(args)...)};
}

} // namespace troupe::nexus
