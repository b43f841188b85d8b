// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

void listens(workflow::context ctx) {
#ifdef MISTAKE
  ctx.on_update("u", [](const std::string& text) -> async<std::string> { co_return text; });
#else
  ctx.on_update("u", [](std::string text) -> async<std::string> { co_return text; });
#endif
}
