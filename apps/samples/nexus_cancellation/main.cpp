// SPDX-License-Identifier: Apache-2.0
// A worker that handles, a worker that calls, and who starts the caller: the argument says which.

#include "apps/samples/nexus_cancel/race.hpp"
#include "apps/samples/nexus_cancellation/contract.hpp"
#include "apps/samples/nexus_common/program.hpp"

#include <iostream>

using namespace nexus_cancellation;

namespace {

int handler_worker() {
  return nexus_common::run_worker(
      handler_namespace, handler_task_queue, [](troupe::worker& worker) {
        worker.add(nexus_cancel::hello_handler<hello_service>())
            .add<nexus_cancel::hello_handler_workflow<hello_service>>();
      });
}

int caller_worker() {
  return nexus_common::run_worker(caller_namespace, caller_task_queue, [](troupe::worker& worker) {
    worker.add<nexus_cancel::hello_caller_workflow<hello_service>>();
  });
}

int caller_workflow() {
  auto client = nexus_common::connect(caller_namespace);
  const auto greeting = client.execute_workflow<nexus_cancel::hello_caller_workflow<hello_service>>(
      {.id = "nexus-cancellation-hello-id", .task_queue = caller_task_queue}, "Temporal");
  std::cout << "Workflow result: " << greeting << '\n';
  return 0;
}

} // namespace

int main(int count, char** values) {
  return nexus_common::run_program(
      count,
      values,
      {{"handler-worker", handler_worker},
       {"caller-worker", caller_worker},
       {"caller-workflow", caller_workflow}});
}
