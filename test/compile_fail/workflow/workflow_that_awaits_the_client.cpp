// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/workflow/context.hpp>

#include <string>

using namespace troupe;

#ifdef MISTAKE
async<int> count(client caller) {
  co_return co_await caller.async().get_workflow("id").query<int>("count");
}
#else
int count(const client& caller) {
  return caller.get_workflow("id").query<int>("count");
}
#endif
