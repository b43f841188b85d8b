// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/terminal/text.hpp"

#include "apps/troupe/terminal/output.hpp"
#include "runtime/base/text/printable.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/base/time/time_text.hpp"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace troupe::cli {
namespace {

std::size_t width(const std::string& text) {
  return display_width(text);
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
  auto text = rfc3339(instant{time.seconds(), 0});
  text[text.find('T')] = ' ';
  text.pop_back();
  return text + fraction_text(time.nanos()) + " +0000 UTC";
}

std::string plural(long long count, const char* unit) {
  return std::to_string(count) + ' ' + unit + (count == 1 ? "" : "s");
}

// With an exponent unless its size is in [`least`, `most`).
template <class Float>
std::string number(Float value, Float least, Float most) {
  if (std::isnan(value))
    return "NaN";
  if (std::isinf(value))
    return value > 0 ? "+Inf" : "-Inf";
  const auto size = std::abs(value);
  const bool has_exponent = size != 0 && (size < least || size >= most);
  std::array<char, 64> digits{};
  const auto end = std::to_chars(
      digits.begin(),
      digits.end(),
      value,
      has_exponent ? std::chars_format::scientific : std::chars_format::fixed);
  return {digits.begin(), end.ptr};
}

} // namespace

std::size_t display_width(std::string_view text) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  std::size_t total = 0;
  bool is_counted = false; // of what is read as one character, the first part that has a width
  utf8proc_int32_t before = 0, state = 0;
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const auto length = utf8proc_iterate(at, left, &code);
    if (length <= 0) { // no UTF-8: terminals show one sign for a byte
      code = 0xFFFD;
      state = 0;
    }
    at += std::max<utf8proc_ssize_t>(length, 1);
    left -= std::max<utf8proc_ssize_t>(length, 1);
    if (before == 0 || utf8proc_grapheme_break_stateful(before, code, &state))
      is_counted = false;
    before = code;
    const auto columns = static_cast<std::size_t>(std::max(utf8proc_charwidth(code), 0));
    if (!is_counted && columns > 0) {
      total += columns;
      is_counted = true;
    }
  }
  return total;
}

std::string table(
    const global_flags& flags,
    const std::vector<std::string>& headings,
    const std::vector<std::vector<std::string>>& given,
    const table_style& style) {
  auto rows = given;
  for (auto& row : rows)
    for (auto& cell : row)
      cell = printable(cell);
  std::vector<std::size_t> widths;
  for (const auto& heading : headings)
    widths.push_back(width(heading));
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], width(row[i]));
  std::string out;
  if (style.with_headings)
    out += heading_row(flags, headings, widths, style.indent);
  for (const auto& row : rows)
    out += table_row(row, widths, style);
  return out;
}

void print_rows(
    const std::vector<std::string>& headings,
    const std::vector<std::vector<std::string>>& rows,
    const global_flags& flags) {
  if (flags.format() == output_format::text)
    return print(table(flags, headings, rows));
  std::string all;
  for (const auto& row : rows) {
    json_object object;
    for (std::size_t i = 0; i < row.size(); ++i) {
      auto name = headings[i];
      name.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(name.front())));
      object.text(name, row[i]);
    }
    all += (all.empty() ? "" : ",") + object.str();
  }
  print_json('[' + all + ']', flags);
}

std::string table_row(
    const std::vector<std::string>& cells,
    const std::vector<std::size_t>& widths,
    const table_style& style,
    const std::vector<std::string>& escapes) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto cell = printable(cells[i]);
    auto shown =
        pad(cell, widths[i], i < style.alignment.size() ? style.alignment[i] : align::left);
    if (i < escapes.size() && !escapes[i].empty())
      shown.insert(shown.find(cell) + cell.size(), no_colour).insert(shown.find(cell), escapes[i]);
    out += std::string(2 * style.indent, ' ') + shown;
  }
  return out + '\n';
}

std::string heading_row(
    const global_flags& flags,
    const std::vector<std::string>& headings,
    const std::vector<std::size_t>& widths,
    std::size_t indent) {
  return table_row(
      headings,
      widths,
      {std::vector<align>(headings.size(), align::center), true, indent},
      std::vector<std::string>(headings.size(), escape_of(colour::magenta, flags)));
}

std::string property_list(const properties& of) {
  std::size_t widest = 0;
  for (const auto& each : of)
    widest = std::max(widest, width(each.name));
  std::string out;
  for (const auto& [name, value, is_block, escape] : of) {
    auto shown = printable(value, is_block ? line_breaks::keep : line_breaks::escape);
    if (shown.empty())
      shown = " ";
    else if (!escape.empty())
      shown = escape + shown + std::string{no_colour};
    out += "  " + pad(name, widest, align::left) + "  " + shown + '\n';
  }
  return out;
}

std::string time_text(
    const google::protobuf::Timestamp& time,
    time_format style,
    std::chrono::system_clock::time_point now) {
  if (style == time_format::iso)
    return rfc3339(instant{time.seconds(), 0});
  if (style == time_format::raw)
    return go_time(time);
  using namespace std::chrono;
  const auto then = time_point_cast<system_clock::duration>(from_proto(time));
  // The time of another may lie anywhere: the difference of two far ones has no room in
  // nanoseconds.
  constexpr hours far{24 * 365 * 100};
  const auto away = then < now - far   ? duration_cast<seconds>(far).count()
                    : then > now + far ? -duration_cast<seconds>(far).count()
                                       : duration_cast<seconds>(now - then).count();
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

std::string go_duration(const google::protobuf::Duration& span) {
  return go_duration(from_proto(span));
}

std::string go_number(float value) {
  return number(value, 1e-4F, 1e6F);
}

std::string go_number(double value) {
  return number(value, 1e-4, 1e6);
}

std::string go_number_json(float value) {
  const auto text = number(value, 1e-6F, 1e21F);
  return std::isfinite(value) ? text : quote_json(text);
}

std::string go_number_json(double value) {
  const auto text = number(value, 1e-6, 1e21);
  return std::isfinite(value) ? text : quote_json(text);
}

std::string spaced_duration(const google::protobuf::Duration& span) {
  auto text = go_duration(span);
  if (const auto hour = text.find('h'); hour != std::string::npos) {
    const auto hours = std::stoll(text.substr(0, hour));
    if (hours >= 24)
      text = std::to_string(hours / 24) + 'd' + std::to_string(hours % 24) + text.substr(hour);
  }
  std::string out;
  bool after_unit = false;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    if (is_digit && after_unit)
      out += ' ';
    after_unit = !is_digit && c != '.' && c != '-';
    out += c;
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
  if (const auto span = parse_go_duration(text, true))
    return *span;
  throw command_error(
      "invalid duration \"" + text + "\" for --" + flag
      + ": write it like 500ms, 10s, 1h30m or 3d");
}

} // namespace troupe::cli
