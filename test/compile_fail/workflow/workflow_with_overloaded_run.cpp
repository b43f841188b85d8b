// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeter {
  static constexpr std::string_view name = "Greeter";
  async<> run(workflow::context);
#ifdef MISTAKE
  async<> run(workflow::context, int);
#endif
};

auto defined() {
  return workflow::define<greeter>();
}
