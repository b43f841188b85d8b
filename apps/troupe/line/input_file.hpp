// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace troupe::cli {

/// Everything in a file that a flag names. Throws `command_error` in the words of the Temporal CLI.
[[nodiscard]] std::string read_input_file(const std::string& path);

} // namespace troupe::cli
