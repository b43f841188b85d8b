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
  return nexus::sync<greeting_service::hello>(
#ifdef MISTAKE
      [](nexus::start_context, const std::string& in) -> nexus::async<std::string> { co_return in; }
#else
      [](nexus::start_context, std::string in) -> nexus::async<std::string> { co_return in; }
#endif
  );
}

// A plain function is done before its argument goes.
auto plain() {
  return nexus::sync<greeting_service::hello>(
      [](const nexus::start_context&, const std::string& in) { return in; });
}
