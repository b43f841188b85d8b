// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// Appends the text as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD, so
/// that the result is JSON whatever the text was. For lines of logs and for what people read;
/// payloads go through `json_writer`, which is quicker and refuses such bytes.
void append_quoted(std::string& to, std::string_view text);

/// A JSON string literal of this text.
[[nodiscard]] std::string quote_json(std::string_view text);

} // namespace troupe
