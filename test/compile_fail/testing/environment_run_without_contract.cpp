// SPDX-License-Identifier: Apache-2.0
#include <troupe/testing/activity_environment.hpp>

#include <string>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};
inline constexpr int greeting = 1;

bool is_done(const testing::activity_environment& env) {
#ifdef MISTAKE
  return env.run<greeting>({}, "Ann").heartbeats.empty();
#else
  return env.run<greet>({}, "Ann").heartbeats.empty();
#endif
}
