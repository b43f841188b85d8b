// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

async<> spawns(workflow::context ctx) {
#ifdef MISTAKE
  co_await ctx.spawn([](workflow::context, const std::string&) -> async<> { co_return; }, "Ann");
#else
  co_await ctx.spawn([](workflow::context, std::string) -> async<> { co_return; }, "Ann");
#endif
}
