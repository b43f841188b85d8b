// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time/http_date.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace troupe {

namespace {

constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array months{
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

} // namespace

std::string write_http_date(time_point when) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
  const std::time_t since = seconds;
  std::tm at{};
  if (gmtime_r(&since, &at) == nullptr)
    return {};
  char text[48];
  std::snprintf(
      text,
      sizeof text,
      "%s, %02d %s %04d %02d:%02d:%02d GMT",
      days[static_cast<std::size_t>(at.tm_wday)],
      at.tm_mday,
      months[static_cast<std::size_t>(at.tm_mon)],
      at.tm_year + 1900,
      at.tm_hour,
      at.tm_min,
      at.tm_sec);
  return text;
}

std::optional<time_point> parse_http_date(std::string_view text) {
  // `Sun, 22 Nov 2026 04:24:26 GMT`: the one form that is still sent.
  constexpr std::string_view form = "ddd, 00 mmm 0000 00:00:00 GMT";
  if (text.size() != form.size())
    return std::nullopt;
  for (std::size_t at = 0; at < form.size(); ++at) {
    const bool is_digit = text[at] >= '0' && text[at] <= '9';
    if (form[at] == '0' ? !is_digit : form[at] != 'd' && form[at] != 'm' && text[at] != form[at])
      return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t count) {
    int value = 0;
    for (const char c : text.substr(at, count))
      value = value * 10 + (c - '0');
    return value;
  };
  const auto month = std::ranges::find(months, text.substr(8, 3));
  if (month == months.end())
    return std::nullopt;
  const std::chrono::year_month_day day{
      std::chrono::year{number(12, 4)},
      std::chrono::month{static_cast<unsigned>(month - months.begin() + 1)},
      std::chrono::day{static_cast<unsigned>(number(5, 2))}};
  const int hour = number(17, 2);
  const int minute = number(20, 2);
  const int second = number(23, 2);
  // Nanoseconds of 64 bits end in 2262.
  if (!day.ok() || day.year() > std::chrono::year{2261} || day.year() < std::chrono::year{1678}
      || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  return time_point{std::chrono::sys_days{day}} + std::chrono::hours{hour}
         + std::chrono::minutes{minute} + std::chrono::seconds{second};
}

} // namespace troupe
