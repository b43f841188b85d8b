// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/context.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<void, int> count{"count"};
  static constexpr auto operations = std::tuple{hello, count};
};

auto handler(workflow::context ctx) {
  return nexus::sync<greeting_service::count>([ctx](nexus::start_context own) -> nexus::async<int> {
#ifdef MISTAKE
    co_await ctx.sleep(std::chrono::seconds{1});
#else
    co_await own.sleep(std::chrono::seconds{1});
#endif
    co_return 1;
  });
}
