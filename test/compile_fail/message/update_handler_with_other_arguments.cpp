// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct cart {
  static constexpr workflow::update<int(std::string)> add{"add"};
};

void listens(workflow::context ctx) {
#ifdef MISTAKE
  ctx.on_update<cart::add>([](int) { return 1; });
#else
  ctx.on_update<cart::add>([](std::string) { return 1; });
#endif
}
