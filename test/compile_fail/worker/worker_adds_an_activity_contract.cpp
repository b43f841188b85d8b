// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/implementation.hpp>
#include <troupe/worker.hpp>

#include <string>

using namespace troupe;

inline constexpr activity::contract<int(std::string)> count{"count"};

void serve(worker& on) {
#ifdef MISTAKE
  on.add<count>();
#else
  on.add(activity::implement<count>([](const std::string& in) { return int(in.size()); }));
#endif
}
