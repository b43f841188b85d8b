// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

void listens(workflow::context ctx) {
#ifdef MISTAKE
  ctx.on_update("u", [](int) {}, [](std::string) {});
#else
  ctx.on_update("u", [](int) {}, [](int) {});
#endif
}
