// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <string>

namespace troupe::cli {

using add_commands = void (*)(CLI::App& app, const global_flags& flags);

struct program_outcome {
  int exit_code = 0;
  std::string error; ///< one line for stderr, empty if there is none
};

/// Declares every flag and command, those that are only refused too. `flags` is what they write to.
void declare_program(CLI::App& app, global_flags& flags, add_commands add_server);

/// Runs one command line to its end. `add_server` adds the commands that need the embedded service.
program_outcome run_program(int argc, const char* const* argv, add_commands add_server);

} // namespace troupe::cli
