// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/utf8.hpp"

#include <simdjson.h>

namespace troupe {

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text);
}

std::string to_valid_utf8(std::string text) {
  if (!is_utf8(text))
    for (char& c : text)
      if (static_cast<unsigned char>(c) >= 0x80)
        c = '?';
  return text;
}

} // namespace troupe
