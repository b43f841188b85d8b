// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/connection/connection.hpp"

#include "apps/troupe/connection/coded_payloads.hpp"
#include "apps/troupe/connection/service_presence.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/rpc/client_loop.hpp"
#include "runtime/rpc/connection/connect_hint.hpp"
#include "runtime/rpc/connection/connector.hpp"
#include "runtime/rpc/connection/environment.hpp"
#include "runtime/rpc/connection/pem.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/unary.hpp"

#include <troupe/connection.hpp>
#include <troupe/payload/remote_codec.hpp>

#include <google/protobuf/message.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace troupe::cli {
namespace {

std::string in_brackets(const std::string& hint) {
  return hint.empty() ? hint : " (" + hint + ")";
}

std::string default_identity() {
  char host[256] = "unknown";
  if (gethostname(host, sizeof host) != 0)
    host[0] = '\0';
  return "temporal-cli:" + user_name("unknown") + '@' + host;
}

// PEM of the two flags of one item. Data that is not PEM must not be taken for a path: it would be
// shown.
const std::string&
path_or_data(const std::string& path, const std::string& data, const std::string& flag) {
  if (!path.empty() && !data.empty())
    throw command_error("--" + flag + "-path and --" + flag + "-data cannot both be given");
  if (!data.empty() && !rpc::is_pem(data))
    throw command_error("--" + flag + "-data is not PEM text");
  if (rpc::is_pem(path))
    throw command_error(
        "--" + flag + "-path takes the path of a file; PEM text is for --" + flag + "-data");
  return path.empty() ? data : path;
}

// The names that these variables had before; they win over the new ones.
std::optional<std::string> variable_of(const std::string& name) {
  static const std::map<std::string, const char*> older{
      {"TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CERT"},
      {"TEMPORAL_TLS_CLIENT_CERT_DATA", "TEMPORAL_TLS_CERT_DATA"},
      {"TEMPORAL_TLS_CLIENT_KEY_PATH", "TEMPORAL_TLS_KEY"},
      {"TEMPORAL_TLS_CLIENT_KEY_DATA", "TEMPORAL_TLS_KEY_DATA"},
      {"TEMPORAL_TLS_SERVER_CA_CERT_PATH", "TEMPORAL_TLS_CA"},
      {"TEMPORAL_TLS_SERVER_CA_CERT_DATA", "TEMPORAL_TLS_CA_DATA"}};
  const auto get = [](const char* of) -> std::optional<std::string> {
    const char* value = std::getenv(of); // NOLINT(concurrency-mt-unsafe)
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>{value};
  };
  if (const auto old = older.find(name); old != older.end())
    if (auto value = get(old->second))
      return value;
  return get(name.c_str());
}

std::vector<std::pair<std::string, std::string>> all_variables() {
  std::vector<std::pair<std::string, std::string>> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line = *entry;
    if (const auto equals = line.find('='); equals != std::string::npos)
      all.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return all;
}

void apply_tls(connection_options& options, const global_flags& flags) {
  const auto& ca = path_or_data(flags.tls_ca_path, flags.tls_ca_data, "tls-ca");
  const auto& certificate = path_or_data(flags.tls_cert_path, flags.tls_cert_data, "tls-cert");
  const auto& key = path_or_data(flags.tls_key_path, flags.tls_key_data, "tls-key");
  if (flags.tls.value_or(false) || !ca.empty() || !certificate.empty() || !key.empty()) {
    if (!options.tls)
      options.tls.emplace();
    options.disable_tls = false;
  }
  if (!options.tls && !options.api_key.empty())
    options.tls.emplace();
  if (options.tls) {
    const auto take = [](std::string& to, const std::string& from) {
      if (!from.empty())
        to = from;
    };
    take(options.tls->server_ca, ca);
    take(options.tls->client_certificate, certificate);
    take(options.tls->client_key, key);
    // By themselves these two encrypt nothing.
    take(options.tls->server_name, flags.tls_server_name);
    options.tls->disable_host_verification |= flags.tls_disable_host_verification;
  }
  if (flags.tls && !*flags.tls)
    options.disable_tls = true;
}

// A file that is named and not there would silently be no configuration at all, and the command
// would go to whatever runs here.
void check_config_file(const global_flags& flags) {
  std::error_code failed;
  if (!flags.config_file.empty() && !flags.disable_config_file
      && std::filesystem::status(flags.config_file, failed).type()
             == std::filesystem::file_type::not_found)
    throw command_error("cannot read " + flags.config_file + ": No such file or directory");
}

rpc::environment_settings settings_from(const global_flags& flags) {
  check_config_file(flags);
  environment_options environment;
  environment.profile = flags.profile;
  environment.config_file = flags.config_file;
  environment.disable_file = flags.disable_config_file;
  environment.disable_environment = flags.disable_config_env;
  environment.variable = variable_of;
  environment.variables = all_variables;
  rpc::environment_settings settings;
  auto& options = settings.connection;
  if (!flags.disable_config_file || !flags.disable_config_env)
    settings = rpc::settings_from_environment(environment);
  if (flags.codec_endpoint)
    settings.codec.endpoint = *flags.codec_endpoint;
  if (flags.codec_auth)
    settings.codec.authorization = *flags.codec_auth;
  // An empty one is the default, whatever the profile says.
  const connection_options defaults;
  if (flags.address)
    options.target = flags.address->empty() ? defaults.target : *flags.address;
  if (flags.name_space)
    options.name_space = flags.name_space->empty() ? defaults.name_space : *flags.name_space;
  if (!flags.api_key.empty())
    options.api_key = flags.api_key;
  apply_tls(options, flags);
  for (const auto& pair : flags.grpc_meta) {
    const auto at = pair.find('=');
    if (at == std::string::npos || at == 0)
      throw command_error("invalid gRPC meta: it takes KEY=VALUE"); // not shown: it may be a key
    options.headers.emplace_back(pair.substr(0, at), pair.substr(at + 1));
  }
  options.identity = flags.identity.empty() ? default_identity() : flags.identity;
  options.keepalive.reset(); // a command is gone before the first ping
  return settings;
}

/// Stands for one that cannot be there: commands that show and send no payloads need none.
class codec_without_address final : public payload_codec {
public:
  explicit codec_without_address(std::string why) : why_(std::move(why)) {}

