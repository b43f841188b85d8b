// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace troupe::telemetry {

/// Buckets an eighth of a power of two wide, over all values: a quantile read from them is right to
/// some 6 %.
struct log_scale {
  static constexpr std::size_t bucket_count = 64 * 8;

  [[nodiscard]] static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < 8)
      return value;
    const auto octave = static_cast<std::size_t>(std::bit_width(value)) - 4;
    return (octave + 1) * 8 + ((value >> octave) & 7);
  }
  /// The middle of a bucket.
  [[nodiscard]] static constexpr std::uint64_t value_of(std::size_t bucket) noexcept {
    if (bucket < 8)
      return bucket;
    const auto width = std::uint64_t{1} << (bucket / 8 - 1);
    return (8 + bucket % 8) * width + width / 2;
  }
};

} // namespace troupe::telemetry
