// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection/environment.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/text/ascii.hpp"
#include "runtime/rpc/connection/pem.hpp"
#include "runtime/rpc/connection/toml_file.hpp"

#include <troupe/connection.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>

namespace troupe {

namespace {

using text = std::optional<std::string>;

/// One item that may be given as a file or in place; both in one place or in two are an error.
struct pem_source {
  text path;
  text data;
};

/// The same settings, read from the file and from the environment.
struct profile {
  text address;
  text name_space;
  text api_key;
  bool has_tls = false; ///< a section, or any setting of it
  std::optional<bool> tls_disabled;
  pem_source certificate;
  pem_source key;
  pem_source server_ca;
  text server_name;
  std::optional<bool> disable_host_verification;
  text codec_endpoint;
  text codec_authorization;
  std::vector<std::pair<std::string, std::string>> headers;
};

std::string header_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return name;
}

// -- the file
// -----------------------------------------------------------------------------------------

class file_reader {
public:
  file_reader(std::string path, bool strict) : path_(std::move(path)), is_strict_(strict) {}

  profile read(const std::string& name, bool is_named) {
    const auto root = rpc::read_toml_file(path_);
    if (!root)
      return missing(name, is_named);
    const auto& top = table(*root, "the file");
    only(top, {"profile"}, "");
    const auto* const profiles = setting(top, "profile");
    if (profiles == nullptr)
      return missing(name, is_named);
    const auto& all = table(*profiles, "profile");
    const auto found = all.find(name);
    if (found == all.end())
      return missing(name, is_named);
    return read_profile(table(found->second, "profile." + name), "profile." + name);
  }

private:
  using toml_table = toml::table;

  profile missing(const std::string& name, bool is_named) const {
    if (is_named)
      throw connection_error(
          "there is no profile \"" + name + "\" in " + path_
          + (std::filesystem::exists(path_) ? "" : ", which does not exist"));
    return {};
  }

  [[noreturn]] void fail(const std::string& where, const std::string& what) const {
    throw connection_error(path_ + ": " + where + " " + what);
  }

  const toml_table& table(const toml::value& from, const std::string& where) const {
    if (!from.is_table())
      fail(where, "is not a table");
    return from.as_table();
  }

  // In any case of its letters, as other SDKs read them; as it is written here goes first.
  static const toml::value* setting(const toml_table& from, const std::string& key) {
    if (const auto found = from.find(key); found != from.end())
      return &found->second;
    for (const auto& [written, value] : from)
      if (to_lower(written) == key)
        return &value;
    return nullptr;
  }

  text string_of(const toml_table& from, const std::string& key, const std::string& where) const {
    const auto* const found = setting(from, key);
    if (found == nullptr)
      return {};
    if (!found->is_string())
      fail(where + "." + key, "is not a string");
    return rpc::string_in(*found);
  }

  std::optional<bool>
  bool_of(const toml_table& from, const std::string& key, const std::string& where) const {
    const auto* const found = setting(from, key);
    if (found == nullptr)
      return {};
    if (!found->is_boolean())
      fail(where + "." + key, "is neither true nor false");
    return found->as_boolean();
  }

  void
  only(const toml_table& from, const std::set<std::string>& known, const std::string& where) const {
    if (!is_strict_)
      return;
    for (const auto& [key, value] : from)
      if (!known.contains(to_lower(key)))
        throw connection_error(
            path_ + ": unknown key " + (where.empty() ? key : where + "." + key));
  }

  profile read_profile(const toml_table& from, const std::string& where) const {
    only(from, {"address", "namespace", "api_key", "tls", "codec", "grpc_meta"}, where);
    profile to;
    to.address = string_of(from, "address", where);
    to.name_space = string_of(from, "namespace", where);
    to.api_key = string_of(from, "api_key", where);
    if (const auto* const tls = setting(from, "tls"))
      read_tls(table(*tls, where + ".tls"), where + ".tls", to);
    if (const auto* const codec = setting(from, "codec")) {
      const auto& section = table(*codec, where + ".codec");
      only(section, {"endpoint", "auth"}, where + ".codec");
      to.codec_endpoint = string_of(section, "endpoint", where + ".codec");
      to.codec_authorization = string_of(section, "auth", where + ".codec");
    }
    if (const auto* const meta = setting(from, "grpc_meta")) {
      const auto& section = table(*meta, where + ".grpc_meta");
      for (const auto& [key, value] : section)
        to.headers.emplace_back(header_name(key), *string_of(section, key, where + ".grpc_meta"));
      std::sort(to.headers.begin(), to.headers.end());
    }
    return to;
  }

