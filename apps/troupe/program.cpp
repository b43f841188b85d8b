// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/program.hpp"

#include "apps/troupe/config/env_file.hpp"
#include "apps/troupe/documents/completion.hpp"
#include "apps/troupe/line/command_line.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/version_line.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/log/protobuf_log.hpp"
#include "runtime/base/text/printable.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cli {
namespace {

void add_global_flags(CLI::App& app, global_flags& flags) {
  const auto global = [](CLI::Option* option) { option->group("Global Flags"); };
  global(add_text(app, "--env", flags.env, "Environment of the older configuration, TEMPORAL_ENV"));
  global(add_text(app, "--env-file", flags.env_file, "File with the environments (temporal.yaml)"));
  global(add_text(app, "--config-file", flags.config_file, "Configuration file (temporal.toml)"));
  global(add_text(app, "--profile", flags.profile, "Profile of the configuration file"));
  global(add_switch(
      app,
      "--disable-config-file",
      flags.disable_config_file,
      "Do not read the configuration file"));
  global(add_switch(
      app, "--disable-config-env", flags.disable_config_env, "Do not read the environment"));
  global(add_choice(
      app,
      "--log-level",
      flags.log_level,
      {"debug", "info", "warn", "error", "never"},
      "debug, info, warn, error or never (default never; warn for the server)"));
  global(add_choice(
      app,
      "--log-format",
      flags.log_format,
      {"text", "json", "pretty"},
      "Log format: text or json"));
  global(add_choice(
      app,
      "-o,--output",
      flags.output,
      {"text", "json", "jsonl", "none"},
      "Output format: text, json, jsonl or none"));
  global(add_choice(
      app,
      "--time-format",
      flags.times,
      {"relative", "iso", "raw"},
      "Time format: relative, iso or raw"));
  global(add_choice(
      app,
      "--color",
      flags.color,
      {"always", "never", "auto"},
      "Output colouring: always, never or auto"));
  global(add_switch(
      app,
      "--no-json-shorthand-payloads",
      flags.no_json_shorthand_payloads,
      "Payloads as they travel, also in JSON"));
  global(add_wait(
      app,
      "--command-timeout",
      flags.command_timeout,
      "Ends the command after this time; 0s: never"));
  global(add_wait(
      app,
      "--client-connect-timeout",
      flags.client_connect_timeout,
      "Gives up connecting after this time; 0s: never"));
}

// Those of the commands that call a service.
void add_client_flags(CLI::App& app, global_flags& flags) {
  const auto global = [](CLI::Option* option) { option->group("Client Flags"); };
  global(add_text(
      app, "--address", flags.address, "Temporal service gRPC endpoint (default localhost:7233)"));
  global(add_text(
      app, "-n,--namespace", flags.name_space, "Temporal namespace (default \"default\")"));
  global(add_text(app, "--api-key", flags.api_key, "API key for requests"));
  global(add_list(
      app,
      "--grpc-meta",
      flags.grpc_meta,
      "Header for requests, KEY=VALUE; may be given several times"));
  global(add_switch(app, "--tls", flags.tls, "Encrypt the connection; --tls=false turns it off"));
  global(
      add_text(app, "--tls-cert-path", flags.tls_cert_path, "File with the client's certificate"));
  global(add_text(app, "--tls-cert-data", flags.tls_cert_data, "The client's certificate"));
  global(add_text(app, "--tls-key-path", flags.tls_key_path, "File with the client's private key"));
  global(add_text(app, "--tls-key-data", flags.tls_key_data, "The client's private key"));
  global(
      add_text(app, "--tls-ca-path", flags.tls_ca_path, "File with the server's CA certificate"));
  global(add_text(app, "--tls-ca-data", flags.tls_ca_data, "The server's CA certificate"));
  global(add_switch(
      app,
      "--tls-disable-host-verification",
      flags.tls_disable_host_verification,
      "Accept any host name"));
  global(add_text(
      app,
      "--tls-server-name",
      flags.tls_server_name,
      "Expected name in the server's certificate"));
  global(add_text(app, "--identity", flags.identity, "Who asks (default temporal-cli:USER@HOST)"));
  global(add_text(app, "--codec-endpoint", flags.codec_endpoint, "Remote Codec Server endpoint"));
  global(add_text(
      app, "--codec-auth", flags.codec_auth, "Authorization header for Codec Server requests"));
  global(add_list(
      app,
      "--codec-header",
      flags.codec_headers,
      "HTTP header for requests to the codec server, KEY=VALUE; may be given several times"));
  refuse_flag(app, "--client-authority");
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return printable(text);
}

// Required flags that are missing, in the words of the Temporal CLI.
std::string explain(const command_line& line, const CLI::ParseError& error) {
  const std::string help = " (see " + line.path + " --help)";
  std::vector<std::string> missing;
  for (const auto* option : line.known_flags())
    if (option->get_required() && option->count() == 0)
      missing.push_back('"' + option->get_lnames().front() + '"');
  if (missing.empty())
    return error.what() + help;
  std::ranges::sort(missing);
  std::string all;
  for (const auto& each : missing)
    all += (all.empty() ? "" : ", ") + each;
  return "required flag(s) " + all + " not set" + help;
}

// Commands that only have a name here take whatever stands behind it.
bool is_missing(const CLI::App& command) {
  return command.get_prefix_command() && command.get_name() != "help";
}

bool is_group(const CLI::App& command) {
  const bool does_something =
      command.get_require_subcommand_min() == 0 && command.get_require_subcommand_max() == 1;
  if (does_something) // and may do more with what is under it
    return false;
  const auto inner = command.get_subcommands([](const CLI::App*) { return true; });
  // One that does something itself may have others under it that are not there.
  return std::ranges::any_of(
      inner, [&](const CLI::App* each) { return !is_missing(*each) || is_missing(command); });
}

// The command's help and, as the Temporal CLI shows them, the flags of the commands above it.
void print_help(const CLI::App& command) {
  std::string above;
  for (const auto* app = command.get_parent(); app != nullptr; app = app->get_parent())
    above = app->get_name() + (above.empty() ? "" : ' ' + above);
  auto text = command.help(above);
  for (const auto* app = command.get_parent(); app != nullptr; app = app->get_parent())
    for (const auto& group : app->get_groups())
      if (group.ends_with(" Flags"))
        text += CLI::Formatter{}.make_group(
            group, false, app->get_options([&](const CLI::Option* option) {
              return option->get_group() == group;
            }));
  print(text);
}

void refuse_missing(const command_line& line) {
  if (!is_missing(*line.command))
    return;
  std::string name;
  for (const auto& word : line.words)
    name += (name.empty() ? "" : " ") + word;
  throw command_error(name + " is not supported by this build of troupe yet");
}

program_outcome unknown_command(const command_line& line) {
  return {
      1,
      one_line(
          "unknown command \"" + line.arguments.front() + "\" for \"" + line.path + "\" (see "
          + line.path + " --help)")};
}

// `help workflow list`: about the last word that is a command, as the Temporal CLI has it.
program_outcome help_about(const CLI::App& app, const std::vector<std::string>& topic) {
  const auto found = read_command_line(app, topic);
  refuse_missing(found);
  print_help(*found.command);
  return {0, ""};
}

// A group of commands by itself does nothing: its help, which is an answer only if it was asked
// for.
program_outcome show_group(const command_line& line, const std::vector<std::string>& words) {
  static constexpr std::array asked{"--help", "-h", "--version", "-v", "help"};
  const bool wanted = line.wants_help || std::ranges::any_of(words, [](const auto& word) {
                        return std::ranges::find(asked, word) != asked.end();
                      });
  if (wanted || line.arguments.empty())
    print_help(*line.command);
  if (wanted)
    return {0, ""};
  if (line.arguments.empty())
    return {1, "a command is missing after \"" + line.path + "\" (see " + line.path + " --help)"};
  return unknown_command(line);
}

void check_arguments(const command_line& line) {
  std::size_t most = 0;
  for (const auto* each : line.command->get_options(
           [](const CLI::Option* option) { return option->get_positional(); }))
    most += static_cast<std::size_t>(each->get_items_expected_max());
  if (line.arguments.size() <= most)
    return;
  if (most == 0)
    throw command_error(unknown_command(line).error);
  throw command_error(
      "accepts at most " + std::to_string(most) + " arg(s), received "
      + std::to_string(line.arguments.size()) + " (see " + line.path + " --help)");
}

// Who makes an environment, or lists them all, needs none.
bool ignores_missing_environment(const command_line& line) {
  static const std::vector<std::string> set{"env", "set"}, list{"env", "list"};
  return line.words == set || line.words == list;
}

// The older configuration: flags from an environment of `temporal.yaml`, by --env or TEMPORAL_ENV.
void apply_environment(command_line& line) {
  std::string name, file;
  if (const char* variable = std::getenv("TEMPORAL_ENV")) // NOLINT(concurrency-mt-unsafe)
    name = variable;
  for (const auto& [flag, value] : line.flags) {
    if (flag->check_lname("env"))
      name = value;
    if (flag->check_lname("env-file"))
      file = value;
  }
  if (name.empty())
    name = "default";
  const auto all = read_env_file(file);
  const auto found = all.find(name);
  if (found != all.end())
    line.add_missing(found->second);
  else if (name != "default" && !ignores_missing_environment(line))
    throw command_error("environment " + go_quoted(name) + " not found");
}

// Scripts for the shell that asks; packages bring them as files.
void add_completion_command(CLI::App& app) {
  auto* completion = app.add_subcommand("completion", "Print a script that completes for a shell");
  completion->require_subcommand(1);
  using write_script = std::string (*)(const table_command&);
  for (const auto& [shell, script] :
       {std::pair<const char*, write_script>{"bash", bash_completion}, {"zsh", zsh_completion}}) {
    auto* command = completion->add_subcommand(shell, std::string{"For "} + shell);
    command->callback([&app, write = script] { print(write(command_table(app))); });
    refuse_flag(*command, "--no-descriptions", false);
  }
}

} // namespace

