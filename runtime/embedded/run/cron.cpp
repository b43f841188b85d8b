// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/run/cron.hpp"

#include <array>
#include <bitset>
#include <charconv>
#include <chrono>
#include <string>

namespace troupe::embedded {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

using mask = std::bitset<64>;

struct field {
  int low;
  int high;
  std::array<std::string_view, 12> names; ///< of the values from `first_name` on
  int first_name;
};

constexpr field minute_field{0, 59, {}, 0};
constexpr field hour_field{0, 23, {}, 0};
constexpr field day_field{1, 31, {}, 0};
constexpr field month_field{
    1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}, 1};
constexpr field weekday_field{0, 7, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, 0};

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  const auto end = std::min(rest.find_first_of(" \t"), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

std::optional<int> number(std::string_view text, const field& of) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size())
    return value;
  std::string lower;
  for (const char letter : text)
    lower += static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
  for (std::size_t at = 0; at < of.names.size(); ++at) {
    if (!of.names[at].empty() && of.names[at] == lower)
      return static_cast<int>(at) + of.first_name;
  }
  return std::nullopt;
}

bool add_range(std::string_view text, const field& of, mask& into) {
  int step = 1;
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const auto given = number(text.substr(slash + 1), minute_field);
    if (!given || *given < 1)
      return false;
    step = *given;
    text = text.substr(0, slash);
    if (text.empty())
      return false;
  }
  int low = of.low;
  int high = of.high;
  if (text != "*" && text != "?") {
    const auto dash = text.find('-');
    const auto first = number(text.substr(0, dash), of);
    if (!first)
      return false;
    low = *first;
    if (dash != std::string_view::npos) {
      const auto last = number(text.substr(dash + 1), of);
      if (!last)
        return false;
      high = *last;
    } else if (step == 1) {
      high = low;
    }
  }
  if (low < of.low || high > of.high || low > high)
    return false;
  for (int value = low; value <= high; value += step)
    into.set(static_cast<std::size_t>(value));
  return true;
}

std::optional<mask> read_field(std::string_view text, const field& of) {
  mask values;
  while (true) {
    const auto comma = text.find(',');
    if (!add_range(text.substr(0, comma), of, values))
      return std::nullopt;
    if (comma == std::string_view::npos)
      break;
    text.remove_prefix(comma + 1);
  }
  if (&of == &weekday_field && values.test(7))
    values.set(0);
  return values;
}

std::optional<duration> read_duration(std::string_view text) {
  if (text.empty())
    return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < 0)
      return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with("ms")) {
      total += value / 1000;
      text.remove_prefix(2);
    } else if (text.starts_with('h')) {
      total += value * 3600;
      text.remove_prefix(1);
    } else if (text.starts_with('m')) {
      total += value * 60;
      text.remove_prefix(1);
    } else if (text.starts_with('s')) {
      total += value;
      text.remove_prefix(1);
    } else {
      return std::nullopt;
    }
  }
  if (total > 1e9)
    return std::nullopt;
  // Less than a second makes no schedule; it counts as one.
  return seconds{std::max<std::int64_t>(1, static_cast<std::int64_t>(total))};
}

std::string_view spelled_out(std::string_view name) {
  if (name == "@yearly" || name == "@annually")
    return "0 0 1 1 *";
  if (name == "@monthly")
    return "0 0 1 * *";
  if (name == "@weekly")
    return "0 0 * * 0";
  if (name == "@daily" || name == "@midnight")
    return "0 0 * * *";
  if (name == "@hourly")
    return "0 * * * *";
  return name;
}

duration ceil_to_seconds(duration pause) {
  return std::chrono::ceil<seconds>(pause);
}

} // namespace

std::optional<duration> cron_pause(std::string_view schedule, time_point from, time_point now) {
  auto rest = trim(schedule);
  for (const std::string_view zone : {"CRON_TZ=", "TZ="}) {
    if (!rest.starts_with(zone))
      continue;
    rest.remove_prefix(zone.size());
    const auto name = take_word(rest);
    if (name != "UTC" && name != "Etc/UTC")
      return std::nullopt;
  }
  rest = trim(rest);
  if (rest.starts_with("@every ")) {
    const auto every = read_duration(trim(rest.substr(7)));
    if (!every)
      return std::nullopt;
    auto next = from;
    if (now >= from)
      next = from + ((now - from) / *every + 1) * *every;
    return ceil_to_seconds(next - now);
  }
  rest = spelled_out(rest);
  const auto minute = read_field(take_word(rest), minute_field);
  const auto hour = read_field(take_word(rest), hour_field);
  const auto day_text = take_word(rest);
  const auto month = read_field(take_word(rest), month_field);
  const auto weekday_text = take_word(rest);
  if (!minute || !hour || !month || !trim(rest).empty() || weekday_text.empty())
    return std::nullopt;
  const auto day = read_field(day_text, day_field);
  const auto weekday = read_field(weekday_text, weekday_field);
  if (!day || !weekday)
    return std::nullopt;
  const bool any_day = day_text.starts_with('*') || day_text.starts_with('?');
  const bool any_weekday = weekday_text.starts_with('*') || weekday_text.starts_with('?');

  const auto after = std::max(from, now);
  auto at = std::chrono::floor<minutes>(after) + minutes{1};
  const auto limit = at + days{366 * 5};
  while (at < limit) {
    const auto date = std::chrono::floor<days>(at);
    const std::chrono::year_month_day parts{date};
    const bool day_fits = day->test(static_cast<unsigned>(parts.day()));
    const bool weekday_fits = weekday->test(std::chrono::weekday{date}.c_encoding());
    const bool fits = any_day || any_weekday ? day_fits && weekday_fits : day_fits || weekday_fits;
    if (!month->test(static_cast<unsigned>(parts.month())) || !fits) {
      at = date + days{1};
      continue;
    }
    const auto of_day = at - date;
    if (!hour->test(static_cast<std::size_t>(std::chrono::floor<hours>(of_day).count()))) {
      at = date + std::chrono::floor<hours>(of_day) + hours{1};
      continue;
    }
    if (minute->test(static_cast<std::size_t>(of_day.count() % 60)))
      return ceil_to_seconds(at - now);
    at += minutes{1};
  }
  return std::nullopt;
}

} // namespace troupe::embedded
