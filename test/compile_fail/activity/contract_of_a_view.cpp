// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/contract.hpp>

#include <string>
#include <string_view>

using namespace troupe;

#ifdef MISTAKE
using taken = std::string_view;
#else
using taken = std::string;
#endif

inline constexpr activity::contract<int(taken)> count{"count"};
