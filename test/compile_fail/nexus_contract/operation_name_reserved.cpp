// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<int, int> bye{"bye"};
  static constexpr auto operations = std::tuple{hello, bye};
};

struct system_service : nexus::service<"system"> {
#ifdef MISTAKE
  static constexpr operation<int, int> first{"__temporal_first"};
#else
  static constexpr operation<int, int> first{"first"};
#endif
  static constexpr auto operations = std::tuple{first};
};
