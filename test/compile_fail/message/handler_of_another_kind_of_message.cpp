// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct cart {
  static constexpr workflow::update<void(int)> add{"add"};
};

void listens(workflow::context ctx) {
#ifdef MISTAKE
  ctx.on_signal<cart::add>([](int) {});
#else
  ctx.on_update<cart::add>([](int) {});
#endif
}
