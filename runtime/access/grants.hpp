// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/access/role.hpp"
#include "runtime/base/executor.hpp"

#include <map>
#include <string>
#include <string_view>

namespace troupe::access {

/// The namespace whose name in a permission stands for the service itself, as in a Temporal server.
inline constexpr std::string_view system_scope = "temporal-system";

/// Who somebody is, and what that one may do.
struct grants {
  std::string who; ///< for the log: the name of a key, a token's or certificate's subject
  role system = role::anyone; ///< in every namespace, and where none is asked for
  std::map<std::string, role, std::less<>> namespaces;
  time_point expires = time_point::max(); ///< from then on they are worth nothing

  /// What is granted where a call is about this namespace; empty: about none.
  [[nodiscard]] role in(std::string_view name_space) const noexcept;

  /// Adds `namespace:role`, or `temporal-system:role` for the service itself.
  /// False, and nothing is added, if it is neither. The higher role stays.
  bool add(std::string_view permission);
};

} // namespace troupe::access
