// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/json_unescape.hpp"

#include "runtime/base/text/hex.hpp"

namespace troupe {
namespace {

// The four digits of a \u escape; -1 if they are none.
int code_unit(const char* at, const char* end) {
  if (end - at < 4)
    return -1;
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(at[i]);
    if (digit < 0)
      return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

void append_utf8(std::string& to, char32_t code) {
  const auto low_bits = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    to += static_cast<char>(code);
  } else if (code < 0x800) {
    to += static_cast<char>(0xc0 | code >> 6);
    to += low_bits(0);
  } else if (code < 0x10000) {
    to += static_cast<char>(0xe0 | code >> 12);
    to += low_bits(6);
    to += low_bits(0);
  } else {
    to += static_cast<char>(0xf0 | code >> 18);
    to += low_bits(12);
    to += low_bits(6);
    to += low_bits(0);
  }
}

// Appends the text of a \u escape whose digits begin at `at`, a pair of surrogates taken together;
// where it ends, or null if it names no character.
const char* append_unicode_escape(std::string& to, const char* at, const char* end) {
  const int first = code_unit(at, end);
  if (first < 0 || (first >= 0xdc00 && first < 0xe000))
    return nullptr;
  if (first < 0xd800 || first >= 0xe000) {
    append_utf8(to, static_cast<char32_t>(first));
    return at + 4;
  }
  if (end - at < 10 || at[4] != '\\' || at[5] != 'u')
    return nullptr;
  const int second = code_unit(at + 6, end);
  if (second < 0xdc00 || second >= 0xe000)
    return nullptr;
  append_utf8(to, static_cast<char32_t>(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
  return at + 10;
}

} // namespace

const char* append_unescaped(std::string& to, const char* at, const char* end) {
  switch (at[1]) {
  case '"':
  case '\\':
  case '/': to += at[1]; break;
  case 'b': to += '\b'; break;
  case 'f': to += '\f'; break;
  case 'n': to += '\n'; break;
  case 'r': to += '\r'; break;
  case 't': to += '\t'; break;
  case 'u': return append_unicode_escape(to, at + 2, end);
  default: return nullptr;
  }
  return at + 2;
}

} // namespace troupe
