// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text that leaves is UTF-8: protobuf refuses to read anything else as a string, and a gRPC status
/// with anything else cannot be decoded in some languages. What comes from outside without
/// protobuf's check (percent-escapes, exceptions, headers, bytes that are cited) goes through here.
namespace troupe {

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The text with each byte that is part of no character replaced by U+FFFD; valid text as it is. An
/// error text is better damaged than lost.
[[nodiscard]] std::string to_valid_utf8(std::string text);

/// The longest beginning of at most `most` bytes that ends between two characters.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t most) noexcept;

/// What an error cites of a text: valid UTF-8, its first `most` bytes at the most and `...` if
/// something was cut off.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t most);

} // namespace troupe
