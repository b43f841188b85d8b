// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/implementation.hpp>
#include <troupe/async.hpp>

#include <string>
#include <string_view>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string, int)> greet{"greet"};

activity::implementation made() {
#ifdef MISTAKE
  return activity::implement<greet>([](std::string_view who, int) -> activity::async<std::string> {
    co_return std::string{who};
  });
#else
  return activity::implement<greet>([](std::string who, int) { return who; });
#endif
}
