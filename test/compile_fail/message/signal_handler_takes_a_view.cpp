// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

void listens(workflow::context ctx) {
#ifdef MISTAKE
  ctx.on_signal("s", [](std::string_view) {});
#else
  ctx.on_signal("s", [](const std::string&) {});
#endif
}
