// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/json_text.hpp"

#include "runtime/base/utf8.hpp"

namespace troupe {

void append_quoted(std::string& to, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  if (!is_utf8(text)) {
    append_quoted(to, to_valid_utf8(std::string{text}));
    return;
  }
  to += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
    case '"': to += "\\\""; break;
    case '\\': to += "\\\\"; break;
    case '\n': to += "\\n"; break;
    case '\r': to += "\\r"; break;
    case '\t': to += "\\t"; break;
    default:
      if (byte < 0x20) {
        to += "\\u00";
        to += hex[byte >> 4];
        to += hex[byte & 15];
      } else {
        to += c;
      }
    }
  }
  to += '"';
}

std::string quote_json(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted(out, text);
  return out;
}

} // namespace troupe
