// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>
#include <troupe/worker.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr auto operations = std::tuple{hello};
};

void serve(worker& on) {
  auto hello =
      nexus::sync<greeting_service::hello>([](nexus::start_context, std::string in) { return in; });
#ifdef MISTAKE
  on.add(hello);
#else
  on.add(nexus::handler_for<greeting_service>(hello));
#endif
}
