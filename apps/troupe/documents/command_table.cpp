// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/documents/command_table.hpp"

#include "apps/troupe/line/flags.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace troupe::cli {
namespace {

bool is_shown(const CLI::App* command) {
  return !command->get_group().empty();
}

void add_flags(CLI::App& from, bool inherited, std::vector<table_flag>& to) {
  for (auto* option : from.get_options(std::function<bool(CLI::Option*)>{})) {
    const bool shared = option->get_group().ends_with(" Flags");
    if (option->get_group().empty() || option->get_positional() || (inherited && !shared))
      continue;
    table_flag flag;
    for (const auto& name : option->get_lnames())
      flag.names.push_back("--" + name);
    for (const auto& name : option->get_snames())
      flag.names.push_back('-' + name);
    flag.type = option->get_items_expected_max() == 0 ? "" : option->get_type_name();
    flag.initially = option->get_default_str();
    flag.help = option->get_description();
    flag.group = shared ? option->get_group() : "Flags";
    flag.choices = choices_of(*option);
    flag.required = option->get_required();
    to.push_back(std::move(flag));
  }
}

table_command describe(CLI::App& app, const std::string& above) {
  table_command command;
  command.path = above + (above.empty() ? "" : " ") + app.get_name();
  command.help = app.get_description();
  for (auto* below : app.get_subcommands(std::function<bool(CLI::App*)>{is_shown}))
    command.commands.push_back(describe(*below, command.path));
  add_flags(app, false, command.flags);
  for (auto* parent = app.get_parent(); parent != nullptr; parent = parent->get_parent())
    add_flags(*parent, true, command.flags);
  for (const auto* option :
       app.get_options([](const CLI::Option* each) { return each->get_positional(); }))
    command.arguments.push_back(option->get_single_name());
  return command;
}

} // namespace

std::string table_command::name() const {
  return path.substr(path.rfind(' ') + 1);
}

table_command command_table(CLI::App& root) {
  return describe(root, "");
}

} // namespace troupe::cli
