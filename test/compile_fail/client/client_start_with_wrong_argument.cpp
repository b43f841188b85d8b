// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeter {
  static constexpr std::string_view name = "Greeter";
  async<int> run(workflow::context, std::string, int);
};

int execute(const client& by) {
#ifdef MISTAKE
  return by.execute_workflow<greeter>({.id = "g", .task_queue = "q"}, 1, 1);
#else
  return by.execute_workflow<greeter>({.id = "g", .task_queue = "q"}, "Ann", 1);
#endif
}
