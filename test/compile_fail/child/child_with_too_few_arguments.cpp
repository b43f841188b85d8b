// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeter {
  static constexpr std::string_view name = "Greeter";
  async<int> run(workflow::context, std::string, int);
};

async<int> parent(workflow::context ctx) {
#ifdef MISTAKE
  co_return co_await ctx.execute_child<greeter>({.id = "child"}, "Ann");
#else
  co_return co_await ctx.execute_child<greeter>({.id = "child"}, "Ann", 1);
#endif
}
