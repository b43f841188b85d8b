// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

async<> spawns(workflow::context ctx) {
#ifdef MISTAKE
  co_await ctx.spawn([](workflow::context) { return 1; });
#else
  co_await ctx.spawn([](workflow::context) -> async<int> { co_return 1; });
#endif
}
