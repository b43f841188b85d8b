// SPDX-License-Identifier: Apache-2.0
// Serves MyNexusService: one operation that answers at once, one that a workflow answers.

#include "apps/samples/hello_nexus/connect.hpp"
#include "apps/samples/hello_nexus/contract.hpp"

#include <troupe/nexus/handler.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/definition.hpp>

#include <iostream>

namespace {

using namespace hello_nexus;
namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

struct workflow_started_by_nexus_operation {
  static constexpr std::string_view name = "WorkflowStartedByNexusOperation";

  troupe::async<my_output> run(workflow::context, my_input input) {
    co_return my_output{"Hello " + input.name + " from workflow run operation!"};
  }
};

auto my_nexus_service_handler() {
  return nexus::handler_for<my_nexus_service>(
      nexus::sync<my_nexus_service::my_sync_operation>(
          [](nexus::start_context, my_input input) -> my_output {
            return {"Hello " + input.name + " from sync operation!"};
          }),
      nexus::workflow_run<my_nexus_service::my_workflow_run_operation>(
          [](nexus::start_context, my_input input) {
            return nexus::start_workflow<workflow_started_by_nexus_operation>(
                {.id = "hello-nexus-workflow-" + input.name}, input);
          }));
}

} // namespace

int main() try {
  auto client = connect(handler_namespace);
  troupe::worker worker{client, {.task_queue = handler_task_queue}};
  worker.add(my_nexus_service_handler());
  worker.add<workflow_started_by_nexus_operation>();
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << "hello_nexus_handler: " << error.what() << '\n';
  return 1;
}
