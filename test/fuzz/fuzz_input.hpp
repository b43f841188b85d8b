// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace troupe::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// What must hold for every input; says which claim broke and ends the process.
inline void require(bool holds, const char* claim) {
  if (holds)
    return;
  std::fprintf(stderr, "broken: %s\n", claim);
  std::abort();
}

} // namespace troupe::fuzz
