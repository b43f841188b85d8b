// SPDX-License-Identifier: Apache-2.0
// Own code instead of absl::ParseTime, which takes more than either format here (white space,
// infinities, signs of years, offsets without a colon).
#include "runtime/base/time/time_text.hpp"

#include "runtime/base/time/text_scanner.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace troupe {
namespace {

using namespace std::chrono;

bool read_offset(text_scanner& in, bool strict, int& minutes) {
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
  text_scanner in{text};
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
  time.seconds = days * 86400 + h * 3600L + (mi - offset) * 60L + s;
  return time;
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
  // By hand: `std::chrono::floor` overflows at the earliest time there is.
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t count = time.time_since_epoch().count();
  const std::int64_t rest = (count % second + second) % second;
  const std::int64_t whole = count / second - (count % second < 0 ? 1 : 0);
  return rfc3339(instant{whole, static_cast<std::int32_t>(rest)}, digits);
}

std::optional<instant> parse_rfc3339(std::string_view text) {
  return parse_time(text, true);
}

std::optional<instant> parse_iso8601(std::string_view text) {
  return parse_time(text, false);
}

} // namespace troupe
