// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/workflow/contract.hpp>

#include <string>

using namespace troupe;

struct greeting {
  static constexpr workflow::signal<std::string> approve{"approve"};
};

void send(const workflow_handle<int>& to) {
#ifdef MISTAKE
  to.signal<greeting::approve>(1);
#else
  to.signal<greeting::approve>("Ann");
#endif
}
