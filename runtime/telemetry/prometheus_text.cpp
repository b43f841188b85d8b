// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/prometheus_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>

namespace troupe::telemetry {

namespace {

constexpr std::string_view our_prefix = "troupe_";

void append_number(std::string& to, double value) {
  if (std::isnan(value)) {
    to += "NaN";
  } else if (std::isinf(value)) {
    to += value > 0 ? "+Inf" : "-Inf";
  } else if (value == std::floor(value) && std::abs(value) < 1e15) {
    to += std::to_string(static_cast<std::int64_t>(value));
  } else {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    to.append(text, end);
  }
}

void append_escaped(std::string& to, std::string_view text, bool is_value) {
  for (const char c : text) {
    if (c == '\\')
      to += "\\\\";
    else if (c == '\n')
      to += "\\n";
    else if (c == '"' && is_value)
      to += "\\\"";
    else
      to += c;
  }
}

class writer {
public:
  explicit writer(const prometheus_options& options) : options_(options) {
    if (options.attach_service_name && !options.labels.contains("service_name"))
      common_.push_back({"service_name", "troupe"});
    for (const auto& [name, value] : options.labels)
      common_.push_back({prometheus_name(name), value});
  }

  void write(const family_value& family) {
    if (family.series.empty())
      return;
    auto name = prometheus_name(full_name(family));
    if (!written_.insert(name).second) { // of a program, whose name another one with its prefix has
      name += "_of_program";
      if (!written_.insert(name).second)
        return;
    }
    text_.append("# HELP ").append(name).append(" ");
    append_escaped(text_, family.help, false);
    text_.append("\n# TYPE ").append(name).append(" ").append(type_of(family.kind)).append("\n");
    for (const auto& each : family.series) {
      if (family.kind == metric_kind::histogram)
        histogram(name, family, each);
      else
        line(name, "", each.labels, {}, scaled(family, each.value));
    }
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

private:
  static std::string_view type_of(metric_kind kind) {
    switch (kind) {
    case metric_kind::counter: return "counter";
    case metric_kind::gauge: return "gauge";
    case metric_kind::histogram: return "histogram";
    }
    return "untyped";
  }

  std::string full_name(const family_value& family) const {
    std::string name{
        family.is_of_program ? std::string_view{}
        : family.is_ours     ? our_prefix
                             : std::string_view{options_.prefix}};
    name += family.name;
    if (options_.unit_suffix && family.unit == metric_unit::duration)
      name += options_.durations_as_seconds ? "_seconds" : "_milliseconds";
    if (options_.unit_suffix && family.unit == metric_unit::bytes)
      name += "_bytes";
    if (options_.counters_total_suffix && family.kind == metric_kind::counter)
      name += "_total";
    return name;
  }

  double scaled(const family_value& family, double value) const {
    if (family.unit == metric_unit::millionths)
      return value / 1e6;
    if (family.unit != metric_unit::duration)
      return value;
    return value / (options_.durations_as_seconds ? 1e9 : 1e6);
  }

  void histogram(const std::string& name, const family_value& family, const series_value& from) {
    const auto& seen = from.histogram;
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < seen.counts.size(); ++i) {
      so_far += seen.counts[i];
      std::string bound;
      append_number(
          bound,
          i < seen.bounds.size() ? scaled(family, static_cast<double>(seen.bounds[i]))
                                 : std::numeric_limits<double>::infinity());
      line(name, "_bucket", from.labels, bound, static_cast<double>(so_far));
    }
    line(name, "_sum", from.labels, {}, scaled(family, static_cast<double>(seen.sum)));
    line(name, "_count", from.labels, {}, static_cast<double>(so_far));
  }

  void line(
      const std::string& name,
      std::string_view suffix,
      const labels& with,
      std::string_view bound,
      double value) {
    text_.append(name).append(suffix);
    char before = '{';
    const auto add = [&](std::string_view key, std::string_view text) {
      text_ += before;
      text_.append(key).append("=\"");
      append_escaped(text_, text, true);
      text_ += '"';
      before = ',';
    };
    for (const auto& each : with)
      add(each.name, each.value);
    for (const auto& each : common_)
      if (std::ranges::find(with, each.name, &label::name) == with.end())
        add(each.name, each.value);
    if (!bound.empty())
      add("le", bound);
    if (before == ',')
      text_ += '}';
    text_ += ' ';
    append_number(text_, value);
    text_ += '\n';
  }

  const prometheus_options& options_;
  labels common_;
  std::set<std::string> written_; ///< names
  std::string text_;
};

} // namespace

std::string prometheus_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (is_digit && name.empty())
      name += '_';
    name += is_digit || is_letter ? c : '_';
  }
  return name;
}

std::string to_prometheus(const snapshot& from, const prometheus_options& options) {
  writer to{options};
  for (const bool of_program : {false, true})
    for (const auto& family : from.families)
      if (family.is_of_program == of_program)
        to.write(family);
  return to.take();
}

} // namespace troupe::telemetry
