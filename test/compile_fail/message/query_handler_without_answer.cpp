// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

void listens(workflow::context ctx) {
#ifdef MISTAKE
  ctx.on_query("q", [] {});
#else
  ctx.on_query("q", [] { return 1; });
#endif
}
