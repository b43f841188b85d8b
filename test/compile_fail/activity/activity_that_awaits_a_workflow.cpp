// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/implementation.hpp>
#include <troupe/workflow/definition.hpp>

#include <string>

using namespace troupe;

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};

async<std::string> of_a_workflow();
activity::async<std::string> of_activities();

activity::async<std::string> greets(std::string) {
#ifdef MISTAKE
  co_return co_await of_a_workflow();
#else
  co_return co_await of_activities();
#endif
}
