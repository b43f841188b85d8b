// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<int, int> bye{"bye"};
  static constexpr auto operations = std::tuple{hello, bye};
};

struct doubled_service : nexus::service<"doubled"> {
  static constexpr operation<int, int> first{"first"};
#ifdef MISTAKE
  static constexpr operation<int, int> second{"first"};
#else
  static constexpr operation<int, int> second{"second"};
#endif
  static constexpr auto operations = std::tuple{first, second};
};

auto handler() {
  return nexus::handler_for<doubled_service>(
      nexus::sync<doubled_service::first>([](nexus::start_context, int in) { return in; }),
      nexus::sync<doubled_service::second>([](nexus::start_context, int in) { return in; }));
}
