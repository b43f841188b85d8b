// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/go_quote.hpp"

#include "runtime/base/text/printable.hpp"

#include <algorithm>

namespace troupe {

std::string quote_as_go(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::string_view letters = "abtnvfr"; // 7 to 13
  std::string out = "\"";
  while (!text.empty()) {
    const char c = text.front();
    const auto byte = static_cast<unsigned char>(c);
    const auto control = control_at(text);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (byte >= 7 && byte <= 13)
      out += {'\\', letters[byte - 7U]};
    else if (byte < 0x20 || byte == 0x7f)
      out += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
    else if (control > 0)
      append_escape(out, text.substr(0, control));
    else
      out += c;
    text.remove_prefix(std::max<std::size_t>(control, 1));
  }
  return out + '"';
}

} // namespace troupe
