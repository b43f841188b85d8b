// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// Percent-escapes of URLs. `also_plain` says which punctuation stays beside letters, digits and
/// `-_.~`: RFC 3986 allows more in a path segment than in a query's value.
void append_percent_encoded(
    std::string& to, std::string_view text, std::string_view also_plain = {});

/// What a path segment may hold unescaped, as Go's `url.PathEscape` has it.
inline constexpr std::string_view plain_in_path_segment = "$&+=:@";

enum class plus_sign { plus, space };

/// The text behind the escapes; nothing if an escape is broken or the text is no valid UTF-8. In a
/// query a plus sign is a space.
[[nodiscard]] std::optional<std::string>
percent_decoded(std::string_view text, plus_sign plus = plus_sign::plus);

} // namespace troupe
