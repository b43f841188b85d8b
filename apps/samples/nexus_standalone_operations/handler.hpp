// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_standalone_operations/contract.hpp"

#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/definition.hpp>

namespace nexus_standalone_operations {

/// What is behind `hello`.
struct hello_workflow {
  static constexpr std::string_view name = "HelloWorkflow";
  troupe::async<hello_output> run(troupe::workflow::context, hello_input input) {
    co_return hello_output{"Hello, " + input.name + "!"};
  }
};

/// Nothing here shows that no workflow calls: handlers serve both kinds of callers alike.
inline auto handler() {
  namespace nexus = troupe::nexus;
  return nexus::handler_for<my_nexus_service>(
      nexus::sync<my_nexus_service::echo>(
          [](nexus::start_context, echo_input input) { return echo_output{input.message}; }),
      nexus::workflow_run<my_nexus_service::hello>([](nexus::start_context, hello_input input) {
        return nexus::start_workflow<hello_workflow>({.id = unique()}, input);
      }));
}

} // namespace nexus_standalone_operations
