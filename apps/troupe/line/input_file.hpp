// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace troupe::cli {

/// Why a value that is no JSON is none, to stand behind `what` it is: it may only be too deep.
[[nodiscard]] std::string json_fault(const std::string& text, const std::string& what);

/// Everything in a file that a flag names. Throws `command_error` in the words of the Temporal CLI.
[[nodiscard]] std::string read_input_file(const std::string& path);

} // namespace troupe::cli
