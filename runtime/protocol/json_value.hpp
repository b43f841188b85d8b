// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::protocol {

/// A JSON value to take apart or to put back together. Numbers keep their text, so that 64-bit
/// integers stay exact.
struct json_value {
  enum class type { null, boolean, number, string, array, object };
  type is = type::null;
  std::string text;               ///< of a boolean, number or string (not quoted)
  std::vector<json_value> items;  ///< of an array or an object
  std::vector<std::string> names; ///< of an object, one for each item
};

/// Absent if `text` is not exactly one JSON value, or one nested deeper than
/// `json_reader::max_depth`. Half a surrogate pair (`\ud800`) and a byte that is part of no
/// character read as U+FFFD, as in Go.
std::optional<json_value> parse_json(std::string_view text);

/// True if `text` is exactly one JSON value of no more depth; builds nothing.
[[nodiscard]] bool is_json(std::string_view text);

/// How many arrays and objects of a JSON text lie in one another at most. Of other text it is a
/// number without meaning.
[[nodiscard]] std::size_t json_depth(std::string_view text);

struct json_style {
  bool sort_names = false;  ///< at every level
  bool escape_html = false; ///< `<`, `>` and `&` as `\u003c`..., as Go's encoder does
};

/// On one line, without spaces.
std::string write_json(const json_value& value, json_style style = {});

/// JSON text over several lines, two spaces a level. `text` must be valid JSON.
std::string indent_json(std::string_view text);

/// Calls `each` with the path (`a.b[0]`) and the text of every scalar inside; null reads `<nil>`,
/// an empty array `[]`.
void flatten_json(
    const json_value& value,
    const std::string& path,
    const std::function<void(const std::string& path, const std::string& text)>& each);

} // namespace troupe::protocol
