// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

inline constexpr workflow::signal<std::string> approve{"approve"};

async<> parent(workflow::context ctx) {
  const auto child = co_await ctx.start_child<int>("Greeter", {.id = "child"});
#ifdef MISTAKE
  co_await child.signal<approve>(5, 1);
#else
  co_await child.signal<approve>("Ann");
#endif
}
