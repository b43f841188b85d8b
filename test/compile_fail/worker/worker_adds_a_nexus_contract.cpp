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
#ifdef MISTAKE
  on.add<greeting_service>();
#else
  on.add(nexus::handler_for<greeting_service>(nexus::sync<greeting_service::hello>(
      [](nexus::start_context, std::string in) { return in; })));
#endif
}
