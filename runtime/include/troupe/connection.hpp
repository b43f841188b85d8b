// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

class client_interceptor; // troupe/client/interceptor.hpp
class tracer;

/// How the service is authenticated, and we to it. A plain value.
///
/// Certificates and keys are PEM text, or the path of a file that holds it (read at connect; a
/// missing file is a `connection_error`). `client_certificate` and `client_key` only together.
struct tls_options {
  std::string server_ca = {};          ///< empty: the roots that the system trusts
  std::string client_certificate = {}; ///< for mTLS
  std::string client_key = {};         ///< PEM of the certificate's private key
  std::string server_name = {}; ///< expected in the server's certificate; empty: the target's host
  bool disable_host_verification = false; ///< accept any certificate: tests only
};

/// Pings that keep an idle connection open and find a dead one.
struct keepalive_options {
  std::chrono::milliseconds interval{30'000}; ///< between two signs of life
  std::chrono::milliseconds timeout{15'000};  ///< for the answer to one
};

/// Where the service is and how to talk to it; used by clients and workers. A plain value.
struct connection_options {
  std::string target = "localhost:7233"; ///< host:port, or any target that gRPC understands
  std::string name_space = "default";    ///< that calls are about
  /// Absent: TLS exactly if there is an API key or a source of keys.
  std::optional<tls_options> tls = {};
  bool disable_tls = false; ///< plain text even with an API key; wins over `tls`
  std::string api_key = {}; ///< sent as `authorization: Bearer ...`
  /// Gives the key of each call, for keys that are renewed while the program runs; switches TLS on
  /// as `api_key` does, and wins over it. Called on every thread that calls the service, by several
  /// at once; must not wait. What it throws is logged, and the call goes without a key.
  std::function<std::string()> api_key_source = {};
  /// Sent with every call; lower-case names, `-bin` names hold raw bytes. They win over our own.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string identity = {}; ///< who we are in histories; empty: `pid@host`
  /// A proxy that is asked by HTTP `CONNECT`: `host:port`, or `user:password@host:port`. Empty:
  /// what `https_proxy` and `no_proxy` in the environment say; none for loopback.
  std::string http_proxy = {};
  /// Absent: no pings.
  std::optional<keepalive_options> keepalive = keepalive_options{};
  std::size_t max_message_bytes = 128U
                                  << 20U; ///< of a reply; the service has its own, lower limits
  std::chrono::milliseconds rpc_timeout{
      30'000}; ///< of a call with its retries; long polls have their own
  std::chrono::milliseconds connect_timeout{10'000}; ///< of the check that `connect` does
  /// Takes the spans of the client's starts, signals, queries and updates, and of its workers that
  /// have no tracer of their own. Null: no traces.
  std::shared_ptr<troupe::tracer> tracer = {}; ///< who hears of spans; null: nobody
  /// See what the client's calls ask for, in their order; those that are worker interceptors as
  /// well serve the workers that are made with the client.
  std::vector<std::shared_ptr<const client_interceptor>> interceptors = {};
  /// True: `connect` does not wait for the service; the first call finds out.
  bool lazy = false;
};

/// Options that cannot be used, or a service that cannot be reached when connecting. The text says
/// what to do.
class connection_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// How `connection_options_from_environment` looks around.
struct environment_options {
  std::string profile = {}; ///< empty: `$TEMPORAL_PROFILE`, else `default`
  std::string config_file =
      {}; ///< empty: `$TEMPORAL_CONFIG_FILE`, else `{user config dir}/temporalio/temporal.toml`
  bool disable_file = false;        ///< only the environment counts
  bool disable_environment = false; ///< only `profile` and `config_file` above count then
  bool strict = false;              ///< unknown keys in the file are errors
  /// Reads an environment variable; empty: the process's.
  std::function<std::optional<std::string>(const std::string& name)> variable = {};
  /// Lists all variables (for `TEMPORAL_GRPC_META_*`); empty: the process's.
  std::function<std::vector<std::pair<std::string, std::string>>()> variables = {};
};

/// Connection settings as for every Temporal tool: `TEMPORAL_ADDRESS`, `_NAMESPACE`, `_API_KEY`,
/// `_TLS*`, `TEMPORAL_GRPC_META_*`, over a profile of `temporal.toml`, over the defaults.
///
/// What the code sets afterwards wins over both. A file that is not there is an empty one. Throws
/// `connection_error` for a named profile that is not there, unreadable TOML, values that are no
/// booleans, and a path and data for the same certificate. Not thread-safe against `setenv`.
[[nodiscard]] connection_options
connection_options_from_environment(const environment_options& options = {});

} // namespace troupe
