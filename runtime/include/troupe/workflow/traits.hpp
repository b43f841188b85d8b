// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>

#include <string_view>
#include <tuple>
#include <type_traits>

namespace troupe {

namespace workflow {
class context;
}

namespace detail {

template <class Run>
struct workflow_run_signature {
  static constexpr bool valid = false;
};

template <class Workflow, class Result, class... Args>
struct workflow_run_signature<async<Result> (Workflow::*)(workflow::context, Args...)> {
  static constexpr bool valid = true;
  using args = std::tuple<std::decay_t<Args>...>;
  using result = Result;
};

template <class Workflow, class Result, class... Args>
struct workflow_run_signature<async<Result> (Workflow::*)(workflow::context, Args...) const>
    : workflow_run_signature<async<Result> (Workflow::*)(workflow::context, Args...)> {};

} // namespace detail

/// What a workflow is called, takes and returns: read off its `name` and its `run`.
///
///     struct greeter {
///       static constexpr std::string_view name = "Greeter";
///       troupe::async<std::string> run(workflow::context ctx, std::string who);
///     };
template <class Workflow>
struct workflow_traits {
  static_assert(
      requires { std::string_view{Workflow::name}; },
      "a workflow needs its name on the wire: static constexpr std::string_view name = \"...\";");
  using signature = detail::workflow_run_signature<decltype(&Workflow::run)>;
  static_assert(
      signature::valid,
      "a workflow's entry point is troupe::async<Result> run(troupe::workflow::context, Args...), "
      "not overloaded");

  static constexpr std::string_view name = Workflow::name;
  using args =
      typename signature::args; ///< a std::tuple of the decayed parameters after the context
  using result = typename signature::result;
};

} // namespace troupe