  payloads encode(payloads plain) const override { return pass(std::move(plain)); }
  payloads decode(payloads encoded) const override { return pass(std::move(encoded)); }

private:
  [[nodiscard]] payloads pass(payloads given) const {
    if (!given.empty())
      throw payload_codec_error(why_);
    return given;
  }

  std::string why_;
};

/// Null: there is none.
std::shared_ptr<const payload_codec>
codec_of(const rpc::environment_settings& settings, const global_flags& flags) {
  if (settings.codec.endpoint.empty())
    return nullptr;
  remote_codec_options options{.name_space = settings.connection.name_space};
  if (!settings.codec.authorization.empty())
    options.authorization = [value = settings.codec.authorization] { return value; };
  for (const auto& pair : flags.codec_headers) {
    const auto at = pair.find('=');
    if (at == std::string::npos)
      throw command_error(
          "invalid codec headers: invalid format \"" + pair + "\", expected KEY=VALUE");
    options.headers.emplace_back(pair.substr(0, at), pair.substr(at + 1));
  }
  try {
    return remote_codec(settings.codec.endpoint, std::move(options));
  } catch (const std::invalid_argument& error) {
    return std::make_shared<codec_without_address>(error.what());
  }
}

/// The codec's errors are the command's.
template <class Code>
void through_codec(const Code& code) {
  try {
    code();
  } catch (const payload_codec_error& error) {
    throw command_error(error.what());
  }
}

} // namespace

std::string user_name(const std::string& if_unknown) {
  if (const char* user = std::getenv("USER")) // NOLINT(concurrency-mt-unsafe)
    return user;
  return geteuid() == 0 ? "root" : if_unknown;
}

std::string namespace_of(const global_flags& flags) {
  try {
    return settings_from(flags).connection.name_space;
  } catch (const connection_error& error) {
    throw command_error(error.what());
  }
}

struct connection::state {
  state(connection_options options, std::shared_ptr<const payload_codec> with)
      : connector(rpc::grpc_connector(std::move(options))), codec(std::move(with)), wait(loop) {}

  ~state() {
    // A transport belongs to its loop's thread.
    wait.wait<void>([this](auto done) {
      transport.reset();
      done(result<void>{});
    });
  }

  std::shared_ptr<const rpc::connector> connector;
  std::shared_ptr<const payload_codec> codec; ///< null: payloads are shown as they travel
  rpc::client_loop loop;
  rpc::waiter wait;
  std::unique_ptr<rpc::transport> transport = connector->connect(loop, &loop.queue());

  struct deadline {
    std::chrono::steady_clock::time_point at;
    std::string after;
  };
  std::optional<deadline> ends; ///< of the whole command

  service_presence presence;
};

namespace {

constexpr std::chrono::milliseconds longest_pause{500};

} // namespace

