// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_common/greeting.hpp"
#include "apps/samples/nexus_multiple_args/contract.hpp"

#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/describe/enum_from_string.hpp>

#include <string>
#include <string_view>

// An operation has one input; the workflow behind it may have several arguments.
namespace nexus_multiple_args {

namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

struct hello_handler_workflow {
  static constexpr std::string_view name = "HelloHandlerWorkflow";

  troupe::async<hello_output> run(workflow::context, std::string who, std::string language) {
    auto in = nexus_common::hello_language::en;
    if (!boost::describe::enum_from_string(language.c_str(), in))
      throw troupe::application_error(
          "Unsupported language: " + language,
          {.type = "UNSUPPORTED_LANGUAGE", .non_retryable = true});
    co_return hello_output{nexus_common::greeting(in, who)};
  }
};

inline auto my_nexus_service_handler() {
  return nexus::handler_for<my_nexus_service>(
      nexus::workflow_run<my_nexus_service::hello>([](nexus::start_context, hello_input in) {
        return nexus::start_workflow<hello_handler_workflow>(
            {.id = "hello-multi-args-" + in.name + "-" + in.language}, in.name, in.language);
      }));
}

struct caller {
  static constexpr std::string_view name = "CallerWorkflow";

  troupe::async<std::string> run(workflow::context ctx, std::string who, std::string language) {
    auto hello = ctx.nexus_client<my_nexus_service>({.endpoint = endpoint});
    co_return (co_await hello.execute<my_nexus_service::hello>({who, language})).message;
  }
};

} // namespace nexus_multiple_args
