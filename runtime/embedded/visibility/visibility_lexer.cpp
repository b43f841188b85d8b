// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/visibility_lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace troupe::embedded {

namespace {

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool read_digits(std::string_view& text, std::size_t count, int& out) {
  if (text.size() < count)
    return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + count, out);
  if (error != std::errc{} || end != text.data() + count || !is_digit(text.front()))
    return false;
  text.remove_prefix(count);
  return true;
}

bool skip(std::string_view& text, char expected) {
  if (text.empty() || upper(text.front()) != expected)
    return false;
  text.remove_prefix(1);
  return true;
}

} // namespace

bool visibility_lexer::is_keyword(std::string_view wanted) const {
  if (current_.what != visibility_token::kind::name || current_.is_quoted
      || current_.text.size() != wanted.size())
    return false;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (upper(current_.text[i]) != wanted[i])
      return false;
  return true;
}

void visibility_lexer::read_quoted(char quote) {
  ++at_;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == quote) {
      if (at_ >= text_.size() || text_[at_] != quote)
        return;
      ++at_; // a doubled quote stands for one
      current_.text += quote;
    } else if (c == '\\' && quote != '`' && at_ < text_.size()) {
      const char escaped = text_[at_++];
      current_.text += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
    } else {
      current_.text += c;
    }
  }
  current_.what = visibility_token::kind::bad; // the quote is never closed
}

void visibility_lexer::next() {
  using kind = visibility_token::kind;
  while (at_ < text_.size()
         && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
    ++at_;
  current_ = {};
  if (at_ == text_.size()) {
    current_.end = at_;
    return;
  }
  const char c = text_[at_];
  const auto start = at_;
  if (is_name_start(c)) {
    current_.what = kind::name;
    while (at_ < text_.size()
           && (is_name_start(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '.'))
      ++at_;
    current_.text = text_.substr(start, at_ - start);
  } else if (c == '`') {
    current_.what = kind::name;
    current_.is_quoted = true;
    read_quoted(c);
  } else if (c == '\'' || c == '"') {
    current_.what = kind::text;
    read_quoted(c);
  } else if (
      is_digit(c)
      || ((c == '-' || c == '+' || c == '.') && at_ + 1 < text_.size()
          && is_digit(text_[at_ + 1]))) {
    current_.what = kind::number;
    ++at_;
    while (at_ < text_.size()
           && (is_digit(text_[at_]) || text_[at_] == '.' || upper(text_[at_]) == 'E'
               || ((text_[at_] == '-' || text_[at_] == '+') && upper(text_[at_ - 1]) == 'E')))
      ++at_;
    current_.text = text_.substr(start, at_ - start);
  } else {
    const auto two = text_.substr(at_, 2);
    const bool is_two = two == "!=" || two == "<=" || two == ">=" || two == "<>";
    current_.what = is_two || std::string_view{"=<>(),*"}.find(c) != std::string_view::npos
                        ? kind::symbol
                        : kind::bad;
    at_ += is_two ? 2 : 1;
    current_.text = text_.substr(start, at_ - start);
  }
  current_.end = at_;
}

bool parse_rfc3339(std::string_view text, time_point& out) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!read_digits(text, 4, year) || !skip(text, '-') || !read_digits(text, 2, month)
      || !skip(text, '-') || !read_digits(text, 2, day) || !skip(text, 'T')
      || !read_digits(text, 2, hour) || !skip(text, ':') || !read_digits(text, 2, minute)
      || !skip(text, ':') || !read_digits(text, 2, second))
    return false;
  std::int64_t fraction = 0;
  if (skip(text, '.')) {
    std::int64_t unit = 100'000'000;
    if (text.empty() || !is_digit(text.front()))
      return false;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), unit /= 10)
      fraction += (text.front() - '0') * unit;
  }
  std::chrono::minutes offset{};
  if (!skip(text, 'Z')) {
    const bool is_east = !text.empty() && text.front() == '+';
    int hours = 0;
    int minutes = 0;
    if (!(skip(text, '+') || skip(text, '-')) || !read_digits(text, 2, hours) || !skip(text, ':')
        || !read_digits(text, 2, minutes))
      return false;
    offset = (std::chrono::hours{hours} + std::chrono::minutes{minutes}) * (is_east ? 1 : -1);
  }
  const std::chrono::year_month_day date{
      std::chrono::year{year},
      std::chrono::month{static_cast<unsigned>(month)},
      std::chrono::day{static_cast<unsigned>(day)}};
  if (!text.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59)
    return false;
  // Years outside of what nanoseconds can count saturate: such a bound is then before or after
  // everything.
  if (year < 1678 || year > 2261) {
    out = year < 1678 ? time_point::min() : time_point::max();
    return true;
  }
  out = time_point{std::chrono::sys_days{date}} + std::chrono::hours{hour}
        + std::chrono::minutes{minute} + std::chrono::seconds{second} + duration{fraction} - offset;
  return true;
}

bool parse_duration_text(std::string_view text, std::int64_t& nanoseconds) {
  const auto* end = text.data() + text.size();
  if (auto [at, error] = std::from_chars(text.data(), end, nanoseconds);
      error == std::errc{} && at == end)
    return true;
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  if (auto rest = text; read_digits(rest, 2, hours) && skip(rest, ':')
                        && read_digits(rest, 2, minutes) && skip(rest, ':')
                        && read_digits(rest, 2, seconds) && rest.empty()) {
    nanoseconds = duration{
        std::chrono::hours{hours} + std::chrono::minutes{minutes}
        + std::chrono::seconds{
            seconds}}.count();
    return true;
  }
  struct unit {
    std::string_view name;
    double nanoseconds;
  };
  constexpr std::array<unit, 7> units{
      {{"ns", 1},
       {"us", 1e3},
       {"ms", 1e6},
       {"s", 1e9},
       {"m", 60e9},
       {"h", 3600e9},
       {"d", 86400e9}}};
  if (text.empty())
    return false;
  double total = 0;
  const bool is_negative = text.front() == '-';
  if (is_negative)
    text.remove_prefix(1);
  while (!text.empty()) {
    double number = 0;
    const auto [at, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{})
      return false;
    text.remove_prefix(static_cast<std::size_t>(at - text.data()));
    const auto length = std::min(text.find_first_of("0123456789."), text.size());
    const unit* found = nullptr;
    for (const auto& each : units)
      if (each.name == text.substr(0, length))
        found = &each;
    if (found == nullptr)
      return false;
    total += number * found->nanoseconds;
    text.remove_prefix(length);
  }
  if (!(std::abs(total) < 9.2e18))
    return false;
  nanoseconds = static_cast<std::int64_t>(is_negative ? -total : total);
  return true;
}

} // namespace troupe::embedded
