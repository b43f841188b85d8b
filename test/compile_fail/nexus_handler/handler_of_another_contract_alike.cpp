// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

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

auto handler() {
  return nexus::handler_for<greeting_service>(
#ifdef MISTAKE
      nexus::sync<farewell_service::hello>(
#else
      nexus::sync<greeting_service::hello>(
#endif
          [](nexus::start_context, std::string in) { return in; }));
}
