// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/workflow/contract.hpp>

#include <string>

using namespace troupe;

#ifdef MISTAKE
inline constexpr workflow::update<int(std::string_view)> add{"add"};
#else
inline constexpr workflow::update<int(std::string)> add{"add"};
#endif
