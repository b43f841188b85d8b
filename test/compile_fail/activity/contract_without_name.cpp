// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/contract.hpp>

#include <string>

using namespace troupe;

#ifdef MISTAKE
inline constexpr activity::contract<int(std::string)> count{""};
#else
inline constexpr activity::contract<int(std::string)> count{"count"};
#endif
