// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr auto operations = std::tuple{hello};
};

struct farewell_service : nexus::service<"farewell"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr auto operations = std::tuple{hello};
};

async<> calls(workflow::context ctx) {
  auto greeting = ctx.nexus_client<greeting_service>({.endpoint = "greeting"});
#ifdef MISTAKE
  co_await greeting.execute<farewell_service::hello>("Ann");
#else
  co_await greeting.execute<greeting_service::hello>("Ann");
#endif
}
