// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/nexus/service.hpp>

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

void calls(const client& by) {
#ifdef MISTAKE
  by.nexus_client<greeting_service>("greeting").execute<farewell_service::hello>("Ann");
#else
  by.nexus_client<greeting_service>("greeting").execute<greeting_service::hello>("Ann");
#endif
}
