// SPDX-License-Identifier: Apache-2.0
// A worker that handles, a worker that calls, and who starts the caller: the argument says which.

#include "apps/samples/nexus_common/program.hpp"
#include "apps/samples/nexus_multi_arg/workflows.hpp"

#include <iostream>

using namespace nexus_multi_arg;

namespace {

int handler_worker() {
  return nexus_common::run_worker(
      handler_namespace, handler_task_queue, [](troupe::worker& worker) {
        worker.add(hello_service_handler()).add<hello_handler_workflow>();
      });
}

int caller_worker() {
  return nexus_common::run_worker(caller_namespace, caller_task_queue, [](troupe::worker& worker) {
    worker.add<hello_caller_workflow>();
  });
}

int caller_workflow() {
  auto client = nexus_common::connect(caller_namespace);
  const auto greeting = client.execute_workflow<hello_caller_workflow>(
      {.id = "nexus-multi-arg-id", .task_queue = caller_task_queue},
      "Temporal",
      hello_language::es);
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
