// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace troupe::cli {

/// KEY=JSON pairs; the last of a key counts. Throws `command_error` for a pair without `=` or key,
/// or whose value is no JSON.
std::map<std::string, std::string> parse_dynamic_config(const std::vector<std::string>& pairs);

} // namespace troupe::cli
