// SPDX-License-Identifier: Apache-2.0
#include <troupe/testing/mock.hpp>

#include <string>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};

auto mocked() {
  auto greeted = testing::mock_activity<greet>();
#ifdef MISTAKE
  greeted.returns(greet);
#else
  greeted.returns("hello");
#endif
  return greeted;
}
