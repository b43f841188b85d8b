// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <string>

namespace troupe::cli {

/// Asks on stdout and reads a line from stdin: true if it is `expected`. `sure` is `--yes`: the
/// answer is written instead of read. Throws `command_error` for formats that no one reads.
[[nodiscard]] bool confirm(
    const std::string& question, const std::string& expected, bool sure, const global_flags& flags);

/// The same for a yes or a no, `y` for short, in any case.
[[nodiscard]] bool confirm_yes(const std::string& question, bool sure, const global_flags& flags);

/// All of stdin; of a terminal, which is asked on stderr and does not show it, one line. Throws
/// `command_error`, also if it is interrupted.
[[nodiscard]] std::string read_secret(const std::string& question);

} // namespace troupe::cli
