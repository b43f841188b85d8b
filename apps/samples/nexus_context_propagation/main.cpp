// SPDX-License-Identifier: Apache-2.0
// The sample's three programs in one: a worker that handles, a worker that calls, and who starts
// the caller.

#include "apps/samples/nexus_common/program.hpp"
#include "apps/samples/nexus_context_propagation/workflows.hpp"

#include <iostream>
#include <memory>

using namespace nexus_context_propagation;

namespace {

// What a client is given serves its workers as well.
nexus_common::client_interceptors user_propagation() {
  return {std::make_shared<context_propagation_sample::user_propagation>(context_key)};
}

int handler_worker() {
  return nexus_common::run_worker(
      handler_namespace,
      handler_task_queue,
      [](troupe::worker& worker) {
        worker.add(hello_service_handler()).add<hello_handler_workflow>();
      },
      user_propagation());
}

int caller_worker() {
  return nexus_common::run_worker(
      caller_namespace,
      caller_task_queue,
      [](troupe::worker& worker) { worker.add<hello_caller_workflow>(); },
      user_propagation());
}

int caller_workflow() {
  auto client = nexus_common::connect(caller_namespace, user_propagation());
  const context_propagation_sample::acting_for user{"some-user"};
  const auto greeting = client.execute_workflow<hello_caller_workflow>(
      {.id = "nexus-context-propagation-id", .task_queue = caller_task_queue},
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
