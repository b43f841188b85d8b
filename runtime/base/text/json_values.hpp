// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace troupe {

/// What is parsed in a few milliseconds.
inline constexpr std::size_t most_json_values = 200'000;

/// True if a JSON text holds no more than `most` values, those inside of others included. Any input
/// is safe.
bool has_few_values(std::string_view json, std::size_t most = most_json_values);

} // namespace troupe
