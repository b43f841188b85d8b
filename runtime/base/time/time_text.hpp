// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Times as text, in the forms that travel: RFC 3339 and ISO 8601.
namespace troupe {

/// A time in UTC with the range of years 0 to 9999, which nanoseconds in 64 bits have not.
struct instant {
  std::int64_t seconds = 0; ///< since 1970
  std::int32_t nanos = 0;   ///< never negative
};

/// How many digits the fraction of a second gets: as few as possible, or 3, 6 or 9, as protobuf's
/// JSON has it. Zero gets none.
enum class fraction_digits { fewest, thousands };

/// The decimal point and the digits behind it; empty for zero. The sign of `nanos` is dropped.
[[nodiscard]] std::string
fraction_text(std::int64_t nanos, fraction_digits digits = fraction_digits::fewest);

/// `2026-01-31T12:00:00.5Z`. A time beyond the years 1 to 9999 is the first or last of them.
[[nodiscard]] std::string rfc3339(instant time, fraction_digits digits = fraction_digits::fewest);
[[nodiscard]] std::string
rfc3339(time_point time, fraction_digits digits = fraction_digits::fewest);

/// Takes what Go takes: `2006-01-02T15:04:05[.999999999](Z|+hh:mm)`, nothing shorter. Digits beyond
/// nanoseconds are cut off.
[[nodiscard]] std::optional<instant> parse_rfc3339(std::string_view text);

/// Takes what JSON libraries write for a time: also without seconds, with a space for the `T`, a
/// comma for the point, `+hh` or `+hhmm`, and a leap second, which is the next minute's first. A
/// time without an offset is refused: nobody knows where it is local.
[[nodiscard]] std::optional<instant> parse_iso8601(std::string_view text);

} // namespace troupe
