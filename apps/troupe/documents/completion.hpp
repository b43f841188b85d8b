// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/documents/command_table.hpp"

#include <string>

namespace troupe::cli {

/// Scripts that complete commands, flags and the values of flags that have a choice.
std::string bash_completion(const table_command& root);
std::string zsh_completion(const table_command& root);

} // namespace troupe::cli
