// SPDX-License-Identifier: Apache-2.0
// ISO 8601, both ways: what other languages' JSON libraries write for instants and spans of time.
#include <troupe/payload/json.hpp>

#include <charconv>
#include <chrono>
#include <cstdio>

namespace troupe::detail {
namespace {

using namespace std::chrono;

constexpr std::int64_t nanos_per_second = 1'000'000'000;

// `.5`, `.000001`: as many digits as needed, none for zero.
std::string fraction(std::int64_t nanos) {
  if (nanos == 0)
    return {};
  char digits[16];
  std::snprintf(digits, sizeof digits, ".%09lld", static_cast<long long>(nanos));
  std::string text{digits};
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

// Reads a text from its front; every step says whether it fitted.
class scanner {
public:
  explicit scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool literal(std::string_view options) {
    if (rest_.empty() || options.find(rest_.front()) == options.npos)
      return false;
    last_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char last() const { return last_; }

  bool digits(std::size_t count, int& value) {
    if (rest_.size() < count)
      return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + count, value);
    if (error != std::errc{} || end != rest_.data() + count || rest_.front() == '-')
      return false;
    rest_.remove_prefix(count);
    return true;
  }

  bool whole(std::int64_t& value) {
    if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9')
      return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{})
      return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  // The digits behind a decimal point as nanoseconds; more than nine are cut off.
  bool nanos(std::int64_t& value) {
    value = 0;
    std::int64_t unit = nanos_per_second / 10;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
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

bool combine(std::int64_t seconds, std::int64_t nanos, nanoseconds& value) {
  std::int64_t total = 0;
  if (__builtin_mul_overflow(seconds, nanos_per_second, &total)
      || __builtin_add_overflow(total, nanos, &total))
    return false;
  value = nanoseconds{total};
  return true;
}

bool parse_time(std::string_view text, sys_time<nanoseconds>& time) {
  scanner in{text};
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  std::int64_t nanos = 0;
  if (!(in.digits(4, y) && in.literal("-") && in.digits(2, mo) && in.literal("-")
        && in.digits(2, d)))
    return false;
  if (!(in.literal("Tt ") && in.digits(2, h) && in.literal(":") && in.digits(2, mi)))
    return false;
  if (in.literal(":") && !in.digits(2, s))
    return false;
  if (in.literal(".,") && !in.nanos(nanos))
    return false;
  int offset = 0;
  if (in.literal("+-")) {
    const int sign = in.last() == '-' ? -1 : 1;
    int oh = 0, om = 0;
    if (!in.digits(2, oh) || (in.literal(":") && in.at_end())
        || (!in.at_end() && !in.digits(2, om)))
      return false;
    if (oh > 23 || om > 59)
      return false;
    offset = sign * (oh * 60 + om);
  } else if (!in.literal("Zz")) {
    return false; // local time of who knows where
  }
  const year_month_day date{
      year{y}, month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  // A leap second counts as the first second of the next minute.
  if (!in.at_end() || !date.ok() || h > 23 || mi > 59 || s > 60)
    return false;
  const std::int64_t days = sys_days{date}.time_since_epoch().count();
  nanoseconds since{};
  if (!combine(days * 86400 + h * 3600 + (mi - offset) * 60 + s, nanos, since))
    return false;
  time = sys_time<nanoseconds>{since};
  return true;
}

// `PnDTnHnMn.nS` with any part left out, a sign in front; also `n.ns`, as protobuf's JSON has it.
bool parse_duration(std::string_view text, nanoseconds& span) {
  scanner in{text};
  const bool negative = in.literal("-");
  std::int64_t seconds = 0, nanos = 0, part = 0;
  if (!in.literal("Pp")) {
    if (!in.whole(seconds) || (in.literal(".") && !in.nanos(nanos)) || !in.literal("s")
        || !in.at_end())
      return false;
  } else {
    bool any = false;
    bool in_time = false;
    std::string_view units = "Dd";
    while (!in.at_end()) {
      if (!in_time && in.literal("Tt")) {
        in_time = true;
        units = "HhMmSs";
        if (in.at_end())
          return false;
        continue;
      }
      std::int64_t fractional = 0;
      if (!in.whole(part))
        return false;
      const bool has_fraction = in.literal(".,");
      if ((has_fraction && !in.nanos(fractional)) || !in.literal(units))
        return false;
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
        return false;
      if (__builtin_mul_overflow(part, unit, &part)
          || __builtin_add_overflow(seconds, part, &seconds))
        return false;
      any = true;
    }
    if (!any)
      return false;
  }
  if (!combine(seconds, nanos, span))
    return false;
  if (negative)
    span = -span;
  return true;
}

} // namespace

std::string format_time(sys_time<nanoseconds> time) {
  const auto whole = floor<seconds>(time);
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
  return text + fraction((time - whole).count()) + "Z";
}

std::string format_duration(nanoseconds span) {
  // The lowest value has no positive twin, so the sign is taken from the parts.
  const std::int64_t seconds = span.count() / nanos_per_second;
  const std::int64_t nanos = span.count() % nanos_per_second;
  std::string text = span.count() < 0 ? "-PT" : "PT";
  text += std::to_string(seconds < 0 ? -seconds : seconds);
  return text + fraction(nanos < 0 ? -nanos : nanos) + "S";
}

sys_time<nanoseconds> read_time(json_reader& in) {
  const auto start = in.position();
  sys_time<nanoseconds> time;
  if (in.peek() != json_kind::string || !parse_time(in.read_string(), time)) {
    in.rewind(start);
    in.expected("time as in \"2026-01-31T12:00:00Z\"");
  }
  return time;
}

nanoseconds read_duration(json_reader& in) {
  const auto start = in.position();
  nanoseconds span{};
  if (in.peek() != json_kind::string || !parse_duration(in.read_string(), span)) {
    in.rewind(start);
    in.expected("duration as in \"PT1.5S\"");
  }
  return span;
}

} // namespace troupe::detail
