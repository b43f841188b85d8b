// SPDX-License-Identifier: Apache-2.0
// Runs CallerWorkflow, which calls both operations of MyNexusService through an endpoint.

#include "apps/samples/hello_nexus/connect.hpp"
#include "apps/samples/hello_nexus/contract.hpp"

#include <troupe/worker.hpp>
#include <troupe/workflow/definition.hpp>

#include <iostream>

namespace {

using namespace hello_nexus;
namespace workflow = troupe::workflow;

struct caller_workflow {
  static constexpr std::string_view name = "CallerWorkflow";

  troupe::async<std::tuple<my_output, my_output>> run(workflow::context ctx, std::string who) {
    auto hello = ctx.nexus_client<my_nexus_service>({.endpoint = endpoint});
    // Start the operation and wait for its result in one go.
    auto by_workflow =
        co_await hello.execute<my_nexus_service::my_workflow_run_operation>(my_input{who});
    // Or start it, and wait for its result through the handle.
    auto operation = co_await hello.start<my_nexus_service::my_sync_operation>(my_input{who});
    auto at_once = co_await operation.result();
    co_return std::tuple{at_once, by_workflow};
  }
};

} // namespace

int main() try {
  auto client = connect(caller_namespace);
  troupe::worker worker{client, {.task_queue = caller_task_queue}};
  worker.add<caller_workflow>();
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << "hello_nexus_caller: " << error.what() << '\n';
  return 1;
}
