// SPDX-License-Identifier: Apache-2.0
// Own code: every Nexus operation writes and reads links, whose ids are nearly always plain and go
// over in one piece.
#include "runtime/base/percent.hpp"

#include "runtime/base/hex.hpp"
#include "runtime/base/utf8.hpp"

#include <algorithm>
#include <array>

namespace troupe {
namespace {

constexpr auto plain_letters = [] {
  std::array<bool, 256> plain{};
  for (const char letter : std::string_view{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789-_.~"})
    plain[static_cast<unsigned char>(letter)] = true;
  return plain;
}();

constexpr bool is_plain(char letter) {
  return plain_letters[static_cast<unsigned char>(letter)];
}

} // namespace

void append_percent_encoded(std::string& to, std::string_view text, std::string_view also_plain) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    to += text.substr(0, plain);
    if (plain == text.size())
      return;
    const char letter = text[plain];
    if (also_plain.find(letter) != std::string_view::npos) {
      to += letter;
    } else {
      to += '%';
      to += digits[static_cast<unsigned char>(letter) >> 4];
      to += digits[static_cast<unsigned char>(letter) & 15];
    }
    text.remove_prefix(plain + 1);
  }
}

std::optional<std::string> percent_decoded(std::string_view text, plus_sign plus) {
  const std::string_view special = plus == plus_sign::space ? "%+" : "%";
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

} // namespace troupe
