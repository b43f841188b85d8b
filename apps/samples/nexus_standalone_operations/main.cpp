// SPDX-License-Identifier: Apache-2.0
// The sample's two programs in one: a worker that handles operations, and who calls them without a
// workflow.

#include "apps/samples/nexus_common/program.hpp"
#include "apps/samples/nexus_standalone_operations/handler.hpp"
#include "apps/samples/nexus_standalone_operations/starter.hpp"

#include <iostream>

using namespace nexus_standalone_operations;

namespace {

int worker() {
  return nexus_common::run_worker("my-handler-namespace", task_queue, [](troupe::worker& to) {
    to.add(handler()).add<hello_workflow>();
  });
}

int starter() {
  run_starter(nexus_common::connect("my-caller-namespace"), std::cout);
  return 0;
}

} // namespace

int main(int count, char** values) {
  return nexus_common::run_program(count, values, {{"worker", worker}, {"starter", starter}});
}
