// SPDX-License-Identifier: Apache-2.0
// Recorded: test/runtime/embedded/data/cron.tsv holds what the real server's cron library answers,
// odd cases included.
#include "runtime/embedded/run/cron.hpp"

#include "runtime/base/text/ascii.hpp"
#include "runtime/base/time/duration_text.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <variant>

namespace troupe::embedded {
namespace {

using std::chrono::seconds;

/// Allowed values of a field, one bit each; the top bit says that the field is a star.
using mask = std::uint64_t;
constexpr mask star = mask{1} << 63;

struct field {
  std::uint64_t low;
  std::uint64_t high;
  std::array<std::string_view, 12> names; ///< of the values from `low` on
};

constexpr field minute_field{0, 59, {}};
constexpr field hour_field{0, 23, {}};
constexpr field day_field{1, 31, {}};
constexpr field month_field{
    1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}};
// Sunday is 0 and nothing else: the real one's library knows no 7.
constexpr field weekday_field{0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}};

/// Five fields in a zone.
struct field_schedule {
  mask minute, hour, day, month, weekday;
  absl::TimeZone zone;
};
/// A pause between runs.
struct pause_schedule {
  seconds every;
};
using schedule = std::variant<field_schedule, pause_schedule>;

constexpr std::string_view white_space = " \t\n\v\f\r";

std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(white_space), rest.size()));
  const auto word = rest.substr(0, rest.find_first_of(white_space));
  rest.remove_prefix(word.size());
  return word;
}

/// A number as Go reads it: a plus is allowed, and whatever does not fit is none.
std::optional<std::uint64_t> plain_number(std::string_view text) {
  if (text.size() > 1 && text.front() == '+')
    text.remove_prefix(1);
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end || value < 0 || text.starts_with('-'))
    return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

std::optional<std::uint64_t> number_or_name(std::string_view text, const field& of) {
  const auto lower = to_lower(text);
  for (std::size_t at = 0; at < of.names.size(); ++at)
    if (!of.names[at].empty() && of.names[at] == lower)
      return at + of.low;
  return plain_number(text);
}

/// `*`, `5`, `1-5`, each with or without `/step`.
std::optional<mask> read_range(std::string_view text, const field& of) {
  const auto slash = text.find('/');
  const auto range = text.substr(0, slash);
  const auto dash = range.find('-');
  const auto first = range.substr(0, dash);
  std::uint64_t low = of.low;
  std::uint64_t high = of.high;
  mask extra = 0;
  if (first == "*" || first == "?") {
    extra = star; // what stands behind a star and a dash is not looked at
  } else {
    const auto begin = number_or_name(first, of);
    auto end = begin;
    if (dash != std::string_view::npos)
      end = number_or_name(range.substr(dash + 1), of);
    if (!begin || !end)
      return std::nullopt;
    low = *begin;
    high = *end;
  }
  std::uint64_t step = 1;
  if (slash != std::string_view::npos) {
    const auto given = plain_number(text.substr(slash + 1));
    if (!given || *given == 0)
      return std::nullopt;
    step = *given;
    if (dash == std::string_view::npos)
      high = of.high;
    if (step > 1)
      extra = 0;
  }
  if (low < of.low || high > of.high || low > high)
    return std::nullopt;
  mask values = extra;
  // Both ends are below 64; a step may be any number.
  for (auto value = low; value <= high; value += std::min<std::uint64_t>(step, 64))
    values |= mask{1} << value;
  return values;
}

std::optional<mask> read_field(std::string_view text, const field& of) {
  mask values = 0;
  while (!text.empty()) {
    const auto each = text.substr(0, text.find(','));
    text.remove_prefix(std::min(each.size() + 1, text.size()));
    if (each.empty())
      continue;
    const auto some = read_range(each, of);
    if (!some)
      return std::nullopt;
    values |= *some;
  }
  return values;
}

std::string_view spelled_out(std::string_view name) {
  struct row {
    std::string_view name;
    std::string_view fields;
  };
  static constexpr std::array<row, 7> table{
      {{"@yearly", "0 0 1 1 *"},
       {"@annually", "0 0 1 1 *"},
       {"@monthly", "0 0 1 * *"},
       {"@weekly", "0 0 * * 0"},
       {"@daily", "0 0 * * *"},
       {"@midnight", "0 0 * * *"},
       {"@hourly", "0 * * * *"}}};
  for (const auto& each : table)
    if (each.name == name)
      return each.fields;
  return {};
}

