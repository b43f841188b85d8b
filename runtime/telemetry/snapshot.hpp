// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/metric.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::telemetry {

/// A histogram at one moment, over all meters.
struct histogram_value {
  std::vector<std::int64_t> bounds;
  std::vector<std::uint64_t> counts; ///< one more than bounds: what is above the last
  std::uint64_t count = 0;           ///< of all values; the sum of `counts`
  std::uint64_t sum = 0;             ///< of the values themselves; may lag behind `count`
  std::vector<std::uint64_t> fine;   ///< by `log_scale`; empty if the metric keeps no quantiles

  /// Adds one of the same shape.
  void merge(const histogram_value& other);
  /// The value that a share `q` of all stayed below, right to some 6 %; 0 if there were none or no
  /// quantiles are kept.
  [[nodiscard]] std::uint64_t quantile(double q) const noexcept;
};

/// One metric with one set of labels.
struct series_value {
  telemetry::labels labels; ///< by name
  double value = 0;         ///< of counters and gauges
  histogram_value histogram;

  /// The value of a label; nothing if it has none of that name.
  [[nodiscard]] std::optional<std::string_view> label(std::string_view name) const noexcept;
  /// True if it has all of these labels.
  [[nodiscard]] bool matches(const telemetry::labels& wanted) const noexcept;
};

/// A metric at one moment, with all its series.
struct family_value {
  std::string name;
  metric_kind kind = metric_kind::counter;
  std::string help;
  metric_unit unit = metric_unit::none;
  bool is_ours = false;       ///< `metric::is_ours`
  bool is_of_program = false; ///< `metric::is_of_program`
  std::vector<series_value> series;
};

/// All that a registry knows at one moment: what an exporter writes out. Plain data.
struct snapshot {
  /// By name; of one name that of a program comes last.
  std::vector<family_value> families;

  [[nodiscard]] const family_value* find(std::string_view name) const noexcept;
  /// The sum of a counter or gauge over all series that have these labels; 0 if there are none.
  [[nodiscard]] double total(std::string_view name, const labels& wanted = {}) const noexcept;
  /// The same of a histogram.
  [[nodiscard]] histogram_value histogram(std::string_view name, const labels& wanted = {}) const;

  /// Adds another registry's: what has the same name and labels is summed.
  void merge(snapshot&& other);
};

} // namespace troupe::telemetry
