// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<int, int> bye{"bye"};
  static constexpr auto operations = std::tuple{hello, bye};
};

#ifdef MISTAKE
troupe::async<int> twice(int in) {
  co_return 2 * in;
}
#else
nexus::async<int> twice(int in) {
  co_return 2 * in;
}
#endif

auto handler() {
  return nexus::sync<greeting_service::bye>(
      [](nexus::start_context, int in) -> nexus::async<int> { co_return co_await twice(in); });
}
