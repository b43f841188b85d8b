// SPDX-License-Identifier: Apache-2.0
#include <troupe/testing/nexus.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<void, int> count{"count"};
  static constexpr auto operations = std::tuple{hello, count};
};

struct farewell_service : nexus::service<"farewell"> {
  static constexpr operation<std::string, std::string> bye{"bye"};
  static constexpr operation<std::string, std::string> forgotten{"forgotten"};
  static constexpr auto operations = std::tuple{bye};
};

auto answer(testing::nexus_environment& environment) {
#ifdef MISTAKE
  return environment.start<greeting_service, farewell_service::bye>("Ann");
#else
  return environment.start<greeting_service, greeting_service::hello>("Ann");
#endif
}
