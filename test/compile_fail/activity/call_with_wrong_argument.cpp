// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <chrono>
#include <string>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string, int)> greet{"greet"};

async<std::string> calls(workflow::context ctx) {
#ifdef MISTAKE
  co_return co_await ctx.execute<greet>({.start_to_close_timeout = std::chrono::seconds{1}}, 1, 1);
#else
  co_return co_await ctx.execute<greet>(
      {.start_to_close_timeout = std::chrono::seconds{1}}, "Ann", 1);
#endif
}
