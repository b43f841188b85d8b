// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// A segment of a URL's path with what it must escape as `%2F`, like Go's `url.PathEscape`:
/// letters, digits and `-_.~$&+=:@` stay.
void append_path_segment(std::string& to, std::string_view text);

/// A value in a URL's query, like Go's `url.QueryEscape`: letters, digits and `-_.~` stay, a space
/// becomes `+`.
void append_query_value(std::string& to, std::string_view text);

/// What lies behind the escapes. Nothing if one is broken or the text is no valid UTF-8: it goes
/// into messages, and those can hold nothing else.
[[nodiscard]] std::optional<std::string> path_segment_text(std::string_view escaped);
[[nodiscard]] std::optional<std::string> query_value_text(std::string_view escaped);

} // namespace troupe
