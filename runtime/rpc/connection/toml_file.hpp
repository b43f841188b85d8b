// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml.hpp>

#include <optional>
#include <string>

namespace troupe::rpc {

/// What a TOML file says; absent if there is no such file. Before toml11 sees it, the text is known
/// to be UTF-8, of at most a megabyte and nested at most 512 deep: the parser reads past broken
/// characters and has no limits of its own. Throws `connection_error`, which names file, line and
/// column and cites nothing: what stands there may be a key.
[[nodiscard]] std::optional<toml::value> read_toml_file(const std::string& path);

/// The same for text; `name` is for errors.
[[nodiscard]] toml::value parse_toml(const std::string& text, const std::string& name);

/// The text of a value that is a string: toml11 3 (Debian 12) keeps it with the kind of its quotes,
/// toml11 4 (Debian 13) alone.
template <class Value>
[[nodiscard]] const std::string& string_in(const Value& from) {
  if constexpr (requires { from.as_string().str; })
    return from.as_string().str;
  else
    return from.as_string();
}

} // namespace troupe::rpc
