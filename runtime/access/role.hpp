// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace troupe::access {

/// What a caller may do, and what a method needs: each role may do all that those before it may.
///
/// `anyone` is the need of what tells of nothing that is stored, and what a caller has who has
/// nothing.
enum class role : char {
  anyone,
  read,
  worker, ///< takes tasks and answers them
  write,  ///< starts, signals, ends
  admin,  ///< changes namespaces, endpoints, search attributes
};

/// `read`, `worker`, `write` or `admin`, in any case; nothing for every other word.
[[nodiscard]] std::optional<role> parse_role(std::string_view word) noexcept;
[[nodiscard]] std::string_view name_of(role of) noexcept;

} // namespace troupe::access
