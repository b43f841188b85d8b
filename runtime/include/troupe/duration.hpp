// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace troupe {

/// A span of time for people, as Go and Temporal's command line print it: `1.5s`, `650ms`, `2m0s`,
/// `72h0m0s`. For log lines and error texts: `"gave up after " + troupe::to_string(timeout)`.
[[nodiscard]] std::string to_string(std::chrono::nanoseconds span);

/// Any span in nanoseconds. What 64 bits of them do not hold (292 years) is the longest or the
/// shortest that they do, where the conversion of `std::chrono` wraps round: `hours::max()` becomes
/// a negative time. Not a number is no time.
template <class Rep, class Period>
[[nodiscard]] constexpr std::chrono::nanoseconds
saturate(std::chrono::duration<Rep, Period> span) noexcept {
  using wide = std::chrono::duration<long double, std::nano>;
  const wide exact{span};
  if (!(exact == exact))
    return {};
  if (exact >= wide{std::chrono::nanoseconds::max()})
    return std::chrono::nanoseconds::max();
  if (exact <= wide{std::chrono::nanoseconds::min()})
    return std::chrono::nanoseconds::min();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(span);
}

} // namespace troupe
