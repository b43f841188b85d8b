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
using context = const nexus::start_context&;
#else
using context = nexus::start_context;
#endif

auto handler() {
  return nexus::sync<greeting_service::count>([](context) -> nexus::async<int> { co_return 1; });
}
