// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeter {
  static constexpr std::string_view name = "Greeter";
#ifdef MISTAKE
  std::string run(workflow::context);
#else
  async<std::string> run(workflow::context);
#endif
};

auto defined() {
  return workflow::define<greeter>();
}
