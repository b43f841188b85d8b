// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/handler.hpp>

#include <string>

using namespace troupe;

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> hello{"hello"};
  static constexpr operation<int, int> bye{"bye"};
  static constexpr auto operations = std::tuple{hello, bye};
};

struct greeter {
  static constexpr std::string_view name = "Greeter";
#ifdef MISTAKE
  async<std::string> run(workflow::context, int in);
#else
  async<int> run(workflow::context, int in);
#endif
};

auto handler() {
  return nexus::workflow_run<greeting_service::bye>(
      [](nexus::start_context, int in) { return nexus::start_workflow<greeter>({.id = "w"}, in); });
}
