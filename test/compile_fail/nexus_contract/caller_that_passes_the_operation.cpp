// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<void, int> count{"count"};
  static constexpr auto operations = std::tuple{hello, count};
};

async<> calls(workflow::context ctx) {
  auto greeting = ctx.nexus_client<greeting_service>({.endpoint = "greeting"});
#ifdef MISTAKE
  co_await greeting.execute(greeting_service::hello, "Ann");
#else
  co_await greeting.execute<greeting_service::hello>("Ann");
#endif
}
