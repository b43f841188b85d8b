// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

struct cart {
  explicit cart(workflow::context ctx) {
#ifdef MISTAKE
    ctx.on_update("add", this, &cart::add, &cart::count_and_check);
#else
    ctx.on_update("add", this, &cart::add, &cart::check);
#endif
  }
  int add(int n) { return total += n; }
  void check(int) const {}
  void count_and_check(int) { ++total; }
  int total = 0;
};