connection::connection(const global_flags& flags) {
  try {
    auto settings = settings_from(flags);
    auto codec = codec_of(settings, flags);
    state_ = std::make_unique<state>(std::move(settings.connection), std::move(codec));
  } catch (const connection_error& error) {
    throw command_error(error.what());
  }
  if (const auto limit = parse_duration(flags.command_timeout, "command-timeout");
      limit.count() > 0)
    state_->ends = {std::chrono::steady_clock::now() + limit, go_duration(limit)};
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(
      parse_duration(flags.client_connect_timeout, "client-connect-timeout"));
  if (limit.count() <= 0)
    return;
  temporal::api::workflowservice::v1::GetSystemInfoRequest request;
  temporal::api::workflowservice::v1::GetSystemInfoResponse response;
  const auto status =
      try_call(rpc::methods::workflow_service::get_system_info, request, response, limit);
  if (status.code == status_code::deadline_exceeded)
    throw command_error(
        "failed reaching server at " + state_->connector->options().target + " within "
        + go_duration(limit)
        + in_brackets(rpc::connect_hint(status, state_->connector->options())));
}

connection::~connection() = default;

rpc_status connection::try_call(
    std::string_view method,
    const google::protobuf::Message& request,
    google::protobuf::Message& response,
    std::chrono::milliseconds timeout) {
  auto status = ask(method, request, response, timeout);
  if (status.code == status_code::unavailable)
    fail_as_unreachable(status);
  return status;
}

rpc_status connection::try_poll(
    std::string_view method,
    const google::protobuf::Message& request,
    google::protobuf::Message& response,
    std::chrono::milliseconds timeout) {
  auto status = ask(method, request, response, timeout);
  if (status.code != status_code::unavailable)
    return status;
  if (!state_->presence.may_come_back(std::chrono::steady_clock::now()))
    fail_as_unreachable(status);
  std::this_thread::sleep_for(std::min(timeout, longest_pause));
  return {status_code::deadline_exceeded, std::move(status.message), {}};
}

void connection::fail_as_unreachable(const rpc_status& status) const {
  const auto& options = state_->connector->options();
  const auto hint = state_->presence.has_answered() ? rpc::reconnect_hint(status, options)
                                                    : rpc::connect_hint(status, options);
  throw command_error(
      "failed reaching server at " + options.target + ": " + status.message + in_brackets(hint));
}

rpc_status connection::ask(
    std::string_view method,
    const google::protobuf::Message& request,
    google::protobuf::Message& response,
    std::chrono::milliseconds timeout) {
  const auto timed_out = [&] {
    return state_->ends && std::chrono::steady_clock::now() >= state_->ends->at;
  };
  const auto too_late = [&] {
    return command_error("command timed out after " + state_->ends->after);
  };
  if (timed_out())
    throw too_late();
  if (state_->ends)
    timeout = std::min(
        timeout,
        std::chrono::ceil<std::chrono::milliseconds>(
            state_->ends->at - std::chrono::steady_clock::now()));
  std::unique_ptr<google::protobuf::Message> encoded;
  if (state_->codec) {
    encoded.reset(request.New());
    encoded->CopyFrom(request);
    through_codec([&] { encode_payloads(*state_->codec, *encoded); });
  }
  rpc_status status;
  auto what = rpc::make_call(method, encoded ? *encoded : request, timeout);
  if (!what.problem.empty())
    return {status_code::invalid_argument, std::move(what.problem), {}};
  state_->wait.wait<void>([&](auto done) {
    state_->transport->start(std::move(what), [&, done](rpc_status got, rpc::bytes reply) mutable {
      status = std::move(got);
      if (status.ok() && !rpc::decode(reply, response))
        status = rpc::undecodable(method);
      done(result<void>{});
    });
  });
  if (status.code == status_code::deadline_exceeded && timed_out())
    throw too_late();
  state_->presence.saw(status.code);
  if (status.ok() && state_->codec)
    through_codec([&] { decode_payloads(*state_->codec, response); });
  return status;
}

void connection::call(
    const std::string& what,
    std::string_view method,
    const google::protobuf::Message& request,
    google::protobuf::Message& response,
    std::chrono::milliseconds timeout) {
  const auto status = try_call(method, request, response, timeout);
  if (!status.ok())
    throw command_error(
        what + ": "
        + (status.message.empty() ? std::string{to_string(status.code)} : status.message));
}

const std::string& connection::name_space() const {
  return state_->connector->options().name_space;
}

const std::string& connection::identity() const {
  return state_->connector->options().identity;
}

} // namespace troupe::cli
