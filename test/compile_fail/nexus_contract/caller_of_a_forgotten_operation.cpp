// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<std::string, std::string> bye{"bye"};
#ifdef MISTAKE
  static constexpr auto operations = std::tuple{hello};
#else
  static constexpr auto operations = std::tuple{hello, bye};
#endif
};

async<> calls(workflow::context ctx) {
  auto greeting = ctx.nexus_client<greeting_service>({.endpoint = "greeting"});
  co_await greeting.execute<greeting_service::bye>("Ann");
}
