// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/base64.hpp"

#include <array>
#include <cstdint>

namespace troupe {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr auto values = [] {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < digits.size(); ++i)
    table[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
  table['-'] = 62;
  table['_'] = 63;
  return table;
}();

} // namespace

void append_base64(std::string& to, std::string_view bytes) {
  const auto at = [&](std::size_t i) -> std::uint32_t {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    to += digits[group >> 18];
    to += digits[group >> 12 & 63];
    to += i + 1 < bytes.size() ? digits[group >> 6 & 63] : '=';
    to += i + 2 < bytes.size() ? digits[group & 63] : '=';
  }
}

bool decode_base64(std::string_view text, std::string& bytes) {
  if (text.size() % 4 == 0)
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
      text.remove_suffix(1);
  if (text.size() % 4 == 1)
    return false;
  bytes.clear();
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    const auto value = values[static_cast<unsigned char>(c)];
    if (value < 0)
      return false;
    group = (group << 6 | static_cast<std::uint32_t>(value)) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(group >> bits & 0xff);
    }
  }
  return true;
}

} // namespace troupe
