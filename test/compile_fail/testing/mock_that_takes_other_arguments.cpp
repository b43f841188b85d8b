// SPDX-License-Identifier: Apache-2.0
#include <troupe/testing/mock.hpp>

#include <string>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};

auto mocked() {
  auto greeted = testing::mock_activity<greet>();
#ifdef MISTAKE
  greeted.answers([](int) { return std::string{}; });
#else
  greeted.answers([](const std::string& who) { return who; });
#endif
  return greeted;
}
