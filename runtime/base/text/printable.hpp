// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text of others on a terminal or in a log: an id with an escape sequence must not move the
/// cursor, one with a line break must not look like two lines.
namespace troupe {

/// The length of the control character that `text` begins with, 0 if it begins with none. Control
/// characters are those of ASCII and of U+0080 to U+009F, and those that break lines or turn the
/// direction of writing. `text` is valid UTF-8.
[[nodiscard]] std::size_t control_at(std::string_view text) noexcept;

/// True if the text is valid UTF-8 without control characters.
[[nodiscard]] bool is_printable(std::string_view text) noexcept;

enum class line_breaks { escape, keep };

/// The text with its control characters as JSON would escape them (`\n`, `\u001b`) and each byte
/// that is part of no character as U+FFFD. `keep` leaves line feeds and tabs.
[[nodiscard]] std::string
printable(std::string_view text, line_breaks breaks = line_breaks::escape);

/// Appends the JSON escape of the control character that is all of `character`.
void append_escape(std::string& to, std::string_view character);

} // namespace troupe
