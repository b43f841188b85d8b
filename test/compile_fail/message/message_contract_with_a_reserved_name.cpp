// SPDX-License-Identifier: Apache-2.0
#include <troupe/client.hpp>
#include <troupe/workflow/contract.hpp>

#include <string>

using namespace troupe;

#ifdef MISTAKE
inline constexpr workflow::signal<int> say{"__temporal_say"};
#else
inline constexpr workflow::signal<int> say{"say"};
#endif
