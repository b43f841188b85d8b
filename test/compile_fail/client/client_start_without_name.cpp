// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeter {
#ifndef MISTAKE
  static constexpr std::string_view name = "Greeter";
#endif
  async<int> run(workflow::context, int);
};

int execute(const client& by) {
  return by.execute_workflow<greeter>({.id = "g", .task_queue = "q"}, 1);
}
