// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe {

/// One step further into a value, as error texts show it: `.key`, `["odd key"]`, `[3]`.
void append_json_path(std::string& path, std::string_view key);
void append_json_path(std::string& path, std::size_t index);

} // namespace troupe
