// SPDX-License-Identifier: Apache-2.0
#include <troupe/testing/activity_environment.hpp>

#include <string>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};

bool is_done(const testing::activity_environment& env) {
#ifdef MISTAKE
  return env.run<greet>({}, 7).heartbeats.empty();
#else
  return env.run<greet>({}, "Ann").heartbeats.empty();
#endif
}
