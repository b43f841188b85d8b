// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string_view>

using namespace troupe;

struct greeter {
#ifdef MISTAKE
  explicit greeter(int) {}
#else
  explicit greeter(workflow::context) {}
#endif
  static constexpr std::string_view name = "Greeter";
  async<> run(workflow::context, int) { co_return; }
};

auto defined() {
  return workflow::define<greeter>();
}
