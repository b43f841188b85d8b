// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// Standard base64 with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// The URL-safe alphabet, for tokens; without padding, or with.
[[nodiscard]] std::string to_base64url(std::string_view bytes, bool padded = false);

/// The bytes of a standard or URL-safe base64 text, padded or not; false, and `bytes` unspecified,
/// if it is neither. Nothing else may lie between the digits.
[[nodiscard]] bool decode_base64(std::string_view text, std::string& bytes);

} // namespace troupe
