// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml.hpp>

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace troupe::cli {

/// The configuration file (`temporal.toml`) as the `config` commands see it: profiles with
/// properties (`address`, `tls.server_name`, `grpc_meta.KEY`). What it does not know stays as it
/// is. Everything throws `command_error`.
class config_file {
public:
  using property_value = std::variant<std::string, bool>;
  using properties = std::map<std::string, property_value>;

  /// Reads the file; `given` is `--config-file`, empty: TEMPORAL_CONFIG_FILE or the usual place.
  /// One that is not there has no profiles.
  explicit config_file(const std::string& given);

  [[nodiscard]] std::vector<std::string> profiles() const;
  [[nodiscard]] bool has(const std::string& profile) const;

  /// The properties that are set; `tls` is true if there is a section of that name.
  [[nodiscard]] properties of(const std::string& profile) const;
  /// The value, or the empty one of its kind where it is not set.
  [[nodiscard]] property_value get(const std::string& profile, const std::string& property) const;
  /// The profile as one JSON object.
  [[nodiscard]] std::string json(const std::string& profile) const;

  void set(const std::string& profile, const std::string& property, const std::string& value);
  void remove(const std::string& profile, const std::string& property);
  void remove_profile(const std::string& profile);

  /// Reads the file, lets `how` change it and writes it, while no other program can change it. Only
  /// its owner may read it then. What `how` throws leaves it as it is.
  static void change(const std::string& given, const std::function<void(config_file&)>& how);

private:
  std::string path_;
  toml::value root_;
};

} // namespace troupe::cli
