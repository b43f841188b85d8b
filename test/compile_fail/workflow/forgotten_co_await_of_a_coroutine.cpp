// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

using namespace troupe;

async<> step(workflow::context ctx) {
  co_await ctx.sleep(std::chrono::seconds{5});
}

async<> run(workflow::context ctx) {
#ifdef MISTAKE
  step(ctx);
#endif
  co_await step(ctx);
}
