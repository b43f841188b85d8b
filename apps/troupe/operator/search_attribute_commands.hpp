// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <troupe/search_attribute.hpp>

#include <optional>
#include <string_view>

namespace troupe::cli {

/// `Keyword`, `int`, ...: the names of the Temporal CLI, whatever their case.
std::optional<search_attribute_type> read_search_attribute_type(std::string_view name);

/// `operator search-attribute ...` below `parent`.
void add_search_attribute_commands(CLI::App& parent, const global_flags& flags);

} // namespace troupe::cli
