// SPDX-License-Identifier: Apache-2.0
// The one binary: `troupe server`, `troupe operator`, `troupe workflow`.

#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "apps/troupe/cli.hpp"
#include "runtime/base/log.hpp"
#include <troupe/rpc_status.hpp>

namespace {

using namespace troupe::cli;

void add_global_flags(CLI::App& app, global_flags& flags) {
  const auto optional = [&](const char* name, std::optional<std::string>& to, const char* help) {
    return app.add_option_function<std::string>(name, [&to](const std::string& text) { to = text; }, help)
        ->group("Global Flags");
  };
  const auto text = [&](const char* name, std::string& to, const char* help) {
    return app.add_option(name, to, help)->group("Global Flags");
  };
  optional("--address", flags.address, "Temporal service gRPC endpoint (default localhost:7233)");
  optional("-n,--namespace", flags.name_space, "Temporal namespace (default \"default\")");
  optional("--api-key", flags.api_key, "API key for requests");
  app.add_option_function<std::vector<std::string>>(
         "--tls",
         [&flags](const std::vector<std::string>& given) {
           const auto& value = given.empty() ? std::string{"true"} : given.back();
           if (value != "true" && value != "false")
             throw CLI::ValidationError("--tls", "takes true or false");
           flags.tls = value == "true";
         },
         "Encrypt the connection; --tls=false turns it off")
      ->expected(0, 1)
      ->default_str("true")
      ->group("Global Flags");
  text("--tls-ca-path", flags.tls_ca_path, "File with the server's CA certificate");
  text("--tls-ca-data", flags.tls_ca_data, "The server's CA certificate");
  text("--tls-cert-path", flags.tls_cert_path, "File with the client's certificate");
  text("--tls-cert-data", flags.tls_cert_data, "The client's certificate");
  text("--tls-key-path", flags.tls_key_path, "File with the client's private key");
  text("--tls-key-data", flags.tls_key_data, "The client's private key");
  text("--tls-server-name", flags.tls_server_name, "Expected name in the server's certificate");
  app.add_flag("--tls-disable-host-verification", flags.tls_disable_host_verification, "Accept any host name")
      ->group("Global Flags");
  app.add_option("--grpc-meta", flags.grpc_meta, "Header for requests, KEY=VALUE; may be given several times")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("Global Flags");
  text("--identity", flags.identity, "Who asks (default temporal-cli:USER@HOST)");
  text("--profile", flags.profile, "Profile of the configuration file");
  text("--config-file", flags.config_file, "Configuration file (temporal.toml)");
  app.add_flag("--disable-config-file", flags.disable_config_file, "Do not read the configuration file")
      ->group("Global Flags");
  app.add_flag("--disable-config-env", flags.disable_config_env, "Do not read the environment")->group("Global Flags");
  text("-o,--output", flags.output, "Output format")
      ->check(CLI::IsMember({"text", "json", "jsonl", "none"}))
      ->capture_default_str();
  text("--time-format", flags.times, "Time format")
      ->check(CLI::IsMember({"relative", "iso", "raw"}))
      ->capture_default_str();
  text("--color", flags.color, "Output colouring")->check(CLI::IsMember({"always", "never", "auto"}));
  text("--log-level", flags.log_level, "debug, info, warn, error or never (default never; warn for the server)")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "never"}));
  text("--log-format", flags.log_format, "Log format: text or json")
      ->check(CLI::IsMember({"text", "json", "pretty"}));
  text("--command-timeout", flags.command_timeout, "Ends the command after this time; 0s: never");
  text("--client-connect-timeout", flags.client_connect_timeout, "Gives up connecting after this time; 0s: never");
  app.add_flag("--no-json-shorthand-payloads", flags.no_json_shorthand_payloads, "Payloads as they travel, also in JSON")
      ->group("Global Flags");
  for (const auto* flag : {"--codec-endpoint", "--codec-auth", "--codec-header", "--client-authority", "--env", "--env-file"})
    refuse_flag(app, flag);
}

// What CLI11 says is made one line in the words of this tool.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  for (auto& c : text)
    if (c == '\n')
      c = ' ';
  return text;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Troupe: a Temporal and Nexus service, and its command line", "troupe"};
  global_flags flags;
  app.require_subcommand(1);
  app.set_version_flag("-v,--version", "troupe version 0.1.0");
  app.fallthrough();
  add_global_flags(app, flags);
  app.parse_complete_callback([&flags] {
    troupe::log::level level = troupe::log::level::off;
    if (!flags.log_level.empty())
      troupe::log::parse_level(flags.log_level, level);
    troupe::log::configure(
        level, flags.log_format == "json" ? troupe::log::format::json : troupe::log::format::text);
  });
  add_server_command(app, flags);
  add_operator_commands(app, flags);
  add_workflow_commands(app, flags);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
      return app.exit(error); // --help, --version
    std::fprintf(stderr, "Error: %s (see --help)\n", one_line(error.what()).c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "Error: %s\n", one_line(error.what()).c_str());
  }
  return 1;
}
