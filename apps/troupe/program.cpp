// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/program.hpp"

#include "runtime/base/log.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace troupe::cli {
namespace {

void add_global_flags(CLI::App& app, global_flags& flags) {
  const auto optional = [&](const char* name, std::optional<std::string>& to, const char* help) {
    return app
        .add_option_function<std::string>(
            name, [&to](const std::string& text) { to = text; }, help)
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
  app.add_flag(
         "--tls-disable-host-verification",
         flags.tls_disable_host_verification,
         "Accept any host name")
      ->group("Global Flags");
  app.add_option(
         "--grpc-meta",
         flags.grpc_meta,
         "Header for requests, KEY=VALUE; may be given several times")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group("Global Flags");
  text("--identity", flags.identity, "Who asks (default temporal-cli:USER@HOST)");
  text("--profile", flags.profile, "Profile of the configuration file");
  text("--config-file", flags.config_file, "Configuration file (temporal.toml)");
  app.add_flag(
         "--disable-config-file", flags.disable_config_file, "Do not read the configuration file")
      ->group("Global Flags");
  app.add_flag("--disable-config-env", flags.disable_config_env, "Do not read the environment")
      ->group("Global Flags");
  text("-o,--output", flags.output, "Output format")
      ->check(CLI::IsMember({"text", "json", "jsonl", "none"}))
      ->capture_default_str();
  text("--time-format", flags.times, "Time format")
      ->check(CLI::IsMember({"relative", "iso", "raw"}))
      ->capture_default_str();
  text("--color", flags.color, "Output colouring")
      ->check(CLI::IsMember({"always", "never", "auto"}));
  text(
      "--log-level",
      flags.log_level,
      "debug, info, warn, error or never (default never; warn for the server)")
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "never"}));
  text("--log-format", flags.log_format, "Log format: text or json")
      ->check(CLI::IsMember({"text", "json", "pretty"}));
  text("--command-timeout", flags.command_timeout, "Ends the command after this time; 0s: never");
  text(
      "--client-connect-timeout",
      flags.client_connect_timeout,
      "Gives up connecting after this time; 0s: never");
  app.add_flag(
         "--no-json-shorthand-payloads",
         flags.no_json_shorthand_payloads,
         "Payloads as they travel, also in JSON")
      ->group("Global Flags");
  for (const auto* flag :
       {"--codec-endpoint",
        "--codec-auth",
        "--codec-header",
        "--client-authority",
        "--env",
        "--env-file"})
    refuse_flag(app, flag);
}

// What CLI11 says is made one line.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

// The command that was named last, with the words that lead to it.
std::pair<const CLI::App*, std::string> command_of(const CLI::App& app) {
  const auto* command = &app;
  std::string path = app.get_name();
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().back();
    path += ' ' + command->get_name();
  }
  return {command, path};
}

// A command line that cannot be used, in the words of the Temporal CLI.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const auto [command, path] = command_of(app);
  const std::string help = " (see " + path + " --help)";
  const bool incomplete = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  if (incomplete || dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const auto rest = app.remaining(true);
    const auto flag =
        std::ranges::find_if(rest, [](const auto& each) { return each.starts_with('-'); });
    if (flag != rest.end())
      return "unknown flag: " + flag->substr(0, flag->find('=')) + help;
    if (!rest.empty())
      return "unknown command \"" + rest.front() + "\" for \"" + path + '"' + help;
  }
  if (incomplete) {
    std::vector<std::string> missing;
    for (const auto* option : command->get_options())
      if (option->get_required() && option->count() == 0)
        missing.push_back('"' + option->get_lnames().front() + '"');
    if (missing.empty())
      return "a command is missing" + help;
    std::ranges::sort(missing);
    std::string all;
    for (const auto& each : missing)
      all += (all.empty() ? "" : ", ") + each;
    return "required flag(s) " + all + " not set" + help;
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string text = error.what();
    return "flag needs an argument: " + text.substr(0, text.find_first_of(": ")) + help;
  }
  return one_line(error.what()) + help;
}

} // namespace

program_outcome run_program(int argc, const char* const* argv, add_commands add_server) {
  CLI::App app{"Troupe: a Temporal and Nexus service, and its command line", "troupe"};
  global_flags flags;
  app.require_subcommand(1);
  app.set_version_flag("-v,--version", "troupe version 0.1.0");
  app.fallthrough();
  add_global_flags(app, flags);
  app.parse_complete_callback([&flags] {
    auto level = log::level::off;
    if (!flags.log_level.empty())
      log::parse_level(flags.log_level, level);
    log::configure(level, flags.log_format == "json" ? log::format::json : log::format::text);
  });
  add_server(app, flags);
  add_operator_commands(app, flags);
  add_workflow_commands(app, flags);
  try {
    app.parse(argc, argv);
    return {0, ""};
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0)
      return {app.exit(error), ""}; // --help, --version
    return {1, explain(app, error)};
  } catch (const std::exception& error) {
    return {1, one_line(error.what())};
  }
}

} // namespace troupe::cli
