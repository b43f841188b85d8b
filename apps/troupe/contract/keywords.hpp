// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/contract/source_tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli::contract {

/// Refuses, by name and place, keywords of a schema that are none, and those that a C++ type cannot
/// carry. `x-...` and the type names for other languages (`$goRef`) may stand anywhere.
void check_keywords(const source_node& schema);

/// The same beside a `$ref`: only what describes may stand there.
void check_beside_reference(const source_node& schema);

/// What limits the values and is not checked by the type: `minimum 1`.
std::vector<std::string> limits_of(const source_node& schema);

/// The member as text; `what` says what is wrong if it is none. Empty if it is not there.
std::string text_member(const source_node& of, std::string_view key);

} // namespace troupe::cli::contract
