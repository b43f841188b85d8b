// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

async<> spawns(workflow::context ctx) {
#ifdef MISTAKE
  co_await ctx.spawn(
      [](workflow::context, std::string_view) -> async<> { co_return; }, std::string{"Ann"});
#else
  co_await ctx.spawn(
      [](workflow::context, std::string) -> async<> { co_return; }, std::string{"Ann"});
#endif
}
