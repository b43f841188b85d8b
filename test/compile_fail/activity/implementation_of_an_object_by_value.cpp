// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/implementation.hpp>

#include <memory>
#include <string>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};

struct greeter {
  std::string greet_one(std::string who) { return who; }
};

activity::implementation made() {
#ifdef MISTAKE
  return activity::implement<greet>(greeter{}, &greeter::greet_one);
#else
  return activity::implement<greet>(std::make_shared<greeter>(), &greeter::greet_one);
#endif
}
