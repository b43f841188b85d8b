// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <cstdint>

namespace troupe {

/// So many whole seconds after 1970, or the end of the range on their side: files of others have
/// years that nanoseconds cannot count to.
constexpr time_point at_seconds(std::int64_t count) noexcept {
  constexpr std::int64_t limit = 9'223'372'036;
  if (count > limit)
    return time_point::max();
  if (count < -limit)
    return time_point::min();
  return time_point{duration{count * 1'000'000'000}};
}

} // namespace troupe
