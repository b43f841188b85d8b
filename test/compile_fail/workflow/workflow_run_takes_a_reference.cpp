// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeter {
  static constexpr std::string_view name = "Greeter";
#ifdef MISTAKE
  async<> run(workflow::context, int, const std::string&);
#else
  async<> run(workflow::context, int, std::string);
#endif
};

auto defined() {
  return workflow::define<greeter>();
}
