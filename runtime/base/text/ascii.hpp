// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// Letters of ASCII in small letters, whatever the locale; everything else as it is.
[[nodiscard]] inline std::string to_lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// True if the text is what the pattern says, in which `*` stands for any characters, also none.
/// The time is at most the product of both sizes.
[[nodiscard]] inline bool fits_pattern(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == pattern.npos)
    return pattern == text;
  if (!text.starts_with(pattern.substr(0, star)))
    return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  // What stands between two stars may come at its first place; the last part must be the end.
  for (auto next = pattern.find('*'); next != pattern.npos; next = pattern.find('*')) {
    const auto part = pattern.substr(0, next);
    const auto at = text.find(part);
    if (at == text.npos)
      return false;
    text.remove_prefix(at + part.size());
    pattern.remove_prefix(next + 1);
  }
  return text.ends_with(pattern);
}

} // namespace troupe
