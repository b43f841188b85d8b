// SPDX-License-Identifier: Apache-2.0
// `troupe config ...`: the profiles of the configuration file.

#include "apps/troupe/config/config_file.hpp"
#include "apps/troupe/config/given_value.hpp"
#include "apps/troupe/line/command_line.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/text/base64.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <memory>

namespace troupe::cli {
namespace {

struct config_flags {
  std::string property;
  given_value value;
};

std::string profile_of(const global_flags& flags) {
  if (!flags.profile.empty())
    return flags.profile;
  const char* variable = std::getenv("TEMPORAL_PROFILE"); // NOLINT(concurrency-mt-unsafe)
  return variable == nullptr || *variable == '\0' ? "default" : variable;
}

// The profile, which has to be there.
std::string existing(const config_file& file, const global_flags& flags) {
  auto profile = profile_of(flags);
  if (!file.has(profile))
    throw command_error("profile " + go_quoted(profile) + " not found");
  return profile;
}

// Changes a profile that is there. No file and no folder comes to be where there is none.
template <class Change>
void change_existing(const global_flags& flags, Change change) {
  existing(config_file{flags.config_file}, flags);
  config_file::change(
      flags.config_file, [&](config_file& file) { change(file, existing(file, flags)); });
}

// Certificates and keys are bytes to the Temporal CLI.
bool is_bytes(const std::string& property) {
  return property.ends_with("_data");
}

std::string as_text(const std::string& property, const config_file::property_value& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return is_bytes(property) ? "bytes(" + to_base64(*text) + ')' : *text;
  return std::get<bool>(value) ? "true" : "false";
}

void get_one(const std::string& property, const global_flags& flags) {
  if (property == "codec" || property == "grpc_meta")
    throw command_error("must provide exact property, not parent property");
  const config_file file{flags.config_file};
  const auto profile = existing(file, flags);
  const auto value = file.get(profile, property);
  if (flags.format() == output_format::text)
    return print(table(flags, {"Property", "Value"}, {{property, as_text(property, value)}}));
  json_object object;
  object.text("property", property);
  if (const auto* text = std::get_if<std::string>(&value))
    object.text("value", is_bytes(property) ? to_base64(*text) : *text);
  else
    object.flag("value", std::get<bool>(value));
  print_json(object.str(), flags);
}

void get(const config_flags& given, const global_flags& flags) {
  if (!given.property.empty())
    return get_one(given.property, flags);
  const config_file file{flags.config_file};
  const auto profile = existing(file, flags);
  if (flags.is_json())
    return print_json(file.json(profile), flags);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [property, value] : file.of(profile))
    rows.push_back({property, as_text(property, value)});
  if (flags.format() == output_format::text)
    print(table(flags, {"Property", "Value"}, rows));
}

void list(const global_flags& flags) {
  std::vector<std::vector<std::string>> rows;
  for (auto& name : config_file{flags.config_file}.profiles())
    rows.push_back({std::move(name)});
  print_rows({"Name"}, rows, flags);
}

void set(const config_flags& given, const global_flags& flags) {
  if (!given.value.is_given())
    throw command_error("required flag(s) \"value\" not set (see troupe config set --help)");
  const auto value = given.value.read(given.property);
  config_file::change(flags.config_file, [&](config_file& file) {
    file.set(profile_of(flags), given.property, value);
  });
}

void remove(const config_flags& given, const global_flags& flags) {
  change_existing(flags, [&](config_file& file, const std::string& profile) {
    file.remove(profile, given.property);
  });
}

// A whole profile goes only by its name on the command line.
void remove_profile(const global_flags& flags) {
  change_existing(flags, [&](config_file& file, const std::string& profile) {
    if (flags.profile.empty())
      throw command_error("to delete an entire profile, --profile must be provided explicitly");
    file.remove_profile(profile);
  });
}

} // namespace

void add_config_commands(CLI::App& app, const global_flags& flags) {
  auto& group = *app.add_subcommand("config", "Manage the profiles of the configuration file")
                     ->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, auto run) {
    auto given = std::make_shared<config_flags>();
    auto* command = group.add_subcommand(name, help);
    command->callback([given, &flags, run] { run(*given, flags); });
    return std::pair{command, given};
  };
  const auto [get_it, got] = add("get", "Show a profile or one of its properties", get);
  const auto [set_it, put] = add("set", "Set a property of a profile", set);
  const auto [delete_it, gone] = add("delete", "Delete a property of a profile", remove);
  add_text(*get_it, "-p,--prop", got->property, "Property; all of them without it");
  add_text(*set_it, "-p,--prop", put->property, "Property")->required();
  put->value.add(*set_it);
  add_text(*delete_it, "-p,--prop", gone->property, "Property")->required();
  group.add_subcommand("list", "List the profiles")->callback([&flags] { list(flags); });
  group.add_subcommand("delete-profile", "Delete a profile")->callback([&flags] {
    remove_profile(flags);
  });
}

} // namespace troupe::cli
