// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/operator/api_key_commands.hpp"

#include "apps/troupe/cli.hpp"
#include "apps/troupe/config/private_file.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/access/api_keys.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/text/json_text.hpp"
#include "runtime/base/time/time_text.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <utility>

namespace troupe::cli {
namespace {

constexpr std::size_t largest_file = std::size_t{8} << 20;
constexpr const char* what_they_are = "API keys";

struct api_key_flags {
  std::string file, name, id, expiry = "90d";
  std::vector<std::string> permissions;
};

time_point now() {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

access::api_keys read_keys(const std::string& path, bool may_be_missing) {
  const auto text = read_file(path, largest_file);
  if (!text.why_not.empty() && !(may_be_missing && text.is_missing))
    throw command_error("cannot read the API keys in \"" + path + "\": " + text.why_not);
  auto read = access::api_keys::parse(text.bytes);
  if (!read)
    throw command_error("cannot use \"" + path + "\": " + read.error());
  return std::move(*read);
}

/// Of a file that has to be there: nothing comes to be where there is none.
private_file_edit edit_of_keys(const std::string& path) {
  (void)read_keys(path, false);
  return {path, what_they_are};
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& each : all)
    out += (out.empty() ? "" : " ") + each;
  return out;
}

std::string end_of(const access::api_key& of) {
  return of.expires ? rfc3339(*of.expires) : "never";
}

std::string status_of(const access::api_key& of) {
  if (of.revoked)
    return "revoked";
  return of.expires && *of.expires <= now() ? "expired" : "active";
}

void create_key(const global_flags& flags, const api_key_flags& with) {
  if (with.permissions.empty())
    throw command_error("--permission says what the key allows: NAMESPACE:ROLE");
  for (const auto& each : with.permissions)
    if (access::grants tried; !tried.add(each))
      throw command_error(
          "--permission takes NAMESPACE:ROLE with the role read, worker, write or admin, unlike \""
          + each + '"');
  const auto life = parse_duration(with.expiry, "expiry");
  if (life < std::chrono::nanoseconds{0})
    throw command_error("--expiry takes a time to come");
  const private_file_edit edit{with.file, what_they_are};
  auto keys = read_keys(with.file, true);
  std::optional<time_point> expires;
  if (life != std::chrono::nanoseconds{0})
    expires = std::chrono::floor<std::chrono::seconds>(now() + life);
  auto made = access::make_api_key(
      with.name, with.permissions, std::chrono::floor<std::chrono::seconds>(now()), expires);
  keys.add(made.entry);
  edit.write(keys.text());
  if (flags.is_json()) {
    std::string permissions;
    for (const auto& each : with.permissions)
      permissions += (permissions.empty() ? "" : ",") + quote_json(each);
    print_json(
        json_object{}
            .text("id", made.entry.id)
            .text("name", made.entry.name)
            .raw("permissions", '[' + permissions + ']')
            .text("expires", end_of(made.entry))
            .text("key", made.secret)
            .str(),
        flags);
    return;
  }
  say_done("API key " + made.entry.id + " made; it is shown this once:", flags);
  print(made.secret + '\n');
}

void list_keys(const global_flags& flags, const api_key_flags& with) {
  std::vector<std::vector<std::string>> rows;
  const auto keys = read_keys(with.file, false);
  for (const auto& each : keys.all())
    rows.push_back(
        {each.id,
         each.name,
         joined(each.permissions),
         status_of(each),
         rfc3339(each.created),
         end_of(each)});
  print_rows({"Id", "Name", "Permissions", "Status", "Created", "Expires"}, rows, flags);
}

void revoke_key(const global_flags& flags, const api_key_flags& with) {
  const auto edit = edit_of_keys(with.file);
  auto keys = read_keys(with.file, false);
  auto* found = keys.by_id(with.id);
  if (found == nullptr)
    throw command_error("there is no API key \"" + with.id + '"');
  if (!found->revoked)
    found->revoked = std::chrono::floor<std::chrono::seconds>(now());
  edit.write(keys.text());
  say_done("API key " + with.id + " revoked", flags);
}

void delete_key(const global_flags& flags, const api_key_flags& with) {
  const auto edit = edit_of_keys(with.file);
  auto keys = read_keys(with.file, false);
  if (!keys.remove(with.id))
    throw command_error("there is no API key \"" + with.id + '"');
  edit.write(keys.text());
  say_done("API key " + with.id + " deleted", flags);
}

} // namespace

void add_api_key_commands(CLI::App& parent, const global_flags& flags) {
  auto* group =
      parent.add_subcommand("api-key", "Manage the API keys of a service of ours, in its file")
          ->require_subcommand(1);
  using action = void (*)(const global_flags&, const api_key_flags&);
  const auto add = [&](const char* name, const char* help, action does) {
    auto* command = group->add_subcommand(name, help);
    auto given = std::make_shared<api_key_flags>();
    add_text(
        *command,
        "--api-key-file",
        given->file,
        "File of the keys, as in troupe server start-dev --api-key-file; it holds no key, only "
        "their hashes")
        ->required();
    command->callback([&flags, given, does] { does(flags, *given); });
    return std::pair{command, given};
  };
  const auto [create, created] =
      add("create", "Make an API key and show it, this once", create_key);
  add_text(*create, "--name", created->name, "What the key is for")->required();
  add_list(
      *create,
      "--permission",
      created->permissions,
      "What it allows, NAMESPACE:ROLE; may be given several times. Roles, each with those before "
      "it: read, worker, write, admin. The namespace temporal-system stands for all of them and "
      "for the service itself");
  add_duration(
      *create, "--expiry", created->expiry, "How long it is good (default 90d); 0s: for ever");
  add("list", "List API keys, without the keys", list_keys);
  for (const auto& [name, help, does] :
       {std::tuple{"revoke", "Take an API key's rights, and keep it in the list", &revoke_key},
        std::tuple{"delete", "Delete an API key", &delete_key}}) {
    const auto [command, given] = add(name, help, does);
    add_text(*command, "--id", given->id, "Id of the key, as listed")->required();
  }
}

} // namespace troupe::cli
