// SPDX-License-Identifier: Apache-2.0
// `troupe env ...`: the environments of the older configuration.

#include "apps/troupe/config/env_file.hpp"
#include "apps/troupe/config/given_value.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace troupe::cli {
namespace {

struct env_flags {
  std::string place, place_value; // arguments, which the flags have replaced
  std::string key;
  given_value value;
};

struct place {
  std::string environment, key;
};

// The environment and the property come by flags or, with a warning, as an argument
// `environment.property`.
place place_of(const env_flags& given, const global_flags& flags) {
  const auto dots = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '.');
  };
  auto environment = flags.env;
  if (const char* variable = std::getenv("TEMPORAL_ENV"); // NOLINT(concurrency-mt-unsafe)
      environment.empty() && variable != nullptr)
    environment = variable;
  if (environment.empty())
    environment = "default";
  if (given.place.empty()) {
    if (dots(given.key) > 0)
      throw command_error("property name may not contain dots");
    return {environment, given.key};
  }
  std::fputs(
      "Warning: Arguments to env commands are deprecated; please use --env and --key (or -k) "
      "instead\n",
      stderr);
  if (environment != "default" || !given.key.empty())
    throw command_error("cannot specify both an argument and flags; please use flags instead");
  const auto& name = given.place;
  if (dots(name) > 1)
    throw command_error("property name may not contain dots");
  const auto dot = name.find('.');
  if (dot == std::string::npos)
    return {name, ""};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

void get(const env_flags& given, const global_flags& flags) {
  const auto [environment, key] = place_of(given, flags);
  auto all = read_env_file(flags.env_file);
  const auto& known = all[environment];
  std::vector<std::vector<std::string>> rows;
  if (key.empty())
    for (const auto& [name, value] : known)
      rows.push_back({name, value});
  else
    rows.push_back({key, known.contains(key) ? known.at(key) : ""});
  print_rows({"Property", "Value"}, rows, flags);
}

void list(const global_flags& flags) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, values] : read_env_file(flags.env_file))
    rows.push_back({name});
  print_rows({"Name"}, rows, flags);
}

void set(const env_flags& given, const global_flags& flags) {
  const auto at = place_of(given, flags);
  if (at.key.empty())
    throw command_error("property name must be specified with -k");
  if (!given.place.empty() && given.place_value.empty())
    throw command_error("no value provided; see --help");
  const auto value = given.place.empty() ? given.value.read(at.key) : given.place_value;
  change_env_file(flags.env_file, [&](environments& all) { all[at.environment][at.key] = value; });
}

void remove(const env_flags& given, const global_flags& flags) {
  const auto from = place_of(given, flags);
  change_env_file(flags.env_file, [&](environments& all) {
    if (from.key.empty())
      all.erase(from.environment);
    else if (const auto found = all.find(from.environment); found != all.end())
      found->second.erase(from.key);
  });
}

} // namespace

void add_env_commands(CLI::App& app, const global_flags& flags) {
  auto& group = *app.add_subcommand("env", "Manage the environments of the older configuration")
                     ->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, auto run) {
    auto given = std::make_shared<env_flags>();
    auto* command = group.add_subcommand(name, help);
    command->add_option("place", given->place, "Environment or ENVIRONMENT.PROPERTY")->group("");
    command->callback([given, &flags, run] { run(*given, flags); });
    return std::pair{command, given};
  };
  group.add_subcommand("list", "List the environments")->callback([&flags] { list(flags); });
  const auto [get_one, got] = add("get", "Show an environment or one of its properties", get);
  const auto [set_one, put] = add("set", "Set a property of an environment", set);
  const auto [delete_one, gone] =
      add("delete", "Delete an environment or one of its properties", remove);
  set_one->add_option("value", put->place_value, "Its value")->group("");
  add_text(*get_one, "-k,--key", got->key, "Property; all of them without it");
  add_text(*set_one, "-k,--key", put->key, "Property");
  put->value.add(*set_one);
  add_text(*delete_one, "-k,--key", gone->key, "Property; the environment without it");
}

} // namespace troupe::cli