void declare_program(CLI::App& app, global_flags& flags, add_commands add_server) {
  app.name("troupe");
  app.description("Troupe: a Temporal and Nexus service, and its command line");
  app.require_subcommand(1);
  app.set_version_flag("-v,--version", version_line());
  add_global_flags(app, flags);
  add_server(app, flags);
  add_operator_commands(app, flags);
  add_workflow_commands(app, flags);
  add_activity_commands(app, flags);
  add_nexus_commands(app, flags);
  add_batch_commands(app, flags);
  add_task_queue_commands(app, flags);
  add_worker_commands(app, flags);
  add_env_commands(app, flags);
  add_config_commands(app, flags);
  add_cert_commands(app, flags);
  for (const auto* group :
       {"operator", "workflow", "activity", "nexus", "batch", "task-queue", "worker"})
    add_client_flags(*app.get_subcommand(group), flags);
  add_completion_command(app);
  add_missing_commands(app);
  // It only stands in the list: its words are a command line of their own.
  app.add_subcommand("help", "Show the help of a command")->prefix_command();
}

namespace {

program_outcome run_line(int argc, const char* const* argv, add_commands add_server) {
  CLI::App app;
  global_flags flags;
  declare_program(app, flags, add_server);
  app.parse_complete_callback([&flags] {
    auto level = log::level::off;
    if (!flags.log_level.empty())
      log::parse_level(flags.log_level, level);
    log::configure(level, flags.log_format == "json" ? log::format::json : log::format::text);
  });
  adopt_protobuf_log();

  const std::vector<std::string> words{argv + std::min(argc, 1), argv + argc};
  command_line line;
  try {
    line = read_command_line(app, words);
    if (!line.words.empty() && line.words.front() == "help")
      return help_about(app, line.arguments);
    if (line.wants_version && !line.wants_help) {
      print(app.version() + '\n');
      return {0, ""};
    }
    refuse_missing(line);
    if (is_group(*line.command))
      return show_group(line, words);
    if (line.wants_help) {
      print_help(*line.command);
      return {0, ""};
    }
    check_arguments(line);
    apply_environment(line);
    app.parse(line.canonical());
    return {0, ""};
  } catch (const CLI::ParseError& error) {
    return {1, one_line(explain(line, error))};
  } catch (const std::exception& error) {
    return {1, one_line(error.what())};
  }
}

} // namespace

program_outcome run_program(int argc, const char* const* argv, add_commands add_server) {
  auto outcome = run_line(argc, argv, add_server);
  // A full disk must not look like success.
  if (auto problem = output_problem(); outcome.error.empty() && !problem.empty())
    outcome = {1, std::move(problem)};
  return outcome;
}

} // namespace troupe::cli
