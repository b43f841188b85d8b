// SPDX-License-Identifier: Apache-2.0
// `troupe server start-dev`.

#include "actors/embedded/host/service_access.hpp"
#include "apps/troupe/cli.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/operator/search_attribute_commands.hpp"
#include "apps/troupe/server/dynamic_config.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/web/web_files.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/gateway/guard.hpp"

#include <troupe/service.hpp>
#include <troupe/version.hpp>

#include <CLI/CLI.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>

namespace troupe::cli {
namespace {

struct server_flags {
  std::int64_t port = 7233, http_port = 0, ui_port = 0, metrics_port = 0;
  std::string ip = "localhost", ui_ip, ui_asset_path, ui_codec_endpoint, ui_public_path;
  std::optional<std::string> tls_certificate, tls_key, outgoing_ca, api_key_file, jwt_key_set,
      jwt_audience;
  std::vector<std::string> namespaces, dynamic_config, search_attributes, client_cas;
  bool headless = false, no_news = false;
};

// The signals that end the server, blocked in every thread; one `sigwait`s for them.
sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void leave_at_once(int number) {
  _exit(128 + number);
}

int wait_for_signal(const sigset_t& set) {
  int number = 0;
  while (sigwait(&set, &number) != 0) {
  }
  return number;
}

std::string friendly(const std::string& address) {
  const auto colon = address.rfind(':');
  const auto host = address.substr(0, colon);
  return (host == "127.0.0.1" || host == "[::1]" ? "localhost" : host) + address.substr(colon);
}

void line(const char* name, const std::string& value, const global_flags& flags) {
  if (flags.format() != output_format::text)
    return;
  char padded[32];
  std::snprintf(padded, sizeof padded, "%-21s ", name);
  print(padded + value + '\n');
}

/// Each connection takes a descriptor. The usual limit is for programs that use `select`, which
/// cannot have more; this one may take what the system lets it.
void raise_descriptor_limit() {
  constexpr rlim_t enough = 1 << 20;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
    return;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, enough));
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    log::warn("the limit of open files could not be raised", {{"error", std::strerror(errno)}});
}

/// `ip:port`.
std::string address_of(const std::string& given, std::int64_t port) {
  const auto ip = given == "localhost" ? std::string{"127.0.0.1"} : given;
  const auto host = ip.find(':') != std::string::npos && !ip.starts_with('[') ? '[' + ip + ']' : ip;
  return host + ':' + std::to_string(port);
}

/// FILE, or NAMESPACE=FILE; a path with a slash before its `=` is a file.
service_client_ca read_client_ca(const std::string& text) {
  const auto at = text.find('=');
  if (at == std::string::npos || text.find('/') < at)
    return {.path = text};
  if (at == 0 || at + 1 == text.size()) // for one, of a variable that is not set
    throw command_error("--tls-ca-path takes FILE or NAMESPACE=FILE, not \"" + text + '"');
  return {.path = text.substr(at + 1), .name_space = text.substr(0, at)};
}

/// An empty value is a variable that is not set: without it the service would be open.
std::string named(const std::optional<std::string>& value, const char* flag) {
  if (value && value->empty())
    throw command_error(
        std::string{flag} + " has an empty value: leave it out, or name what it takes");
  return value.value_or("");
}

void add_doors(service_options& to, const server_flags& with) {
  to.tls = {
      .certificate = named(with.tls_certificate, "--tls-cert-path"),
      .key = named(with.tls_key, "--tls-key-path"),
      .outgoing_ca = named(with.outgoing_ca, "--outgoing-ca-path")};
  if (to.tls.certificate.empty() != to.tls.key.empty())
    throw command_error("--tls-cert-path and --tls-key-path are needed together");
  for (const auto& each : with.client_cas)
    to.callers.client_cas.push_back(read_client_ca(each));
  if (!to.callers.client_cas.empty() && to.tls.certificate.empty())
    throw command_error("--tls-ca-path needs --tls-cert-path and --tls-key-path");
  to.callers.api_key_file = named(with.api_key_file, "--api-key-file");
  to.callers.jwt_key_set = named(with.jwt_key_set, "--jwt-key-set");
  to.callers.jwt_audience = named(with.jwt_audience, "--jwt-audience");
}

