// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/context.hpp>
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

#ifdef MISTAKE
nexus::async<int> count();
#else
async<int> count();
#endif

async<int> counts(workflow::context) {
  co_return co_await count();
}
