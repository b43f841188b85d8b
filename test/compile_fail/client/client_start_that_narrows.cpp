// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/workflow/definition.hpp>

#include <string_view>

using namespace troupe;

struct greeter {
  static constexpr std::string_view name = "Greeter";
  async<int> run(workflow::context, int, bool);
};

int execute(const client& by) {
#ifdef MISTAKE
  return by.execute_workflow<greeter>({.id = "g", .task_queue = "q"}, 1.9, true);
#else
  return by.execute_workflow<greeter>({.id = "g", .task_queue = "q"}, 1, true);
#endif
}