/// The zone of a name of the system's zone files. Abseil would take more (paths, fixed offsets),
/// and it remembers each name that it was ever asked for, so only names of files get there.
std::optional<absl::TimeZone> find_zone(std::string_view name) {
  if (name.empty() || name == "UTC" || name == "Local")
    return absl::UTCTimeZone();
  if (name.front() == '/' || name.size() > 100 || name.find("..") != std::string_view::npos
      || name.find_first_of(std::string_view{"\\\0", 2}) != std::string_view::npos)
    return std::nullopt;
  const char* folder = std::getenv("TZDIR"); // NOLINT(concurrency-mt-unsafe): nobody sets it
  std::error_code problem;
  if (!std::filesystem::is_regular_file(
          std::filesystem::path{folder != nullptr ? folder : "/usr/share/zoneinfo"}
              / std::string{name},
          problem))
    return std::nullopt;
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(std::string{name}, &zone))
    return std::nullopt;
  return zone;
}

/// No schedule needs so many bytes; lists of megabytes would be read term by term, each time that
/// it strikes.
constexpr std::size_t longest_schedule = 32 * 1024;

std::optional<schedule> read_schedule(std::string_view text) {
  if (text.size() > longest_schedule)
    return std::nullopt;
  auto zone = absl::UTCTimeZone();
  if (text.starts_with("TZ=") || text.starts_with("CRON_TZ=")) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos)
      return std::nullopt;
    const auto begin = text.find('=') + 1;
    const auto named = find_zone(text.substr(begin, space - begin));
    if (!named)
      return std::nullopt;
    zone = *named;
    text.remove_prefix(space);
    text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
    text = text.substr(0, text.find_last_not_of(white_space) + 1);
  }
  if (text.starts_with('@')) {
    constexpr std::string_view every = "@every ";
    if (text.starts_with(every)) {
      const auto pause = parse_go_duration(text.substr(every.size()));
      if (!pause)
        return std::nullopt;
      // Less than a second counts as one.
      return pause_schedule{std::max(std::chrono::duration_cast<seconds>(*pause), seconds{1})};
    }
    text = spelled_out(text);
  }
  const auto minute = read_field(take_word(text), minute_field);
  const auto hour = read_field(take_word(text), hour_field);
  const auto day = read_field(take_word(text), day_field);
  const auto month = read_field(take_word(text), month_field);
  const auto last = take_word(text);
  const auto weekday = read_field(last, weekday_field);
  if (last.empty() || !take_word(text).empty() || !minute || !hour || !day || !month || !weekday)
    return std::nullopt;
  return field_schedule{*minute, *hour, *day, *month, *weekday, zone};
}

/// A moment as the clocks of a zone show it. Steps are made as Go's time library makes them, whose
/// ways around changes of the clock the real server's schedules follow.
class local_clock {
public:
  local_clock(std::int64_t unix_seconds, const absl::TimeZone& zone)
      : zone_(zone), unix_(unix_seconds) {
    look();
  }

  [[nodiscard]] std::int64_t unix_seconds() const { return unix_; }
  [[nodiscard]] const absl::CivilSecond& shows() const { return shows_; }

  void step(std::int64_t by) {
    unix_ += by;
    look();
  }
  /// Goes to a time of these clocks. One that is skipped or comes twice is read with the offset
  /// before or behind the change, whichever Go's library happens to find.
  void set(absl::CivilSecond wanted) {
    const auto as_utc = absl::ToUnixSeconds(absl::FromCivil(wanted, absl::UTCTimeZone()));
    auto offset = offset_at(as_utc);
    if (offset != 0)
      offset = offset_at(as_utc - offset);
    unix_ = as_utc - offset;
    look();
  }

private:
  void look() { shows_ = zone_.At(absl::FromUnixSeconds(unix_)).cs; }
  [[nodiscard]] std::int64_t offset_at(std::int64_t unix_seconds) const {
    return zone_.At(absl::FromUnixSeconds(unix_seconds)).offset;
  }

  const absl::TimeZone& zone_;
  std::int64_t unix_;
  absl::CivilSecond shows_;
};

bool has(mask values, std::int64_t value) {
  return (values >> static_cast<unsigned>(value) & 1) != 0;
}

bool day_fits(const field_schedule& on, const absl::CivilSecond& at) {
  const bool day = has(on.day, at.day());
  // Abseil's week begins with Monday.
  const auto number = (static_cast<int>(absl::GetWeekday(at)) + 1) % 7;
  const bool weekday = has(on.weekday, number);
  return ((on.day | on.weekday) & star) != 0 ? day && weekday : day || weekday;
}

