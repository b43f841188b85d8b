// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <limits>

namespace troupe {

/// The sum, or the end of the range (the year 2262, or 1677) if there is no such time point. For
/// every sum with a duration that came from outside: a timer of centuries is due at the end of
/// time, not in the past.
constexpr time_point later(time_point when, duration by) noexcept {
  const auto from = when.time_since_epoch().count();
  const auto more = by.count();
  using limits = std::numeric_limits<duration::rep>;
  if (more > 0 && from > limits::max() - more)
    return time_point::max();
  if (more < 0 && from < limits::min() - more)
    return time_point::min();
  return when + by;
}

/// Two durations together, or the longest there is.
constexpr duration together(duration left, duration right) noexcept {
  return later(time_point{left}, right).time_since_epoch();
}

/// The difference, or the longest duration of its sign.
constexpr duration between(time_point from, time_point to) noexcept {
  const auto start = from.time_since_epoch().count();
  using limits = std::numeric_limits<duration::rep>;
  if (start == limits::min())
    return to.time_since_epoch().count() < 0 ? to - from : duration::max();
  return later(to, duration{-start}).time_since_epoch();
}

/// So many seconds; not a number is none, what is too long is the longest.
constexpr duration seconds_of(double count) noexcept {
  constexpr double limit = 9.2e9;
  if (!(count == count))
    return duration{};
  if (count >= limit)
    return duration::max();
  if (count <= -limit)
    return duration::min();
  return duration{static_cast<duration::rep>(count * 1e9)};
}

} // namespace troupe
