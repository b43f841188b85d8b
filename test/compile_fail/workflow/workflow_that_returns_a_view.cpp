// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeter {
  static constexpr std::string_view name = "Greeter";
#ifdef MISTAKE
  async<std::string_view> run(workflow::context, std::string);
#else
  async<std::string> run(workflow::context, std::string);
#endif
};

auto defined() {
  return workflow::define<greeter>();
}
