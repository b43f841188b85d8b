// SPDX-License-Identifier: Apache-2.0
// Own code: every Nexus operation writes and reads links, whose ids are nearly always plain and go
// over in one piece.
#include "runtime/base/text/percent.hpp"

#include "runtime/base/text/hex.hpp"
#include "runtime/base/text/utf8.hpp"

#include <algorithm>
#include <array>

namespace troupe {
namespace {

using letter_set = std::array<bool, 256>;

constexpr letter_set letters(std::string_view marks) {
  letter_set set{};
  for (const auto part :
       {std::string_view{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"}, marks})
    for (const char letter : part)
      set[static_cast<unsigned char>(letter)] = true;
  return set;
}

constexpr auto plain_in_path = letters("-_.~$&+=:@");
constexpr auto plain_in_query = letters("-_.~");

void append_escaped(
    std::string& to, std::string_view text, const letter_set& plain, bool space_is_plus) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  while (!text.empty()) {
    const auto* stop = std::find_if_not(
        text.begin(), text.end(), [&](char c) { return plain[static_cast<unsigned char>(c)]; });
    const auto taken = static_cast<std::size_t>(stop - text.begin());
    to += text.substr(0, taken);
    if (taken == text.size())
      return;
    const auto byte = static_cast<unsigned char>(text[taken]);
    if (space_is_plus && byte == ' ') {
      to += '+';
    } else {
      to += '%';
      to += digits[byte >> 4];
      to += digits[byte & 15];
    }
    text.remove_prefix(taken + 1);
  }
}

std::optional<std::string> unescaped(std::string_view text, bool plus_is_space) {
  const std::string_view special = plus_is_space ? "%+" : "%";
  std::string out;
  out.reserve(text.size());
  while (true) {
    const auto at = std::min(text.find_first_of(special), text.size());
    out += text.substr(0, at);
    if (at == text.size())
      break;
    if (text[at] == '+') {
      out += ' ';
      text.remove_prefix(at + 1);
      continue;
    }
    const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
    const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
    if (high < 0 || low < 0)
      return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    text.remove_prefix(at + 3);
  }
  if (!is_utf8(out))
    return std::nullopt;
  return out;
}

} // namespace

void append_path_segment(std::string& to, std::string_view text) {
  append_escaped(to, text, plain_in_path, false);
}

void append_query_value(std::string& to, std::string_view text) {
  append_escaped(to, text, plain_in_query, true);
}

std::optional<std::string> path_segment_text(std::string_view escaped) {
  return unescaped(escaped, false);
}

std::optional<std::string> query_value_text(std::string_view escaped) {
  return unescaped(escaped, true);
}

} // namespace troupe
