// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/time/text_scanner.hpp"

#include <array>
#include <string_view>

namespace troupe {

/// True for what may lie directly behind a number, `true`, `false` or `null`; whether it may lie
/// there in this document is another question. A zero is what lies behind the text.
constexpr bool ends_scalar(char c) {
  constexpr auto table = [] {
    std::array<bool, 256> ends{};
    for (const char end : std::string_view{" \n\t\r,:[]{}\"\0", 12})
      ends[static_cast<unsigned char>(end)] = true;
    return ends;
  }();
  return table[static_cast<unsigned char>(c)];
}

} // namespace troupe
