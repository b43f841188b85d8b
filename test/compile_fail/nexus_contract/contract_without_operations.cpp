// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<int, int> twice{"twice"};
#ifndef MISTAKE
  static constexpr auto operations = std::tuple{twice};
#endif
};

auto handler() {
  return nexus::handler_for<greeting_service>(
      nexus::sync<greeting_service::twice>([](nexus::start_context, int in) { return 2 * in; }));
}
