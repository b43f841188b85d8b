// SPDX-License-Identifier: Apache-2.0
// Starts CallerWorkflow as a client and prints what it returned.

#include "apps/samples/hello_nexus/connect.hpp"
#include "apps/samples/hello_nexus/contract.hpp"

#include <iostream>
#include <tuple>

int main(int argc, char** argv) try {
  using namespace hello_nexus;
  const std::string who = argc > 1 ? argv[1] : "world";
  auto client = connect(caller_namespace);
  auto handle = client.start_workflow<std::tuple<my_output, my_output>>(
      "CallerWorkflow", {.id = "hello-nexus-starter", .task_queue = caller_task_queue}, who);
  const auto [at_once, by_workflow] = handle.result();
  std::cout << at_once.message << '\n' << by_workflow.message << '\n';
} catch (const std::exception& error) {
  std::cerr << "hello_nexus_starter: " << error.what() << '\n';
  return 1;
}
