// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::telemetry {

enum class metric_kind : std::uint8_t {
  counter,   ///< only grows
  gauge,     ///< goes up and down; those of several meters are summed
  histogram, ///< how often values of which size were seen
};

/// What the numbers of a metric are. Who exposes them converts: durations are nanoseconds here,
/// and numbers that need not be whole are millionths.
enum class metric_unit : std::uint8_t { none, duration, bytes, millionths };

/// What is measured, under the name and with the meaning that Temporal's SDKs give it, where they
/// have it. Names are without a prefix: who exposes them puts `temporal_` in front, `troupe_`
/// before those that only we have, and nothing before a program's own. A program's metric and one
/// of ours may have the same name.
///
/// A registry copies what it is given, so texts and bounds need to live only during the call.
struct metric {
  std::string_view name;
  metric_kind kind = metric_kind::counter;
  std::string_view help = {};
  metric_unit unit = metric_unit::none;
  /// Of a histogram: upper bounds, inclusive, ascending; what is above the last has a bucket too.
  std::span<const std::int64_t> bounds = {};
  /// Of a histogram: also keeps what `histogram_value::quantile` needs, 4 KiB for each meter.
  bool has_quantiles = false;
  bool is_ours = false;       ///< Temporal's SDKs have none of this name
  bool is_of_program = false; ///< neither they nor we: the program's own, named as it is
};

/// A histogram of durations.
constexpr metric
latency(std::string_view name, std::string_view help, std::span<const std::int64_t> bounds) {
  return {
      .name = name,
      .kind = metric_kind::histogram,
      .help = help,
      .unit = metric_unit::duration,
      .bounds = bounds};
}
/// One that can also be asked for quantiles.
constexpr metric latency_with_quantiles(
    std::string_view name, std::string_view help, std::span<const std::int64_t> bounds) {
  auto made = latency(name, help, bounds);
  made.has_quantiles = true;
  return made;
}

/// One dimension of a metric, e.g. `poller_type` = `nexus_task`.
struct label {
  std::string name;
  std::string value;

  friend auto operator<=>(const label&, const label&) = default;
};
using labels = std::vector<label>;

/// Upper bounds of histogram buckets from milliseconds.
template <class... Milliseconds>
consteval auto milliseconds(Milliseconds... each) {
  return std::array<std::int64_t, sizeof...(each)>{std::int64_t{each} * 1'000'000 ...};
}

} // namespace troupe::telemetry
