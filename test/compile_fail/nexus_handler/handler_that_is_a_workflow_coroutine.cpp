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
using returned = troupe::async<int>;
#else
using returned = nexus::async<int>;
#endif

auto handler() {
  return nexus::sync<greeting_service::bye>(
      [](nexus::start_context, int in) -> returned { co_return in; });
}