  void read_tls(const toml_table& from, const std::string& where, profile& to) const {
    only(
        from,
        {"disabled",
         "client_cert_path",
         "client_cert_data",
         "client_key_path",
         "client_key_data",
         "server_ca_cert_path",
         "server_ca_cert_data",
         "server_name",
         "disable_host_verification"},
        where);
    to.has_tls = true;
    to.tls_disabled = bool_of(from, "disabled", where);
    to.certificate = {
        string_of(from, "client_cert_path", where), string_of(from, "client_cert_data", where)};
    to.key = {string_of(from, "client_key_path", where), string_of(from, "client_key_data", where)};
    to.server_ca = {
        string_of(from, "server_ca_cert_path", where),
        string_of(from, "server_ca_cert_data", where)};
    to.server_name = string_of(from, "server_name", where);
    to.disable_host_verification = bool_of(from, "disable_host_verification", where);
  }

  std::string path_;
  bool is_strict_;
};

// -- the environment
// ----------------------------------------------------------------------------------

class variables {
public:
  explicit variables(const environment_options& options) : options_(options) {}

  /// Set and not empty: an empty variable counts as absent.
  text get(const std::string& name) const {
    text value;
    if (options_.variable)
      value = options_.variable(name);
    else if (const char* from_process = std::getenv(name.c_str())) // NOLINT(concurrency-mt-unsafe)
      value = from_process;
    return value && !value->empty() ? value : text{};
  }

  std::optional<bool> get_bool(const std::string& name) const {
    const auto value = get(name);
    if (!value)
      return {};
    auto lower = header_name(*value);
    if (lower == "true" || lower == "1")
      return true;
    if (lower == "false" || lower == "0")
      return false;
    throw connection_error(name + " is neither true, 1, false nor 0");
  }

