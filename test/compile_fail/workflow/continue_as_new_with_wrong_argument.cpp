// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct greeter {
  static constexpr std::string_view name = "Greeter";
  async<int> run(workflow::context, std::string, int);
};

async<> again(workflow::context ctx) {
#ifdef MISTAKE
  ctx.continue_as_new<greeter>(1, 1);
#else
  ctx.continue_as_new<greeter>(std::string{"Ann"}, 1);
#endif
  co_return;
}
