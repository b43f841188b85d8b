// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/config/config_file.hpp"

#include "apps/troupe/cli.hpp"
#include "apps/troupe/config/private_file.hpp"
#include "apps/troupe/line/command_line.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "runtime/rpc/connection/toml_file.hpp"

#include <troupe/connection.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <limits>

namespace troupe::cli {
namespace {

enum class kind { text, truth, section };

struct known_property {
  std::string_view name;
  kind is;
};

constexpr std::array known_properties{
    known_property{"address", kind::text},
    known_property{"namespace", kind::text},
    known_property{"api_key", kind::text},
    known_property{"tls", kind::section},
    known_property{"tls.disabled", kind::truth},
    known_property{"tls.client_cert_path", kind::text},
    known_property{"tls.client_cert_data", kind::text},
    known_property{"tls.client_key_path", kind::text},
    known_property{"tls.client_key_data", kind::text},
    known_property{"tls.server_ca_cert_path", kind::text},
    known_property{"tls.server_ca_cert_data", kind::text},
    known_property{"tls.server_name", kind::text},
    known_property{"tls.disable_host_verification", kind::truth},
    known_property{"codec.endpoint", kind::text},
    known_property{"codec.auth", kind::text},
};

constexpr std::string_view meta = "grpc_meta.";

kind kind_of(const std::string& property) {
  const auto found = std::ranges::find(known_properties, property, &known_property::name);
  if (found == known_properties.end())
    throw command_error("unknown property " + go_quoted(property));
  return found->is;
}

std::string place(const std::string& given) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    return std::string{value == nullptr ? "" : value};
  };
  if (!given.empty())
    return given;
  if (auto path = variable("TEMPORAL_CONFIG_FILE"); !path.empty())
    return path;
  if (const auto folder = variable("XDG_CONFIG_HOME"); !folder.empty())
    return folder + "/temporalio/temporal.toml";
  if (const auto home = variable("HOME"); !home.empty())
    return home + "/.config/temporalio/temporal.toml";
  throw command_error("unable to find place for config file (unknown HOME dir)");
}

// The table of that name; null if there is none.
const toml::table* section(const toml::table& in, const std::string& name) {
  const auto found = in.find(name);
  return found == in.end() || !found->second.is_table() ? nullptr : &found->second.as_table();
}

// The table of that name, made if it is not there.
toml::table& made_section(toml::table& in, const std::string& name) {
  auto& value = in[name];
  if (!value.is_table())
    value = toml::table{};
  return value.as_table();
}

std::pair<std::string, std::string> split(const std::string& property) {
  const auto dot = property.find('.');
  if (dot == std::string::npos)
    return {"", property};
  return {property.substr(0, dot), property.substr(dot + 1)};
}

std::string key_text(const std::string& key) {
  const auto is_bare = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  };
  return !key.empty() && std::ranges::all_of(key, is_bare) ? key : quote_json(key);
}

// Values first, then the tables inside, each in the order of their names.
void write(std::string& to, const std::string& path, const toml::table& table) {
  const std::map<std::string, toml::value> sorted{table.begin(), table.end()};
  const auto is_plain = [](const auto& each) { return !each.second.is_table(); };
  if (!path.empty() && (table.empty() || std::ranges::any_of(sorted, is_plain)))
    to += (to.empty() ? "[" : "\n[") + path + "]\n";
  for (const auto& [key, value] : sorted)
    if (value.is_string())
      to += key_text(key) + " = " + quote_json(value.as_string().str) + '\n';
    else if (!value.is_table())
      to += key_text(key) + " = "
            + toml::format(value, std::numeric_limits<std::size_t>::max(), 17, true, true) + '\n';
  for (const auto& [key, value] : sorted)
    if (value.is_table())
      write(to, path.empty() ? key_text(key) : path + '.' + key_text(key), value.as_table());
}

std::string as_json(const toml::value& value) {
  if (value.is_boolean())
    return value.as_boolean() ? "true" : "false";
  if (value.is_string())
    return quote_json(value.as_string().str);
  if (!value.is_table())
    return quote_json(toml::format(value));
  json_object object;
  const auto& table = value.as_table();
  for (const auto& [name, each] : std::map<std::string, toml::value>{table.begin(), table.end()})
    object.raw(name, as_json(each));
  return object.str();
}

} // namespace

