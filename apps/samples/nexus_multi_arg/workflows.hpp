// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_multi_arg/contract.hpp"

#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/definition.hpp>

#include <string>
#include <string_view>

// An operation has one input; the workflow behind it may have several arguments.
namespace nexus_multi_arg {

namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

struct hello_handler_workflow {
  static constexpr std::string_view name = "HelloHandlerWorkflow";

  troupe::async<hello_output> run(workflow::context, hello_language language, std::string who) {
    co_return hello_output{nexus_common::greeting(language, who)};
  }
};

inline auto hello_service_handler() {
  return nexus::handler_for<hello_service>(
      nexus::workflow_run<hello_service::say_hello>([](nexus::start_context, hello_input in) {
        return nexus::start_workflow<hello_handler_workflow>(
            {.id = "hello-" + nexus_common::dotnet_name(in.language) + "-" + in.name},
            in.language,
            in.name);
      }));
}

struct hello_caller_workflow {
  static constexpr std::string_view name = "HelloCallerWorkflow";

  troupe::async<std::string> run(workflow::context ctx, std::string who, hello_language language) {
    auto hello = ctx.nexus_client<hello_service>({.endpoint = endpoint});
    co_return (co_await hello.execute<hello_service::say_hello>({who, language})).message;
  }
};

} // namespace nexus_multi_arg
