// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/context_propagation/user_context.hpp"
#include "apps/samples/nexus_context_propagation/contract.hpp"

#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/definition.hpp>

#include <string>
#include <string_view>

namespace nexus_context_propagation {

namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

/// For whom this run works. Nobody has handed it the user: the interceptors did.
inline std::string user_of(const workflow::context& ctx) {
  return context_propagation_sample::user_in(ctx.info().headers, context_key).value_or("");
}

/// Behind the operation, in the handler's namespace.
struct hello_handler_workflow {
  static constexpr std::string_view name = "HelloHandlerWorkflow";
  troupe::async<hello_output> run(workflow::context ctx, hello_input input) {
    ctx.log().info("Handler workflow called by user " + user_of(ctx));
    co_return hello_output{
        nexus_common::greeting(input.language, input.name) + " (user id: " + user_of(ctx) + ")"};
  }
};

inline auto hello_service_handler() {
  return nexus::handler_for<hello_service>(
      nexus::workflow_run<hello_service::say_hello>([](nexus::start_context, hello_input input) {
        return nexus::start_workflow<hello_handler_workflow>(
            {.id = "hello-" + nexus_common::dotnet_name(input.language) + "-" + input.name}, input);
      }));
}

struct hello_caller_workflow {
  static constexpr std::string_view name = "HelloCallerWorkflow";
  troupe::async<std::string> run(workflow::context ctx, std::string who, hello_language language) {
    ctx.log().info("Caller workflow called by user " + user_of(ctx));
    auto hello = ctx.nexus_client<hello_service>({.endpoint = endpoint});
    co_return (co_await hello.execute<hello_service::say_hello>({who, language})).message;
  }
};

} // namespace nexus_context_propagation
