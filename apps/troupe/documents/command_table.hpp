// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

/// The tree of commands as documents see it: manual pages and completion are written from what
/// reads command lines, so that they cannot differ from it.
namespace troupe::cli {

struct table_flag {
  std::vector<std::string> names; ///< as typed, long ones first: `--output`, `-o`
  std::string type;               ///< of its value; empty: a switch
  std::string initially;          ///< the value that it has when not given, if there is one to show
  std::string help;
  std::string group;                ///< `Global Flags`, `Client Flags`; `Flags`: the command's own
  std::vector<std::string> choices; ///< all values there are; empty: others
  bool required = false;
};

struct table_command {
  std::string path; ///< `troupe workflow start`
  std::string help;
  std::vector<table_command> commands; ///< those below it
  std::vector<table_flag> flags;       ///< its own, then those of the commands above it
  std::vector<std::string> arguments;  ///< names of what is no flag

  [[nodiscard]] std::string name() const; ///< the last word of the path
};

/// Leaves out what is hidden: commands and flags that this build refuses.
table_command command_table(CLI::App& root);

/// Calls `visit(command)` for each command, those above first.
template <class Visit>
void for_each_command(const table_command& root, const Visit& visit) {
  visit(root);
  for (const auto& each : root.commands)
    for_each_command(each, visit);
}

} // namespace troupe::cli
