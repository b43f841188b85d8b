// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/store/store.hpp"

#include <utility>

namespace troupe::embedded {

void add_key_part(std::string& key, std::string_view part) {
  // A zero byte and a one end the part; a zero inside is followed by the largest byte instead, so
  // that nothing longer begins like the whole part, and shorter ones still sort first.
  for (const char each : part) {
    key += each;
    if (each == '\0')
      key += '\xff';
  }
  key += '\0';
  key += '\1';
}

void add_key_part(std::string& key, std::uint64_t part) {
  for (int shift = 56; shift >= 0; shift -= 8)
    key += static_cast<char>(part >> shift);
}

std::vector<std::string> key_parts(std::string_view key) {
  std::vector<std::string> parts;
  std::string part;
  for (std::size_t at = 0; at < key.size(); ++at) {
    if (key[at] != '\0') {
      part += key[at];
      continue;
    }
    if (++at < key.size() && key[at] == '\xff')
      part += '\0';
    else
      parts.push_back(std::exchange(part, {}));
  }
  return parts;
}

} // namespace troupe::embedded
