// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<void, int> count{"count"};
  static constexpr auto operations = std::tuple{hello, count};
};

auto handler() {
#ifdef MISTAKE
  return nexus::workflow_run<greeting_service::hello>(
#else
  return nexus::sync<greeting_service::hello>(
#endif
      [](nexus::start_context, std::string in) { return in; });
}