/// What is wrong with letting others than this machine in; empty: nothing.
std::string warning_of(const service_options& options, const server_flags& with) {
  const auto is_local = [](const std::string& ip) {
    return ip == "localhost" || gateway::is_loopback(ip);
  };
  if (is_local(with.ip) && (with.headless || with.ui_ip.empty() || is_local(with.ui_ip)))
    return {};
  const auto& callers = options.callers;
  const bool is_open =
      callers.client_cas.empty() && callers.api_key_file.empty() && callers.jwt_key_set.empty();
  if (is_open)
    return "everybody who reaches this address may do everything: --tls-ca-path, --api-key-file "
           "or --jwt-key-set say who may";
  if (options.tls.certificate.empty())
    return "keys and data travel in the clear: --tls-cert-path and --tls-key-path encrypt them";
  return {};
}

/// A public path behind an address.
std::string below(const std::string& path) {
  return path.empty() || path.starts_with('/') ? path : '/' + path;
}

/// Returns where the Web UI is.
std::string open_ui(service& on, const server_flags& with, int grpc_port) {
  // Of a port that was chosen for us there is no next but one thousandth that anybody expects.
  constexpr int ui_after = 1000;
  const auto port = with.ui_port != 0 ? with.ui_port : with.port == 0 ? 0 : grpc_port + ui_after;
  if (port > 65535)
    throw command_error(
        "the Web UI's port would be " + std::to_string(port) + ": set one by --ui-port");
  try {
    return embedded::service_access::listen_ui(
        on,
        address_of(with.ui_ip.empty() ? with.ip : with.ui_ip, port),
        with.ui_asset_path.empty() ? web::web_files() : gateway::read_site(with.ui_asset_path),
        {.public_path = with.ui_public_path, .codec_endpoint = with.ui_codec_endpoint});
  } catch (const std::runtime_error& error) {
    throw command_error(
        std::string{"the Web UI: "} + error.what()
        + (std::strstr(error.what(), "in use") != nullptr
               ? " (--ui-port sets its port, --headless leaves it out)"
               : ""));
  }
}

void check_port(const char* flag, std::int64_t port) {
  if (port < 0 || port > 65535)
    throw command_error(std::string{flag} + " takes 0 to 65535, not " + std::to_string(port));
}

void start_dev(const server_flags& with, const global_flags& flags) {
  check_port("--port", with.port);
  check_port("--http-port", with.http_port);
  check_port("--ui-port", with.ui_port);
  check_port("--metrics-port", with.metrics_port);
  service_options options;
  if (std::ranges::find(with.namespaces, "") != with.namespaces.end())
    throw command_error("--namespace takes a name, not an empty text");
  for (const auto& name : with.namespaces)
    if (name != "default")
      options.namespaces.push_back({name, std::chrono::hours{24}});
  options.dynamic_config = parse_dynamic_config(with.dynamic_config);
  // As the real dev server has it.
  options.dynamic_config.try_emplace("activity.enableStandalone", "true");
  for (const auto& pair : with.search_attributes) {
    const auto at = pair.find('=');
    if (at == std::string::npos)
      throw command_error("invalid search attributes: missing expected '=' in \"" + pair + '"');
    const auto type = read_search_attribute_type(pair.substr(at + 1));
    if (!type)
      throw command_error("invalid search attribute value type \"" + pair.substr(at + 1) + '"');
    options.search_attributes.insert_or_assign(pair.substr(0, at), *type);
  }

  add_doors(options, with);
  const auto warning = warning_of(options, with);
  const std::string web = options.tls.certificate.empty() ? "http://" : "https://";

  if (flags.log_level.empty())
    log::configure(
        log::level::warn, flags.log_format == "json" ? log::format::json : log::format::text);

  // Before the service starts its thread, which inherits the mask.
  const auto ending = ending_signals();
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  raise_descriptor_limit();
  std::optional<service> server;
  std::string address;
  std::string http_address;
  std::string ui_address;
  if (with.metrics_port != 0)
    options.metrics_address = address_of(with.ip, with.metrics_port);
  try {
    // The Web UI shows what the service counts.
    if (with.headless)
      server.emplace(std::move(options));
    else
      server.emplace(embedded::service_access::counted(std::move(options)));
    address = server->listen(address_of(with.ip, with.port));
    http_address = server->listen_http(address_of(with.ip, with.http_port));
  } catch (const service_error& error) {
    throw command_error(error.what());
  }
  if (!with.headless)
    ui_address = open_ui(*server, with, static_cast<int>(with.port));
  if (!warning.empty())
    log::warn(warning, {{"address", address}});
  if (flags.format() == output_format::text)
    print("Troupe " TROUPE_VERSION_TEXT "\n\n");
  line("Temporal Server:", friendly(address), flags);
  line("Temporal Persistence:", "in-memory", flags);
  if (!ui_address.empty())
    line("Temporal UI:", web + friendly(ui_address) + below(with.ui_public_path), flags);
  line("Temporal HTTP:", friendly(http_address), flags);
  if (const auto metrics = server->metrics_address(); !metrics.empty())
    line("Temporal Metrics:", web + friendly(metrics) + "/metrics", flags);

  wait_for_signal(ending);
  struct sigaction at_once{};
  at_once.sa_handler = leave_at_once;
  sigaction(SIGINT, &at_once, nullptr);
  sigaction(SIGTERM, &at_once, nullptr);
  pthread_sigmask(SIG_UNBLOCK, &ending, nullptr);
  server->stop();
}