  std::vector<std::pair<std::string, std::string>> with_prefix(std::string_view prefix) const {
    std::vector<std::pair<std::string, std::string>> found;
    const auto take = [&](std::string_view name, std::string_view value) {
      if (name.starts_with(prefix) && name.size() > prefix.size())
        found.emplace_back(name.substr(prefix.size()), value);
    };
    if (options_.variables) {
      for (const auto& [name, value] : options_.variables())
        take(name, value);
    } else if (!options_.variable) {
      for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view line = *entry;
        if (const auto equals = line.find('='); equals != std::string_view::npos)
          take(line.substr(0, equals), line.substr(equals + 1));
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  profile read() const {
    profile to;
    to.address = get("TEMPORAL_ADDRESS");
    to.name_space = get("TEMPORAL_NAMESPACE");
    to.api_key = get("TEMPORAL_API_KEY");
    if (const auto is_on = get_bool("TEMPORAL_TLS")) {
      to.has_tls = true;
      to.tls_disabled = !*is_on;
    }
    const auto pem = [&](const std::string& name) -> pem_source {
      return {get(name + "_PATH"), get(name + "_DATA")};
    };
    to.certificate = pem("TEMPORAL_TLS_CLIENT_CERT");
    to.key = pem("TEMPORAL_TLS_CLIENT_KEY");
    to.server_ca = pem("TEMPORAL_TLS_SERVER_CA_CERT");
    to.server_name = get("TEMPORAL_TLS_SERVER_NAME");
    to.disable_host_verification = get_bool("TEMPORAL_TLS_DISABLE_HOST_VERIFICATION");
    for (const auto* source : {&to.certificate, &to.key, &to.server_ca})
      to.has_tls = to.has_tls || source->path || source->data;
    to.has_tls = to.has_tls || to.server_name || to.disable_host_verification;
    to.codec_endpoint = get("TEMPORAL_CODEC_ENDPOINT");
    to.codec_authorization = get("TEMPORAL_CODEC_AUTH");
    for (auto& [name, value] : with_prefix("TEMPORAL_GRPC_META_"))
      to.headers.emplace_back(header_name(name), std::move(value));
    return to;
  }

private:
  const environment_options& options_;
};

std::string default_config_file(const variables& environment) {
  if (auto directory = environment.get("XDG_CONFIG_HOME"))
    return *directory + "/temporalio/temporal.toml";
  if (auto home = environment.get("HOME"))
    return *home + "/.config/temporalio/temporal.toml";
  return {};
}

// -- both together
// ------------------------------------------------------------------------------------

text over(const text& wins, const text& otherwise) {
  return wins ? wins : otherwise;
}

std::string pem_of(const pem_source& environment, const pem_source& file, std::string_view what) {
  const bool has_path = environment.path || file.path;
  const bool has_data = environment.data || file.data;
  if (has_path && has_data)
    throw connection_error(
        "the " + std::string{what}
        + " is given as a path and as data; keep one of them (file and environment count "
          "together)");
  const auto data = over(environment.data, file.data);
  // From here on, text that is not PEM would be taken for a path, and shown.
  if (data && !data->empty() && !rpc::is_pem(*data))
    throw connection_error("the " + std::string{what} + " that is given as data is not PEM text");
  return over(data, over(environment.path, file.path)).value_or("");
}

connection_options combine(const profile& environment, const profile& file) {
  connection_options to;
  // An empty one in a file is one that is not given.
  const auto given = [](const text& value) { return value && !value->empty(); };
  if (const auto address = over(environment.address, file.address); given(address))
    to.target = *address;
  if (const auto name = over(environment.name_space, file.name_space); given(name))
    to.name_space = *name;
  to.api_key = over(environment.api_key, file.api_key).value_or("");
  to.headers = file.headers;
  for (const auto& [name, value] : environment.headers) {
    std::erase_if(to.headers, [&key = name](const auto& header) { return header.first == key; });
    if (!value.empty())
      to.headers.emplace_back(name, value);
  }
  to.disable_tls = environment.tls_disabled.value_or(file.tls_disabled.value_or(false));
  if (environment.has_tls || file.has_tls) {
    auto& tls = to.tls.emplace();
    tls.client_certificate =
        pem_of(environment.certificate, file.certificate, "client certificate");
    tls.client_key = pem_of(environment.key, file.key, "client key");
    tls.server_ca = pem_of(environment.server_ca, file.server_ca, "CA certificate");
    tls.server_name = over(environment.server_name, file.server_name).value_or("");
    tls.disable_host_verification = environment.disable_host_verification.value_or(
        file.disable_host_verification.value_or(false));
  }
  return to;
}

} // namespace

rpc::environment_settings rpc::settings_from_environment(const environment_options& options) {
  if (options.disable_file && options.disable_environment)
    throw connection_error("the file and the environment cannot both be disabled");
  const variables environment{options};

  profile from_file;
  if (!options.disable_file) {
    text named = options.profile.empty() ? text{} : text{options.profile};
    text path = options.config_file.empty() ? text{} : text{options.config_file};
    if (!options.disable_environment) {
      named = over(named, environment.get("TEMPORAL_PROFILE"));
      path = over(path, environment.get("TEMPORAL_CONFIG_FILE"));
    }
    from_file = file_reader{path ? *path : default_config_file(environment), options.strict}.read(
        named.value_or("default"), named.has_value());
  }
  const auto from_variables = options.disable_environment ? profile{} : environment.read();
  const auto either = [](const text& first, const text& second) {
    return over(first, second).value_or("");
  };
  return {
      combine(from_variables, from_file),
      {either(from_variables.codec_endpoint, from_file.codec_endpoint),
       either(from_variables.codec_authorization, from_file.codec_authorization)}};
}

connection_options connection_options_from_environment(const environment_options& options) {
  auto all = rpc::settings_from_environment(options);
  if (!all.codec.endpoint.empty())
    log::warn(
        "the codec endpoint of the environment or profile is not used; give the client a codec: "
        "troupe::remote_codec, or one of your own");
  return std::move(all.connection);
}

} // namespace troupe
