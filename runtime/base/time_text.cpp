// SPDX-License-Identifier: Apache-2.0
// Own code instead of absl::ParseTime and absl::ParseDuration: those take more than any of the
// formats here (white space, infinities, offsets without a colon) and round where these cut.
#include "runtime/base/time_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <utility>

namespace troupe {
namespace {

using namespace std::chrono;

constexpr std::int64_t nanos_per_second = 1'000'000'000;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Reads a text from its front; every step says whether it fitted.
class scanner {
public:
  explicit scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool one_of(std::string_view options) {
    if (rest_.empty() || options.find(rest_.front()) == options.npos)
      return false;
    last_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char last() const { return last_; }

  bool digits(std::size_t count, int& value) {
    if (rest_.size() < count || !is_digit(rest_.front()))
      return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + count, value);
    if (error != std::errc{} || end != rest_.data() + count)
      return false;
    rest_.remove_prefix(count);
    return true;
  }

  // The digits behind a decimal point as nanoseconds; more than nine are cut off.
  bool nanos(std::int32_t& value) {
    value = 0;
    std::int32_t unit = nanos_per_second / 10;
    std::size_t count = 0;
    for (; count < rest_.size() && is_digit(rest_[count]); ++count) {
      value += (rest_[count] - '0') * unit;
      unit /= 10;
    }
    rest_.remove_prefix(count);
    return count > 0;
  }

private:
  std::string_view rest_;
  char last_ = '\0';
};

bool read_offset(scanner& in, bool strict, int& minutes) {
  if (in.one_of(strict ? "Z" : "Zz"))
    return true;
  if (!in.one_of("+-"))
    return false;
  const int sign = in.last() == '-' ? -1 : 1;
  int hours = 0, rest = 0;
  if (!in.digits(2, hours))
    return false;
  const bool colon = in.one_of(":");
  if (strict ? !(colon && in.digits(2, rest))
             : (colon && in.at_end()) || (!in.at_end() && !in.digits(2, rest)))
    return false;
  minutes = sign * (hours * 60 + rest);
  return hours < 24 && rest < 60;
}

std::optional<instant> parse_time(std::string_view text, bool strict) {
  scanner in{text};
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, offset = 0;
  instant time;
  if (!(in.digits(4, y) && in.one_of("-") && in.digits(2, mo) && in.one_of("-") && in.digits(2, d)))
    return std::nullopt;
  if (!(in.one_of(strict ? "T" : "Tt ") && in.digits(2, h) && in.one_of(":") && in.digits(2, mi)))
    return std::nullopt;
  if (in.one_of(":") ? !in.digits(2, s) : strict)
    return std::nullopt;
  if (in.one_of(strict ? "." : ".,") && !in.nanos(time.nanos))
    return std::nullopt;
  if (!read_offset(in, strict, offset) || !in.at_end())
    return std::nullopt;
  const year_month_day date{
      year{y}, month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || mi > 59 || s > (strict ? 59 : 60))
    return std::nullopt;
  const std::int64_t days = sys_days{date}.time_since_epoch().count();
  time.seconds = days * 86400 + h * 3600 + (mi - offset) * 60 + s;
  return time;
}

// The longer ones first: `ms` begins with `m`.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 9> units{{
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
  const auto* unit =
      std::ranges::find_if(units, [&](const auto& each) { return text.starts_with(each.first); });
  if (unit == units.end() || (unit->first == "d" && !days))
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

std::string fraction_text(std::int64_t nanos, fraction_digits digits) {
  if (nanos == 0)
    return {};
  char text[16];
  const auto positive = nanos < 0 ? -nanos : nanos;
  auto size = static_cast<std::size_t>(
      std::snprintf(text, sizeof text, ".%09lld", static_cast<long long>(positive)));
  const std::size_t step = digits == fraction_digits::thousands ? 3 : 1;
  const auto drops = [&] {
    return std::all_of(text + size - step, text + size, [](char c) { return c == '0'; });
  };
  while (size > step && drops())
    size -= step;
  return {text, size};
}

std::string rfc3339(instant time, fraction_digits digits) {
  // The first second of year 1 and the last of year 9999.
  constexpr std::int64_t first = -62'135'596'800, last = 253'402'300'799;
  if (time.seconds < first)
    time = {first, 0};
  if (time.seconds > last)
    time = {last, 999'999'999};
  const sys_seconds whole{seconds{time.seconds}};
  const auto day_start = floor<days>(whole);
  const year_month_day date{day_start};
  const hh_mm_ss clock{whole - day_start};
  char text[64];
  std::snprintf(
      text,
      sizeof text,
      "%04d-%02u-%02uT%02d:%02d:%02d",
      static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return text + fraction_text(std::clamp(time.nanos, 0, 999'999'999), digits) + 'Z';
}

std::string rfc3339(time_point time, fraction_digits digits) {
  const auto whole = floor<seconds>(time);
  return rfc3339(
      instant{whole.time_since_epoch().count(), static_cast<std::int32_t>((time - whole).count())},
      digits);
}

std::optional<instant> parse_rfc3339(std::string_view text) {
  return parse_time(text, true);
}

std::optional<instant> parse_iso8601(std::string_view text) {
  return parse_time(text, false);
}

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

} // namespace troupe
