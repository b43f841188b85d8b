// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/printable.hpp"

#include "runtime/base/text/utf8.hpp"

namespace troupe {

namespace {

unsigned byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

unsigned code_point(std::string_view character) noexcept {
  switch (character.size()) {
  case 2: return ((byte_at(character, 0) & 0x1FU) << 6U) | (byte_at(character, 1) & 0x3FU);
  case 3:
    return ((byte_at(character, 0) & 0x0FU) << 12U) | ((byte_at(character, 1) & 0x3FU) << 6U)
           | (byte_at(character, 2) & 0x3FU);
  default: return byte_at(character, 0);
  }
}

} // namespace

std::size_t control_at(std::string_view text) noexcept {
  if (text.empty())
    return 0;
  const auto first = byte_at(text, 0);
  if (first < 0x20 || first == 0x7F)
    return 1;
  if (first == 0xC2 && text.size() > 1 && byte_at(text, 1) < 0xA0)
    return 2;
  if (first == 0xE2 && text.size() > 2) {
    const auto code = code_point(text.substr(0, 3));
    const bool breaks = code == 0x2028 || code == 0x2029;
    const bool turns = code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E)
                       || (code >= 0x2066 && code <= 0x2069);
    return breaks || turns ? 3 : 0;
  }
  return 0;
}

bool is_printable(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size(); ++at)
    if (control_at(text.substr(at)) != 0)
      return false;
  return is_utf8(text);
}

void append_escape(std::string& to, std::string_view character) {
  switch (character.front()) {
  case '\n': to += "\\n"; return;
  case '\r': to += "\\r"; return;
  case '\t': to += "\\t"; return;
  default: break;
  }
  static constexpr char hex[] = "0123456789abcdef";
  const auto code = code_point(character);
  to += "\\u";
  for (const auto shift : {12U, 8U, 4U, 0U})
    to += hex[(code >> shift) & 15U];
}

std::string printable(std::string_view text, line_breaks breaks) {
  if (!is_utf8(text)) {
    const auto valid = to_valid_utf8(std::string{text});
    return printable(valid, breaks);
  }
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto length = control_at(text.substr(at));
    const bool kept = breaks == line_breaks::keep && (text[at] == '\n' || text[at] == '\t');
    if (length == 0 || kept)
      out += text[at++];
    else {
      append_escape(out, text.substr(at, length));
      at += length;
    }
  }
  return out;
}

} // namespace troupe
