// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <utility>

namespace troupe::cli {

/// A command and what its flags write to, both of which live as long as the group.
template <class Flags>
struct added_command {
  CLI::App& command;
  Flags& given;
};

/// Adds a command that does `run(given, flags)`. Its flags are the caller's to add.
template <class Flags, class Run>
added_command<Flags> add_command(
    CLI::App& group, const global_flags& flags, const char* name, const char* help, Run run) {
  auto given = std::make_shared<Flags>();
  auto& command = *group.add_subcommand(name, help);
  command.callback([given, &flags, run = std::move(run)] { run(*given, flags); });
  return {command, *given};
}

} // namespace troupe::cli
