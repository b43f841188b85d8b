// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

using namespace troupe;

async<> keeps(workflow::context ctx) {
#ifdef MISTAKE
  ctx.side_effect([] {});
#else
  (void)ctx.side_effect([] { return 1; });
#endif
  co_return;
}
