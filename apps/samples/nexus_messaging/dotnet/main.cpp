// SPDX-License-Identifier: Apache-2.0
// Workers that handle, workers that call, and who starts the callers: the argument says which.

#include "apps/samples/nexus_common/program.hpp"
#include "apps/samples/nexus_messaging/dotnet/caller.hpp"
#include "apps/samples/nexus_messaging/dotnet/handler.hpp"

#include <iostream>

using namespace nexus_messaging::dotnet;

namespace {

constexpr auto user = "default-user";

int handler_worker() {
  // Before anybody calls; if it runs already, that is as well.
  nexus_common::connect(handler_namespace)
      .start_workflow<greeting_workflow>(
          {.id = nexus_messaging::workflow_id_of(user),
           .task_queue = handler_task_queue,
           .id_conflict_policy = troupe::workflow_id_conflict_policy::use_existing},
          user);
  return nexus_common::run_worker(
      handler_namespace, handler_task_queue, [](troupe::worker& worker) {
        worker.add(greeting_handler()).add<greeting_workflow>().add(greeting_activities());
      });
}

int remote_handler_worker() {
  return nexus_common::run_worker(
      handler_namespace, handler_task_queue, [](troupe::worker& worker) {
        worker.add(remote_greeting_handler()).add<greeting_workflow>().add(greeting_activities());
      });
}

int caller_worker() {
  return nexus_common::run_worker(caller_namespace, caller_task_queue, [](troupe::worker& worker) {
    worker.add<caller_workflow>();
  });
}

int remote_caller_worker() {
  return nexus_common::run_worker(caller_namespace, caller_task_queue, [](troupe::worker& worker) {
    worker.add<caller_remote_workflow>();
  });
}

int print(const std::vector<std::string>& log) {
  for (const auto& line : log)
    std::cout << line << '\n';
  return 0;
}

int caller() {
  return print(
      nexus_common::connect(caller_namespace)
          .execute_workflow<caller_workflow>(
              {.id = "nexus-messaging-caller-workflow-id", .task_queue = caller_task_queue}, user));
}

int remote_caller() {
  return print(nexus_common::connect(caller_namespace)
                   .execute_workflow<caller_remote_workflow>(
                       {.id = "nexus-messaging-remote-caller-workflow-id",
                        .task_queue = caller_task_queue}));
}

} // namespace

int main(int count, char** values) {
  return nexus_common::run_program(
      count,
      values,
      {{"handler-worker", handler_worker},
       {"caller-worker", caller_worker},
       {"caller-workflow", caller},
       {"remote-handler-worker", remote_handler_worker},
       {"remote-caller-worker", remote_caller_worker},
       {"remote-caller-workflow", remote_caller}});
}
