// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/contract.hpp>
#include <troupe/client.hpp>

#include <string>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string, int)> greet{"greet"};

std::string execute(const client& by) {
#ifdef MISTAKE
  return by.execute_activity<greet>({.id = "g", .task_queue = "q"}, 1, 1);
#else
  return by.execute_activity<greet>({.id = "g", .task_queue = "q"}, "Ann", 1);
#endif
}
