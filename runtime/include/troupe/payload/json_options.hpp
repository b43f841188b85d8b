// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace troupe {

/// How names of C++ are spelled in JSON. `user_id` becomes:
enum class naming : unsigned char {
  as_written,       ///< `user_id`: what Python writes
  camel_case,       ///< `userId`: Java, TypeScript, the usual tags of Go
  pascal_case,      ///< `UserId`: .NET, and Go without tags
  snake_case,       ///< `user_id`, also from `userId`
  upper_snake_case, ///< `USER_ID`: values of enums
  kebab_case,       ///< `user-id`
};

/// How JSON is written and read where a type does not say so itself (`json_naming`,
/// `json_refuse_unknown`): the same for all types, e.g. of a converter that talks to .NET.
struct json_options {
  /// Of members. The values of enums are spelled as their type says.
  troupe::naming naming = naming::as_written;
  /// True: a member that the struct does not have is an error, not passed over.
  bool refuse_unknown = false;

  friend bool operator==(const json_options&, const json_options&) = default;
};

namespace detail {

// What a name of `size` characters is spelled with at the most.
constexpr std::size_t most_spelled(std::size_t size) {
  return 2 * size;
}

constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr char to_upper(char c) {
  return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}
constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

// True if a word begins at `i`: behind `_`, at a capital behind what is none, and at the last
// capital of several before a small letter (`HTTPServer`).
constexpr bool begins_word(std::string_view name, std::size_t i) {
  if (i == 0 || name[i - 1] == '_')
    return true;
  if (!is_upper(name[i]))
    return false;
  return !is_upper(name[i - 1]) || (i + 1 < name.size() && is_lower(name[i + 1]));
}

// Spells `name` to where `most_spelled` characters have room; returns the end. Underscores at both
// ends are C++'s affair and stay out.
constexpr char* spell(naming how, std::string_view name, char* to) {
  const auto* const begin = to;
  bool is_lowering = false;
  for (std::size_t i = 0; how != naming::as_written && i < name.size(); ++i) {
    const char c = name[i];
    if (c == '_')
      continue;
    const bool is_first = to == begin;
    const bool begins = begins_word(name, i);
    switch (how) {
    case naming::as_written: break;
    case naming::pascal_case: *to++ = begins ? to_upper(c) : c; break;
    case naming::camel_case:
      // All capitals of the first word: `ID`, `HTTPServer`.
      is_lowering = is_first || (is_lowering && !begins);
      *to++ = is_lowering ? to_lower(c) : begins ? to_upper(c) : c;
      break;
    case naming::snake_case:
    case naming::upper_snake_case:
    case naming::kebab_case:
      if (begins && !is_first)
        *to++ = how == naming::kebab_case ? '-' : '_';
      *to++ = how == naming::upper_snake_case ? to_upper(c) : to_lower(c);
      break;
    }
  }
  if (to == begin)
    for (const char c : name)
      *to++ = c;
  return to;
}

} // namespace detail
} // namespace troupe
