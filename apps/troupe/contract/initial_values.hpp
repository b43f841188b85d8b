// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/contract/model.hpp"

#include <string>
#include <string_view>

namespace troupe::cli::contract {

/// A `default` as C++ writes it. Throws `source_error` if it does not fit the type or cannot be
/// written.
initial_value initial_value_of(const source_node& value, const type& is);

/// A string literal.
std::string string_literal(std::string_view text);

} // namespace troupe::cli::contract
