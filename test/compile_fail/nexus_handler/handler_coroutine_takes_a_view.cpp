// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<void, int> count{"count"};
  static constexpr auto operations = std::tuple{hello, count};
};

#ifdef MISTAKE
using input = std::string_view;
#else
using input = std::string;
#endif

auto handler() {
  return nexus::sync<greeting_service::hello>(
      [](nexus::start_context, input in) -> nexus::async<std::string> {
        co_return std::string{in};
      });
}
