// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<int, int> bye{"bye"};
  static constexpr auto operations = std::tuple{hello, bye};
};

auto handler() {
  return nexus::handler_for<greeting_service>(
      nexus::sync<greeting_service::hello>([](nexus::start_context, std::string in) { return in; })
#ifndef MISTAKE
          ,
      nexus::sync<greeting_service::bye>([](nexus::start_context, int in) { return in; })
#endif
  );
}
