// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/documents/command_table.hpp"

#include <map>
#include <string>

namespace troupe::cli {

/// Manual pages of section 1, one a command, by their file names: `troupe-workflow-start.1`.
std::map<std::string, std::string> manual_pages(const table_command& root);

} // namespace troupe::cli