std::string known_settings_help() {
  std::string text =
      "Dynamic configuration keys that have an effect (others are taken and have none):\n";
  for (const auto& [key, effect] : service::known_settings())
    text += "  " + std::string{key} + "\n      " + std::string{effect} + '\n';
  return text;
}

} // namespace

void add_server_command(CLI::App& app, const global_flags& flags) {
  auto* group =
      app.add_subcommand("server", "Run a Temporal and Nexus service")->require_subcommand(1);
  auto* command =
      group->add_subcommand("start-dev", "Run a service for development, data in memory");
  auto given = std::make_shared<server_flags>();
  add_number(*command, "-p,--port", given->port, "Port of the gRPC service; 0: a free one");
  add_number(*command, "--http-port", given->http_port, "Port of the HTTP API; 0: a free one");
  add_text(
      *command,
      "--ip",
      given->ip,
      "IP address to listen on; for anything but loopback say who may call");
  add_list(
      *command,
      "-n,--namespace",
      given->namespaces,
      "Namespace to make at the start; may be given several times (default is always made)");
  add_list(
      *command,
      "--dynamic-config-value",
      given->dynamic_config,
      "Dynamic configuration, KEY=JSON; may be given several times");
  add_list(
      *command,
      "--search-attribute",
      given->search_attributes,
      "Search attribute of every namespace made at the start, NAME=TYPE; may be given several "
      "times. Types: Text, Keyword, Int, Double, Bool, Datetime, KeywordList");
  add_text(
      *command,
      "--tls-cert-path",
      given->tls_certificate,
      "File with the server's certificate, for TLS on all ports; read again when it changes");
  add_text(
      *command, "--tls-key-path", given->tls_key, "File with the private key of the certificate");
  add_list(
      *command,
      "--tls-ca-path",
      given->client_cas,
      "File with CA certificates, FILE or NAMESPACE=FILE: clients need a certificate that one of "
      "them signed, and may do everything, or write in that namespace; may be given several times");
  add_text(
      *command,
      "--outgoing-ca-path",
      given->outgoing_ca,
      "File with the CA certificates that servers are known by to which callbacks and Nexus "
      "endpoints lead, instead of those of the system; read again when it changes");
  add_text(
      *command,
      "--api-key-file",
      given->api_key_file,
      "File of the API keys that are taken, made by troupe operator api-key; read again when it "
      "changes");
  add_text(
      *command,
      "--jwt-key-set",
      given->jwt_key_set,
      "File or URL of the JSON Web Key Set whose tokens are taken");
  add_text(
      *command, "--jwt-audience", given->jwt_audience, "Audience that such tokens must be for");
  add_number(
      *command,
      "--metrics-port",
      given->metrics_port,
      "Port of the metrics for Prometheus, at /metrics; 0: none");
  add_switch(*command, "--headless", given->headless, "Without the Web UI");
  add_number(
      *command, "--ui-port", given->ui_port, "Port of the Web UI; 0: that of --port and 1000");
  add_text(*command, "--ui-ip", given->ui_ip, "IP address of the Web UI; by default that of --ip");
  add_text(
      *command, "--ui-public-path", given->ui_public_path, "Path below which the Web UI lies: /x");
  add_text(
      *command,
      "--ui-asset-path",
      given->ui_asset_path,
      "Folder with the files of another Web UI, served instead of the one in this binary");
  add_text(
      *command,
      "--ui-codec-endpoint",
      given->ui_codec_endpoint,
      "URL of a codec server by which the Web UI shows payloads");
  for (const auto* flag : {"-f,--db-filename", "--sqlite-pragma"})
    refuse_flag(*command, flag);
  add_switch(
      *command,
      "--ui-disable-news-fetch",
      given->no_news,
      "No effect: this Web UI fetches nothing from elsewhere");
  refuse_flag(*command, "--log-config", false);
  command->footer(known_settings_help);
  command->callback([given, &flags] { start_dev(*given, flags); });
}

} // namespace troupe::cli
