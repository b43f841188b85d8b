// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_simple/contract.hpp"

#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/definition.hpp>

#include <string>
#include <string_view>

namespace nexus_simple {

namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

/// Behind the operation `SayHello`.
struct hello_handler_workflow {
  static constexpr std::string_view name = "HelloHandlerWorkflow";
  troupe::async<hello_output> run(workflow::context, hello_input input) {
    co_return hello_output{nexus_common::greeting(input.language, input.name)};
  }
};

inline auto hello_service_handler() {
  return nexus::handler_for<hello_service>(
      // Answered at once.
      nexus::sync<hello_service::echo>(
          [](nexus::start_context, echo_input input) { return echo_output{input.message}; }),
      // Answered by a workflow. Its id says what it is about, so that asking twice for the same
      // does not greet twice.
      nexus::workflow_run<hello_service::say_hello>([](nexus::start_context, hello_input input) {
        return nexus::start_workflow<hello_handler_workflow>(
            {.id = "hello-" + nexus_common::dotnet_name(input.language) + "-" + input.name}, input);
      }));
}

struct echo_caller_workflow {
  static constexpr std::string_view name = "EchoCallerWorkflow";
  troupe::async<std::string> run(workflow::context ctx, std::string message) {
    auto hello = ctx.nexus_client<hello_service>({.endpoint = endpoint});
    co_return (co_await hello.execute<hello_service::echo>({message})).message;
  }
};

struct hello_caller_workflow {
  static constexpr std::string_view name = "HelloCallerWorkflow";
  troupe::async<std::string> run(workflow::context ctx, std::string who, hello_language language) {
    auto hello = ctx.nexus_client<hello_service>({.endpoint = endpoint});
    co_return (co_await hello.execute<hello_service::say_hello>({who, language})).message;
  }
};

} // namespace nexus_simple
