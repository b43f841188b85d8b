// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace troupe;

struct greeter {
  static constexpr std::string_view name = "Greeter";
#ifdef MISTAKE
  async<std::vector<std::string_view>> run(workflow::context);
#else
  async<std::vector<std::string>> run(workflow::context);
#endif
};

auto defined() {
  return workflow::define<greeter>();
}
