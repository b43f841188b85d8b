// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

using namespace troupe;

async<> run(workflow::context ctx) {
#ifdef MISTAKE
  ctx.sleep(std::chrono::seconds{5});
#endif
  co_await ctx.sleep(std::chrono::seconds{5});
}
