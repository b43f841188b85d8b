// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <chrono>
#include <string>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};

std::string make_greeting(std::string name) {
  return "Hello " + name;
}

async<std::string> calls(workflow::context ctx) {
#ifdef MISTAKE
  (void)ctx.execute(&make_greeting, {.start_to_close_timeout = std::chrono::seconds{1}}, "Ann");
  co_return "";
#else
  co_return co_await ctx.execute<greet>({.start_to_close_timeout = std::chrono::seconds{1}}, "Ann");
#endif
}
