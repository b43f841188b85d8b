// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// Standard base64 with padding, appended to `to`.
void append_base64(std::string& to, std::string_view bytes);

/// The bytes of a standard or URL-safe base64 text, padded or not; false if it is neither.
[[nodiscard]] bool decode_base64(std::string_view text, std::string& bytes);

} // namespace troupe
