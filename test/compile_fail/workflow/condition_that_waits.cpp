// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

auto listens(workflow::context ctx) {
#ifdef MISTAKE
  return ctx.wait_condition([]() -> async<bool> { co_return true; });
#else
  return ctx.wait_condition([] { return true; });
#endif
}
