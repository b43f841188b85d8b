// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeter {
#ifdef MISTAKE
  static const std::string name;
#else
  static constexpr std::string_view name = "Greeter";
#endif
  async<> run(workflow::context);
};

auto defined() {
  return workflow::define<greeter>();
}