constexpr std::int64_t floor_to(std::int64_t value, std::int64_t unit) {
  const auto rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

/// The first strike behind `after`, in seconds since 1970; nothing within five years: none.
std::optional<std::int64_t> next_strike(const field_schedule& on, time_point after) {
  if ((on.minute & ~star) == 0 || (on.hour & ~star) == 0 || (on.month & ~star) == 0)
    return std::nullopt;
  const auto whole = std::chrono::floor<seconds>(after).time_since_epoch().count();
  local_clock at{whole + 1, on.zone};
  const auto last_year = at.shows().year() + 5;
  // What is below a field that was moved begins at its start, but only at the first move: from then
  // on it is there already.
  bool moved = false;
  const auto begin = [&](const absl::CivilSecond& from) {
    if (!moved)
      at.set(from);
    moved = true;
  };
  while (at.shows().year() <= last_year) {
    bool wrapped = false;
    while (!wrapped && !has(on.month, at.shows().month())) {
      begin(absl::CivilSecond{absl::CivilMonth{at.shows()}});
      const auto& now = at.shows();
      at.set(absl::CivilSecond{
          now.year(), now.month() + 1, now.day(), now.hour(), now.minute(), now.second()});
      wrapped = at.shows().month() == 1;
    }
    while (!wrapped && !day_fits(on, at.shows())) {
      begin(absl::CivilSecond{absl::CivilDay{at.shows()}});
      const auto now = at.shows();
      const auto before = at.unix_seconds();
      at.set(absl::CivilSecond{
          now.year(), now.month(), now.day() + 1, now.hour(), now.minute(), now.second()});
      // Midnight may not exist on a day that changes the clock.
      if (const auto hour = at.shows().hour(); hour != 0)
        at.step((hour > 12 ? 24 - hour : -hour) * std::int64_t{3600});
      // A whole day that does not exist (Apia, 2011-12-30), where the real server never comes back.
      if (at.unix_seconds() <= before)
        at.step(before + 24 * 3600 - at.unix_seconds());
      wrapped = at.shows().day() == 1;
    }
    while (!wrapped && !has(on.hour, at.shows().hour())) {
      begin(absl::CivilSecond{absl::CivilHour{at.shows()}});
      at.step(3600);
      wrapped = at.shows().hour() == 0;
    }
    while (!wrapped && !has(on.minute, at.shows().minute())) {
      if (!moved)
        at.step(floor_to(at.unix_seconds(), 60) - at.unix_seconds());
      moved = true;
      at.step(60);
      wrapped = at.shows().minute() == 0;
    }
    while (!wrapped && at.shows().second() != 0) {
      moved = true;
      at.step(1);
      wrapped = at.shows().second() == 0;
    }
    if (!wrapped)
      return at.unix_seconds();
  }
  return std::nullopt;
}

} // namespace

std::string cron_problem(std::string_view text, time_point now) {
  if (text.size() > longest_schedule)
    return "invalid CronSchedule, it is longer than " + std::to_string(longest_schedule) + " bytes";
  const auto read = read_schedule(text);
  if (!read)
    return "invalid CronSchedule.";
  const auto* fields = std::get_if<field_schedule>(&*read);
  if (fields != nullptr && !next_strike(*fields, now))
    return "invalid CronSchedule, no time can be found to satisfy the schedule";
  return {};
}

std::optional<duration> cron_pause(std::string_view text, time_point from, time_point now) {
  const auto read = read_schedule(text);
  if (!read)
    return std::nullopt;
  if (now < from)
    return std::chrono::ceil<seconds>(from - now);
  // Strikes are at whole seconds, so what is left of the second at `now` is rounded up with them.
  const auto second = std::chrono::floor<seconds>(now).time_since_epoch();
  if (const auto* pause = std::get_if<pause_schedule>(&*read)) {
    // The first strike behind `from` that is not before `now`, counted from the second of `from`.
    // In seconds, as a pause of centuries behind a time does not fit into nanoseconds.
    const auto begin = std::chrono::floor<seconds>(from);
    const auto gone = std::chrono::ceil<seconds>(now - begin);
    const auto count = (gone + pause->every - seconds{1}) / pause->every;
    return begin.time_since_epoch() + pause->every * std::max<std::int64_t>(count, 1) - second;
  }
  const auto strike =
      next_strike(std::get<field_schedule>(*read), std::max(from, now - duration{1}));
  if (!strike)
    return std::nullopt;
  return seconds{*strike} - second;
}

} // namespace troupe::embedded
