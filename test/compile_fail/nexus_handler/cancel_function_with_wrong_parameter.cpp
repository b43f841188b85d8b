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
using context = nexus::start_context;
#else
using context = nexus::cancel_context;
#endif

auto handler() {
  return nexus::operation_handler<greeting_service::count>(
      [](nexus::start_context) { return nexus::async_started{"token"}; }, [](context) {});
}
