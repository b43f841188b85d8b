// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/utf8.hpp"

#include <simdjson.h>

namespace troupe {
namespace {

constexpr bool continues(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// How many bytes the character at the front has; 0 if none begins there. Overlong forms, surrogates
// and what lies beyond U+10FFFF are none: the second byte tells.
std::size_t character_size(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80)
    return 1;
  if (first < 0xc2 || first > 0xf4)
    return 0;
  const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (text.size() < size)
    return 0;
  for (std::size_t i = 1; i < size; ++i)
    if (!continues(text[i]))
      return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  switch (first) {
  case 0xe0: return second < 0xa0 ? 0 : size;
  case 0xed: return second > 0x9f ? 0 : size;
  case 0xf0: return second < 0x90 ? 0 : size;
  case 0xf4: return second > 0x8f ? 0 : size;
  default: return size;
  }
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  // Short ones are nearly all ASCII, and not worth the call.
  if (text.size() < 64) {
    unsigned char seen = 0;
    for (const char c : text)
      seen |= static_cast<unsigned char>(c);
    if (seen < 0x80)
      return true;
  }
  return simdjson::validate_utf8(text);
}

std::string to_valid_utf8(std::string text) {
  if (is_utf8(text))
    return text;
  std::string out;
  out.reserve(text.size() + 16);
  for (std::string_view rest = text; !rest.empty();) {
    const auto size = character_size(rest);
    out += size == 0 ? std::string_view{"\xef\xbf\xbd"} : rest.substr(0, size);
    rest.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

std::string_view cut_utf8(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most)
    return text;
  // A character has three bytes at the most behind its first; more of them are no character.
  auto end = most;
  while (end > 0 && most - end < 3 && continues(text[end]))
    --end;
  return text.substr(0, continues(text[end]) ? most : end);
}

std::string excerpt(std::string_view text, std::size_t most) {
  const auto cited = cut_utf8(text, most);
  auto out = to_valid_utf8(std::string{cited});
  if (cited.size() != text.size())
    out += "...";
  return out;
}

} // namespace troupe
