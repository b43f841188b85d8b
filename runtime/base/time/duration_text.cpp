// SPDX-License-Identifier: Apache-2.0
// Own code instead of absl::ParseDuration, which knows neither Go's micro sign nor days, takes
// infinities, and rounds where Go cuts.
#include "runtime/base/time/duration_text.hpp"

#include "runtime/base/time/text_scanner.hpp"
#include "runtime/base/time/time_text.hpp"

#include <troupe/duration.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace troupe {
namespace {

constexpr std::int64_t nanos_per_second = 1'000'000'000;

// The longer ones first: `ms` begins with `m`.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 9> go_units{{
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000}, // micro sign
    {"\u03bcs", 1'000}, // Greek mu
    {"ms", 1'000'000},
    {"s", nanos_per_second},
    {"m", 60 * nanos_per_second},
    {"h", 3'600 * nanos_per_second},
    {"d", 86'400 * nanos_per_second},
}};

__extension__ using wide = __int128;

// `whole.fraction unit` at the front of `text`, which is left behind it; nothing below zero.
bool take_part(std::string_view& text, bool days, std::int64_t& total) noexcept {
  std::int64_t whole = 0, fraction = 0, scale = 1;
  std::size_t at = 0;
  for (; at < text.size() && is_digit(text[at]); ++at)
    if (__builtin_mul_overflow(whole, 10, &whole)
        || __builtin_add_overflow(whole, text[at] - '0', &whole))
      return false;
  auto digits = at;
  if (at < text.size() && text[at] == '.')
    for (++at; at < text.size() && is_digit(text[at]); ++at, ++digits)
      if (scale < 1'000'000'000'000) { // more digits are below a nanosecond even for days
        fraction = fraction * 10 + (text[at] - '0');
        scale *= 10;
      }
  if (digits == 0)
    return false;
  text.remove_prefix(at);
  const auto* unit = std::ranges::find_if(
      go_units, [&](const auto& each) { return text.starts_with(each.first); });
  if (unit == go_units.end() || (unit->first == "d" && !days))
    return false;
  text.remove_prefix(unit->first.size());
  // The product needs more than 64 bits: the fraction is below 1e12, the unit below 1e14.
  const auto part = static_cast<std::int64_t>(static_cast<wide>(fraction) * unit->second / scale);
  std::int64_t value = 0;
  return !__builtin_mul_overflow(whole, unit->second, &value)
         && !__builtin_add_overflow(value, part, &value)
         && !__builtin_add_overflow(total, value, &total);
}

} // namespace

std::string go_duration(duration span) {
  if (span.count() == 0)
    return "0s";
  // The lowest value has no positive twin.
  auto rest = static_cast<std::uint64_t>(span.count());
  if (span.count() < 0)
    rest = 0 - rest;
  std::string out = span.count() < 0 ? "-" : "";
  const auto number = [&](std::uint64_t unit, std::uint64_t nanos) {
    out += std::to_string(rest / unit);
    out += fraction_text(static_cast<std::int64_t>(rest % unit * nanos));
  };
  if (rest < 1'000) {
    out += std::to_string(rest) + "ns";
  } else if (rest < 1'000'000) {
    number(1'000, 1'000'000);
    out += "\u00b5s";
  } else if (rest < nanos_per_second) {
    number(1'000'000, 1'000);
    out += "ms";
  } else {
    constexpr std::uint64_t minute = 60 * nanos_per_second, hour = 60 * minute;
    const bool has_hours = rest >= hour, has_minutes = rest >= minute;
    if (has_hours)
      out += std::to_string(rest / hour) + 'h';
    rest %= hour;
    if (has_minutes)
      out += std::to_string(rest / minute) + 'm';
    rest %= minute;
    number(nanos_per_second, 1);
    out += 's';
  }
  return out;
}

std::string to_string(std::chrono::nanoseconds span) {
  return go_duration(span);
}

std::optional<duration> parse_go_duration(std::string_view text, bool days) noexcept {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+'))
    text.remove_prefix(1);
  if (text == "0")
    return duration{};
  if (text.empty())
    return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty())
    if (!take_part(text, days, total))
      return std::nullopt;
  return duration{negative ? -total : total};
}

std::optional<duration> parse_iso8601_duration(std::string_view text) {
  text_scanner in{text};
  const bool negative = in.one_of("-");
  std::int64_t seconds = 0, part = 0;
  std::int32_t nanos = 0;
  if (!in.one_of("Pp")) {
    if (!in.whole(seconds) || (in.one_of(".") && !in.nanos(nanos)) || !in.one_of("s")
        || !in.at_end())
      return std::nullopt;
  } else {
    bool any = false;
    bool in_time = false;
    std::string_view units = "Dd";
    while (!in.at_end()) {
      if (!in_time && in.one_of("Tt")) {
        in_time = true;
        units = "HhMmSs";
        if (in.at_end())
          return std::nullopt;
        continue;
      }
      std::int32_t fractional = 0;
      if (!in.whole(part))
        return std::nullopt;
      const bool has_fraction = in.one_of(".,");
      if ((has_fraction && !in.nanos(fractional)) || !in.one_of(units))
        return std::nullopt;
      std::int64_t unit = 0;
      switch (in.last()) {
      case 'D':
      case 'd': unit = 86400; break;
      case 'H':
      case 'h':
        unit = 3600;
        units = "MmSs";
        break;
      case 'M':
      case 'm':
        unit = 60;
        units = "Ss";
        break;
      default:
        unit = 1;
        units = "";
        nanos = fractional;
      }
      if (has_fraction && unit != 1)
        return std::nullopt;
      if (__builtin_mul_overflow(part, unit, &part)
          || __builtin_add_overflow(seconds, part, &seconds))
        return std::nullopt;
      any = true;
    }
    if (!any)
      return std::nullopt;
  }
  std::int64_t total = 0;
  if (__builtin_mul_overflow(seconds, nanos_per_second, &total)
      || __builtin_add_overflow(total, nanos, &total))
    return std::nullopt;
  return duration{negative ? -total : total};
}

std::string iso8601_duration(duration span) {
  // The lowest value has no positive twin, so the sign is taken from the parts.
  const std::int64_t seconds = span.count() / nanos_per_second;
  const std::int64_t nanos = span.count() % nanos_per_second;
  std::string text = span.count() < 0 ? "-PT" : "PT";
  text += std::to_string(seconds < 0 ? -seconds : seconds);
  return text + fraction_text(nanos) + "S";
}

} // namespace troupe
