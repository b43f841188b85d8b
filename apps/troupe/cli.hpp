// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/text/json_text.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/protocol/proto_json.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace troupe::cli {

using protocol::flatten_json;
using protocol::indent_json;
using protocol::json_style;
using protocol::json_value;
using protocol::parse_json;
using protocol::payload_style;
using protocol::to_json;
using protocol::write_json;

/// Ends the program with one line on stderr, `Error: ...`, and exit code 1.
class command_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The command did its work, but what it reports is a failure (a workflow that failed): exit
/// code 1.
class failed_outcome : public command_error {
public:
  using command_error::command_error;
};

enum class output_format { text, json, jsonl, none };
enum class time_format { relative, iso, raw };

/// The flags that commands share, as given; unset means: environment, profile, default.
struct global_flags {
  std::optional<std::string> address;
  std::optional<std::string> name_space;
  std::string api_key;
  std::optional<bool> tls;
  std::string tls_ca_path, tls_ca_data, tls_cert_path, tls_cert_data, tls_key_path, tls_key_data;
  std::string tls_server_name;
  bool tls_disable_host_verification = false;
  std::vector<std::string> grpc_meta;
  std::optional<std::string> codec_endpoint, codec_auth;
  std::vector<std::string> codec_headers;
  std::string identity;
  std::string profile, config_file, env, env_file;
  bool disable_config_file = false, disable_config_env = false;
  std::string output = "text", times = "relative", color = "auto";
  std::string log_level, log_format = "text";
  std::string command_timeout = "0s", client_connect_timeout = "0s";
  bool no_json_shorthand_payloads = false;

  [[nodiscard]] output_format format() const;
  [[nodiscard]] time_format time_style() const;
  [[nodiscard]] bool is_json() const {
    return format() == output_format::json || format() == output_format::jsonl;
  }
  /// `--color`; `auto` is what terminals get, unless NO_COLOR or a dumb TERM is against it.
  [[nodiscard]] bool is_coloured() const;
};

/// Adds the commands below `app`. Their callbacks run during parse and throw `command_error` or
/// `rpc_error`.
void add_operator_commands(CLI::App& app, const global_flags& flags);
void add_workflow_commands(CLI::App& app, const global_flags& flags);
void add_batch_commands(CLI::App& app, const global_flags& flags);
void add_activity_commands(CLI::App& app, const global_flags& flags);
void add_nexus_commands(CLI::App& app, const global_flags& flags);
void add_task_queue_commands(CLI::App& app, const global_flags& flags);
void add_worker_commands(CLI::App& app, const global_flags& flags);
void add_env_commands(CLI::App& app, const global_flags& flags);
void add_config_commands(CLI::App& app, const global_flags& flags);
void add_cert_commands(CLI::App& app, const global_flags& flags);
void add_server_command(CLI::App& app, const global_flags& flags);

/// Names the commands of the Temporal CLI that this build has not: using one is refused by name.
void add_missing_commands(CLI::App& app);

/// A Go duration (`1h30m`, `500ms`, `1.5s`, also days `3d`); throws `command_error` naming the
/// flag.
std::chrono::nanoseconds parse_duration(const std::string& text, const std::string& flag);

} // namespace troupe::cli
