// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

using namespace troupe;

nexus::async<> handle(nexus::start_context ctx) {
#ifdef MISTAKE
  co_await ctx.sleep(5);
#else
  co_await ctx.sleep(std::chrono::seconds{5});
#endif
}
