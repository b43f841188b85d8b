// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/metrics_json.hpp"

#include "runtime/base/text/json_text.hpp"
#include "runtime/otlp/json_parts.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

namespace troupe::otlp {

namespace {

using telemetry::family_value;
using telemetry::metric_kind;
using telemetry::metric_unit;
using telemetry::series_value;

constexpr int cumulative = 2; // AGGREGATION_TEMPORALITY_CUMULATIVE

/// JSON has no number for what is none.
void append_number(std::string& to, double value) {
  if (!std::isfinite(value))
    value = 0;
  char text[32];
  to.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

class writer {
public:
  writer(std::string& to, const metrics_frame& with) : to_(to), with_(with) {}

  void family(const family_value& what) {
    if (what.series.empty())
      return;
    if (to_.back() != '[')
      to_ += ',';
    to_ += R"({"name":)";
    append_quoted(
        to_,
        (what.is_of_program ? ""
         : what.is_ours     ? "troupe_"
                            : "temporal_")
            + what.name);
    to_ += R"(,"description":)";
    append_quoted(to_, what.help);
    to_ += R"(,"unit":)";
    to_ += what.unit == metric_unit::duration ? R"("s")"
           : what.unit == metric_unit::bytes  ? R"("By")"
                                              : R"("1")";
    switch (what.kind) {
    case metric_kind::counter: to_ += R"(,"sum":{)"; break;
    case metric_kind::gauge: to_ += R"(,"gauge":{)"; break;
    case metric_kind::histogram: to_ += R"(,"histogram":{)"; break;
    }
    if (what.kind != metric_kind::gauge)
      to_ += R"("aggregationTemporality":)" + std::to_string(cumulative) + ',';
    if (what.kind == metric_kind::counter)
      to_ += R"("isMonotonic":true,)";
    to_ += R"("dataPoints":[)";
    bool is_first = true;
    for (const auto& each : what.series) {
      if (!std::exchange(is_first, false))
        to_ += ',';
      point(what, each);
    }
    to_ += "]}}";
  }

private:
  void point(const family_value& of, const series_value& what) {
    to_ += R"({"attributes":[)";
    for (const auto& each : what.labels)
      append_attribute(to_, each.name, each.value);
    to_ += ']';
    if (of.kind != metric_kind::gauge) {
      to_ += R"(,"startTimeUnixNano":)";
      append_time(to_, with_.since);
    }
    to_ += R"(,"timeUnixNano":)";
    append_time(to_, with_.now);
    if (of.kind != metric_kind::histogram) {
      to_ += R"(,"asDouble":)";
      append_number(to_, scaled(of, what.value));
    } else {
      const auto& seen = what.histogram;
      to_ += R"(,"count":)";
      append_integer(to_, seen.count);
      to_ += R"(,"sum":)";
      append_number(to_, scaled(of, static_cast<double>(seen.sum)));
      to_ += R"(,"bucketCounts":[)";
      for (std::size_t i = 0; i < seen.counts.size(); ++i) {
        if (i > 0)
          to_ += ',';
        append_integer(to_, seen.counts[i]);
      }
      to_ += R"(],"explicitBounds":[)";
      for (std::size_t i = 0; i < seen.bounds.size(); ++i) {
        if (i > 0)
          to_ += ',';
        append_number(to_, scaled(of, static_cast<double>(seen.bounds[i])));
      }
      to_ += ']';
    }
    to_ += '}';
  }

  static double scaled(const family_value& of, double value) {
    switch (of.unit) {
    case metric_unit::duration: return value / 1e9;
    case metric_unit::millionths: return value / 1e6;
    case metric_unit::none:
    case metric_unit::bytes: break;
    }
    return value;
  }

  std::string& to_;
  const metrics_frame& with_;
};

} // namespace

std::string to_json(const telemetry::snapshot& from, const metrics_frame& with) {
  std::string text = R"({"resourceMetrics":[{"resource":{"attributes":[)";
  for (const auto& [key, value] : with.resource)
    append_attribute(text, key, value);
  text += R"(]},"scopeMetrics":[{"scope":{"name":"troupe"},"metrics":[)";
  writer to{text, with};
  for (const auto& each : from.families)
    to.family(each);
  text += "]}]}]}";
  return text;
}

} // namespace troupe::otlp
