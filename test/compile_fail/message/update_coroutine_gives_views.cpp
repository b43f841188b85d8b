// SPDX-License-Identifier: Apache-2.0
#include <troupe/workflow/definition.hpp>

#include <string>
#include <string_view>

using namespace troupe;

void listens(workflow::context ctx) {
#ifdef MISTAKE
  ctx.on_update("u", []() -> async<std::string_view> { co_return ""; });
#else
  ctx.on_update("u", []() -> async<std::string> { co_return ""; });
#endif
}
