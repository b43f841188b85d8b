// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/workflow/contract.hpp>

#include <string>

using namespace troupe;

struct cart {
  static constexpr workflow::update<int(std::string, int)> add{"add"};
};

int send(const workflow_handle<int>& to) {
#ifdef MISTAKE
  return to.execute_update<cart::add>("pen");
#else
  return to.execute_update<cart::add>("pen", 2);
#endif
}
