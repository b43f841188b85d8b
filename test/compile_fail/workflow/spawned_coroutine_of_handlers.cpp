// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/context.hpp>
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

nexus::async<> of_handlers();
async<> of_workflows();

async<> spawns(workflow::context ctx) {
#ifdef MISTAKE
  co_await ctx.spawn(of_handlers());
#else
  co_await ctx.spawn(of_workflows());
#endif
}
