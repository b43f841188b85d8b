// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/text.hpp"

#include "apps/troupe/proto_json.hpp"
#include "runtime/base/time.hpp"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace troupe::cli {
namespace {

// Columns are counted in characters, not bytes.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string pad(const std::string& text, std::size_t to, align how) {
  const auto gap = to > width(text) ? to - width(text) : 0;
  switch (how) {
  case align::right: return std::string(gap, ' ') + text;
  case align::center: return std::string(gap / 2, ' ') + text + std::string(gap - gap / 2, ' ');
  case align::left: break;
  }
  return text + std::string(gap, ' ');
}

// `2026-11-23 01:29:12.0102 +0000 UTC`
std::string go_time(const google::protobuf::Timestamp& time) {
  auto text = timestamp_text(time.seconds(), 0);
  text[text.find('T')] = ' ';
  text.pop_back();
  if (time.nanos() > 0) {
    char digits[16];
    std::snprintf(digits, sizeof digits, ".%09d", time.nanos());
    text += digits;
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + " +0000 UTC";
}

std::string plural(long long count, const char* unit) {
  return std::to_string(count) + ' ' + unit + (count == 1 ? "" : "s");
}

} // namespace

std::string table(
    const std::vector<std::string>& headings,
    const std::vector<std::vector<std::string>>& rows,
    const std::vector<align>& alignment,
    bool with_headings) {
  std::vector<std::size_t> widths;
  for (const auto& heading : headings)
    widths.push_back(width(heading));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width(row[i]));
  std::string out;
  if (with_headings)
    out += table_row(headings, widths, std::vector<align>(headings.size(), align::center));
  for (const auto& row : rows)
    out += table_row(row, widths, alignment);
  return out;
}

std::string table_row(
    const std::vector<std::string>& cells,
    const std::vector<std::size_t>& widths,
    const std::vector<align>& alignment) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i)
    out += "  " + pad(cells[i], widths[i], i < alignment.size() ? alignment[i] : align::left);
  return out + '\n';
}

std::string property_list(const properties& of) {
  std::size_t widest = 0;
  for (const auto& [name, value] : of)
    widest = std::max(widest, width(name));
  std::string out;
  for (const auto& [name, value] : of)
    out += "  " + pad(name, widest, align::left) + "  " + (value.empty() ? " " : value) + '\n';
  return out;
}

std::string time_text(
    const google::protobuf::Timestamp& time,
    time_format style,
    std::chrono::system_clock::time_point now) {
  if (style == time_format::iso)
    return timestamp_text(time.seconds(), 0);
  if (style == time_format::raw)
    return go_time(time);
  using namespace std::chrono;
  const auto away =
      duration_cast<seconds>(now - time_point_cast<system_clock::duration>(from_proto(time)))
          .count();
  const auto distance = std::abs(away);
  constexpr long long minute = 60, hour = 60 * minute, day = 24 * hour, week = 7 * day,
                      month = 30 * day, year = 12 * month;
  if (distance < 1)
    return "now";
  std::string text;
  if (distance < minute)
    text = plural(distance, "second");
  else if (distance < hour)
    text = plural(distance / minute, "minute");
  else if (distance < day)
    text = plural(distance / hour, "hour");
  else if (distance < week)
    text = plural(distance / day, "day");
  else if (distance < month)
    text = plural(distance / week, "week");
  else if (distance < year)
    text = plural(distance / month, "month");
  else if (distance < 18 * month)
    text = plural(1, "year");
  else if (distance < 2 * year)
    text = plural(2, "year");
  else if (distance < 37 * year)
    text = plural(distance / year, "year");
  else
    text = "a long while";
  return text + (away > 0 ? " ago" : " from now");
}

