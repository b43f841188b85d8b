// SPDX-License-Identifier: Apache-2.0
#include <troupe/testing/mock.hpp>

#include <string>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};
inline constexpr int greeting = 1;

auto mocked() {
#ifdef MISTAKE
  return testing::mock_activity<greeting>();
#else
  return testing::mock_activity<greet>();
#endif
}
