// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/json_path.hpp"

#include "runtime/payload/json_chars.hpp"

namespace troupe {

void append_json_path(std::string& path, std::string_view key) {
  bool plain = !key.empty();
  for (const char c : key)
    plain = plain
            && (is_digit(c) || c == '_' || c == '-' || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z'));
  if (plain)
    path.append(".").append(key);
  else
    path.append("[\"").append(key).append("\"]");
}

void append_json_path(std::string& path, std::size_t index) {
  path.append("[").append(std::to_string(index)).append("]");
}

} // namespace troupe
