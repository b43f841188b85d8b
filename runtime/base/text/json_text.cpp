// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/json_text.hpp"

#include "runtime/base/text/printable.hpp"
#include "runtime/base/text/utf8.hpp"

namespace troupe {

void append_quoted(std::string& to, std::string_view text) {
  if (!is_utf8(text)) {
    append_quoted(to, to_valid_utf8(std::string{text}));
    return;
  }
  to += '"';
  for (std::size_t at = 0; at < text.size();) {
    if (const auto length = control_at(text.substr(at)); length > 0) {
      append_escape(to, text.substr(at, length));
      at += length;
      continue;
    }
    if (text[at] == '"' || text[at] == '\\')
      to += '\\';
    to += text[at++];
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