config_file::config_file(const std::string& given) : path_(place(given)), root_(toml::table{}) {
  try {
    if (auto read = rpc::read_toml_file(path_))
      root_ = *std::move(read);
  } catch (const connection_error& error) {
    throw command_error(error.what());
  }
  if (const auto found = root_.as_table().find("profile");
      found != root_.as_table().end() && !found->second.is_table())
    throw command_error(path_ + ": profile is not a table");
}

std::vector<std::string> config_file::profiles() const {
  std::vector<std::string> names;
  if (const auto* all = section(root_.as_table(), "profile"))
    for (const auto& [name, each] : *all)
      names.push_back(name);
  std::ranges::sort(names);
  return names;
}

bool config_file::has(const std::string& profile) const {
  const auto* all = section(root_.as_table(), "profile");
  return all != nullptr && section(*all, profile) != nullptr;
}

config_file::properties config_file::of(const std::string& profile) const {
  properties found;
  if (!has(profile))
    return found;
  const auto& one = *section(*section(root_.as_table(), "profile"), profile);
  for (const auto& [name, is] : known_properties) {
    const auto value = get(profile, std::string{name});
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr ? !text->empty() : std::get<bool>(value))
      found.emplace(name, value);
  }
  if (const auto* headers = section(one, "grpc_meta"))
    for (const auto& [key, value] : *headers)
      if (value.is_string())
        found.emplace(std::string{meta} + key, value.as_string().str);
  return found;
}

config_file::property_value
config_file::get(const std::string& profile, const std::string& property) const {
  const bool is_meta = property.starts_with(meta);
  const auto is = is_meta ? kind::text : kind_of(property);
  const auto [group, name] = split(property);
  const toml::table* in = nullptr;
  if (has(profile))
    in = section(*section(root_.as_table(), "profile"), profile);
  if (is == kind::section)
    return in != nullptr && section(*in, property) != nullptr;
  if (in != nullptr && !group.empty())
    in = section(*in, group);
  const auto found = in == nullptr ? toml::table::const_iterator{} : in->find(name);
  const bool is_set = in != nullptr && found != in->end();
  if (is_meta && !is_set)
    throw command_error("unknown property " + go_quoted(property));
  if (is == kind::truth)
    return is_set && found->second.is_boolean() && found->second.as_boolean();
  return is_set && found->second.is_string() ? found->second.as_string().str : std::string{};
}

std::string config_file::json(const std::string& profile) const {
  return as_json(root_.as_table().at("profile").as_table().at(profile));
}

void config_file::set(
    const std::string& profile, const std::string& property, const std::string& value) {
  const auto is = property.starts_with(meta) ? kind::text : kind_of(property);
  if (is != kind::text && value != "true" && value != "false")
    throw command_error("must be 'true' or 'false' to set this property");
  auto& one = made_section(made_section(root_.as_table(), "profile"), profile);
  const auto [group, name] = split(property);
  if (is == kind::section) {
    if (value == "true")
      made_section(one, property);
    else
      one.erase(property);
    return;
  }
  auto& in = group.empty() ? one : made_section(one, group);
  if (is == kind::truth)
    in[name] = value == "true";
  else
    in[name] = value;
}

void config_file::remove(const std::string& profile, const std::string& property) {
  auto& one = root_.as_table().at("profile").as_table().at(profile).as_table();
  const auto [group, name] = split(property);
  if (property.starts_with(meta)) {
    const auto headers = one.find(group);
    if (headers == one.end() || headers->second.as_table().erase(name) == 0)
      throw command_error("gRPC meta key " + go_quoted(name) + " not found");
    if (headers->second.as_table().empty())
      one.erase(headers);
    return;
  }
  kind_of(property);
  if (group.empty()) {
    one.erase(property);
    return;
  }
  const auto in = one.find(group);
  if (in == one.end() || !in->second.is_table())
    throw command_error("no " + std::string{group == "tls" ? "TLS" : group} + " options found");
  in->second.as_table().erase(name);
}

void config_file::remove_profile(const std::string& profile) {
  root_.as_table().at("profile").as_table().erase(profile);
}

void config_file::change(const std::string& given, const std::function<void(config_file&)>& how) {
  const private_file_edit edit{place(given), "config file"};
  config_file file{given};
  how(file);
  std::string text;
  write(text, "", file.root_.as_table());
  edit.write(text);
}

} // namespace troupe::cli
