// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

using namespace troupe;

async<> run(workflow::context ctx) {
#ifdef MISTAKE
  co_await ctx.sleep(5);
#else
  co_await ctx.sleep(std::chrono::seconds{5});
#endif
}
