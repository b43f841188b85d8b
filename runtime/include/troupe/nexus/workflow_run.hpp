// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/start_workflow_options.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/unique_function.hpp>
#include <troupe/workflow/traits.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe::nexus {

/// How the workflow behind an operation is started: as any other, but that `id` is needed, an empty
/// `task_queue` means the queue of the worker that serves the operation, and `request_id` is not
/// looked at: it is always the operation's. With `workflow_id_conflict_policy::use_existing` the
/// operation attaches to a running workflow and gets its result.
using workflow_run_options = start_workflow_options;

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
  /// Of the workflow.
  using result_type = Result;
  detail::workflow_start_data data; ///< what is sent
};

/// Describes the workflow that serves an operation: `return nexus::start_workflow<greeter>({.id =
/// "g-" + in.name}, in);`
template <class Workflow, class... Args>
[[nodiscard]] auto start_workflow(workflow_run_options options, Args&&... args) {
  using traits = workflow_traits<Workflow>;
  using parameters = typename traits::args;
  constexpr bool fit = troupe::detail::workflow_arguments<parameters, Args&&...>::check();
  if constexpr (fit)
    return workflow_start<typename traits::result>{detail::start_arguments<parameters>::make(
        traits::name, std::move(options), std::forward<Args>(args)...)};
  else
    return workflow_start<troupe::detail::refused>{};
}

/// The same for a workflow known by name only, e.g. one written in another language.
template <class Result, class... Args>
[[nodiscard]] workflow_start<Result>
start_workflow_named(std::string_view type, workflow_run_options options, Args&&... args) {
  return {detail::make_workflow_start(type, std::move(options), std::forward<Args>(args)...)};
}

} // namespace troupe::nexus
