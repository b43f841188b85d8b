// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/store/store.hpp"

namespace troupe::embedded {

void add_key_part(std::string& key, std::string_view part) {
  // A zero byte ends the part, so one inside is told from it by what follows: nothing that a part
  // begins with.
  for (const char each : part) {
    key += each;
    if (each == '\0')
      key += '\xff';
  }
  key += '\0';
}

void add_key_part(std::string& key, std::uint64_t part) {
  // The largest byte must not come right after the end of a text; no count comes near it.
  for (int shift = 56; shift >= 0; shift -= 8)
    key += static_cast<char>(part >> shift);
}

} // namespace troupe::embedded
