// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/workflow/contract.hpp>

#include <string>

using namespace troupe;

struct cart {
  static constexpr workflow::update<int(int)> add{"add"};
};

void send(const workflow_handle<int>& to) {
#ifdef MISTAKE
  to.signal<cart::add>(1);
#else
  to.execute_update<cart::add>(1);
#endif
}