std::string go_duration(std::chrono::nanoseconds span) {
  if (span.count() == 0)
    return "0s";
  const bool negative = span.count() < 0;
  auto rest = std::abs(span.count());
  std::string out;
  const auto fraction = [](long long whole, long long part, int digits, const char* unit) {
    std::string text = std::to_string(whole);
    if (part != 0) {
      auto decimals = std::to_string(part);
      decimals.insert(0, static_cast<std::size_t>(digits) - decimals.size(), '0');
      decimals.erase(decimals.find_last_not_of('0') + 1);
      text += '.' + decimals;
    }
    return text + unit;
  };
  if (rest < 1'000)
    out = std::to_string(rest) + "ns";
  else if (rest < 1'000'000)
    out = fraction(rest / 1'000, rest % 1'000, 3, "\xC2\xB5s");
  else if (rest < 1'000'000'000)
    out = fraction(rest / 1'000'000, rest % 1'000'000, 6, "ms");
  else {
    const auto hours = rest / 3'600'000'000'000;
    rest %= 3'600'000'000'000;
    const auto minutes = rest / 60'000'000'000;
    rest %= 60'000'000'000;
    if (hours > 0)
      out += std::to_string(hours) + 'h';
    if (hours > 0 || minutes > 0)
      out += std::to_string(minutes) + 'm';
    out += fraction(rest / 1'000'000'000, rest % 1'000'000'000, 9, "s");
  }
  return (negative ? "-" : "") + out;
}

std::string go_duration(const google::protobuf::Duration& span) {
  return go_duration(from_proto(span));
}

std::string spaced_duration(const google::protobuf::Duration& span) {
  auto text = go_duration(span);
  if (const auto hour = text.find('h'); hour != std::string::npos) {
    const auto hours = std::stoll(text.substr(0, hour));
    if (hours >= 24)
      text = std::to_string(hours / 24) + 'd' + std::to_string(hours % 24) + text.substr(hour);
  }
  std::string out;
  for (const char c : text) {
    out += c;
    if (c >= 'a' && c <= 'z')
      out += ' ';
  }
  out.pop_back();
  return out;
}

std::string camel_case(std::string_view enum_name, std::string_view prefix) {
  if (enum_name.starts_with(prefix))
    enum_name.remove_prefix(prefix.size());
  std::string out;
  bool upper = true;
  for (const char c : enum_name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    upper = false;
  }
  return out;
}

output_format global_flags::format() const {
  if (output == "json")
    return output_format::json;
  if (output == "jsonl")
    return output_format::jsonl;
  return output == "none" ? output_format::none : output_format::text;
}

time_format global_flags::time_style() const {
  if (times == "iso")
    return time_format::iso;
  return times == "raw" ? time_format::raw : time_format::relative;
}

std::chrono::nanoseconds parse_duration(const std::string& text, const std::string& flag) {
  const auto bad = [&]() -> command_error {
    return command_error(
        "invalid duration \"" + text + "\" for --" + flag
        + ": write it like 500ms, 10s, 1h30m or 3d");
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative)
    rest.remove_prefix(1);
  if (rest.empty())
    throw bad();
  if (rest == "0")
    return {};
  long double total = 0;
  while (!rest.empty()) {
    const auto digits = rest.find_first_not_of("0123456789.");
    double value = 0;
    if (digits == 0 || digits == std::string_view::npos
        || std::from_chars(rest.data(), rest.data() + digits, value).ptr != rest.data() + digits)
      throw bad();
    rest.remove_prefix(digits);
    static constexpr std::pair<std::string_view, long double> units[] = {
        {"ms", 1e6L},
        {"us", 1e3L},
        {"\xC2\xB5s", 1e3L},
        {"ns", 1},
        {"s", 1e9L},
        {"m", 6e10L},
        {"h", 3.6e12L},
        {"d", 8.64e13L}};
    const auto* unit =
        std::ranges::find_if(units, [&](const auto& each) { return rest.starts_with(each.first); });
    if (unit == std::end(units))
      throw bad();
    total += static_cast<long double>(value) * unit->second;
    rest.remove_prefix(unit->first.size());
  }
  if (total > 9.2e18L)
    throw bad();
  const auto nanos = std::chrono::nanoseconds{static_cast<long long>(total)};
  return negative ? -nanos : nanos;
}

} // namespace troupe::cli
