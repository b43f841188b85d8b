// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace troupe {

/// What the values of a search attribute are; numbers are the protocol's (`IndexedValueType`).
enum class search_attribute_type : std::uint8_t {
  text = 1,
  keyword = 2,
  integer = 3,
  floating = 4,
  boolean = 5,
  datetime = 6,
  keyword_list = 7,
};

} // namespace troupe
