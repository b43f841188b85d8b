// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/headers.hpp"

#include "runtime/base/text/go_url.hpp"
#include "runtime/base/text/percent.hpp"
#include "runtime/base/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace troupe::nexus_http {

namespace {

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

bool is_link_type(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '_' || c == '.' || c == '/';
  });
}

bool is_link_url(std::string_view text) {
  if (text.empty() || !is_utf8(text) || !read_go_url(text).problem.empty())
    return false;
  const auto mark = text.find('?');
  if (mark == text.npos)
    return true;
  const auto query = text.substr(mark + 1, text.find('#', mark) - mark - 1);
  return query.find(';') == query.npos && query_value_text(query).has_value();
}

/// Reads one link from the front of `rest`, and the comma behind it.
std::optional<link> take_link(std::string_view& rest) {
  rest = trimmed(rest);
  const auto end = rest.find('>');
  if (!rest.starts_with('<') || end == rest.npos)
    return std::nullopt;
  link made{std::string{trimmed(rest.substr(1, end - 1))}, {}};
  if (!is_link_url(made.url))
    return std::nullopt;
  const auto comma = rest.find(',', end);
  auto parameters = trimmed(rest.substr(end + 1, comma - end - 1));
  rest = comma == rest.npos ? std::string_view{} : rest.substr(comma + 1);
  if (!parameters.starts_with(';'))
    return std::nullopt;
  while (!parameters.empty()) {
    parameters.remove_prefix(1);
    const auto next = std::min(parameters.find(';'), parameters.size());
    const auto each = trimmed(parameters.substr(0, next));
    parameters.remove_prefix(next);
    const auto equals = each.find('=');
    if (equals == each.npos)
      return std::nullopt;
    auto value = trimmed(each.substr(equals + 1));
    if (value.starts_with('"') != value.ends_with('"') || value == "\"")
      return std::nullopt;
    if (value.starts_with('"'))
      value = value.substr(1, value.size() - 2);
    if (trimmed(each.substr(0, equals)) == "type")
      made.type = value;
  }
  if (!is_link_type(made.type))
    return std::nullopt;
  return made;
}

} // namespace

std::string_view find(const headers& among, std::string_view name) noexcept {
  for (const auto& [key, value] : among)
    if (key == name)
      return value;
  return {};
}

bool is_header(std::string_view name, std::string_view value) noexcept {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && name.size() <= longest_header_name && value.size() <= longest_header_value
         && std::ranges::all_of(
             name, [&](char c) { return is_letter_or_digit(c) || marks.find(c) != marks.npos; })
         && std::ranges::all_of(value, [](char c) {
              return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7F');
            });
}

bool is_of_connection(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 8> names{
      "connection",
      "expect",
      "host",
      "keep-alive",
      "te",
      "trailer",
      "transfer-encoding",
      "upgrade"};
  return name.starts_with("proxy-") || std::ranges::find(names, name) != names.end();
}

std::optional<duration> parse_duration(std::string_view text) noexcept {
  const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto unit = text.substr(digits);
  const auto number = text.substr(0, digits);
  const auto point = std::min(number.find('.'), number.size());
  if (point == 0 || point + 1 == number.size() || number.find('.', point + 1) != number.npos
      || number.size() > 300)
    return std::nullopt;
  const double each = unit == "ms" ? 1 : unit == "s" ? 1e3 : unit == "m" ? 60e3 : 0;
  if (each == 0)
    return std::nullopt;
  double value = 0; // by hand, as `strtod` goes by the locale
  double place = 1;
  for (std::size_t at = 0; at < number.size(); ++at)
    if (at != point) {
      value = value * 10 + (number[at] - '0');
      if (at > point)
        place *= 10;
    }
  const auto milliseconds = std::floor(value / place * each);
  constexpr double most = 9e12; // 285 years
  if (!(milliseconds < most))
    return duration::max();
  return std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)};
}

std::string write_duration(duration span) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(span).count()) + "ms";
}

std::optional<std::vector<link>> parse_links(const headers& among) {
  std::vector<link> links;
  for (const auto& [name, value] : among) {
    if (name != link_header)
      continue;
    auto rest = trimmed(value);
    if (rest.ends_with(','))
      return std::nullopt;
    do {
      auto each = take_link(rest);
      if (!each)
        return std::nullopt;
      links.push_back(std::move(*each));
    } while (!rest.empty());
  }
  return links;
}

std::string write_links(const std::vector<link>& links) {
  std::string out;
  for (const auto& [url, type] : links) {
    if (!is_link_url(url) || !is_link_type(type) || url.find('>') != url.npos
        || !is_header("x", url))
      continue;
    constexpr std::size_t around = std::string_view{", <>; type=\"\""}.size();
    if (out.size() + url.size() + type.size() + around > longest_header_value)
      continue;
    out.append(out.empty() ? "<" : ", <").append(url).append(">; type=\"").append(type) += '"';
  }
  return out;
}

} // namespace troupe::nexus_http
