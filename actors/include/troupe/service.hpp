// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/search_attribute.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

class client;
class client_interceptor;
struct data_converter;

namespace rpc {
class local_service;
}

namespace embedded {
struct service_access;
}

/// A namespace that a service creates when it starts.
struct service_namespace {
  std::string name = {};            ///< must not be there yet
  std::chrono::hours retention{24}; ///< how long closed runs are kept
};

/// A Nexus endpoint that a service creates when it starts: where calls to `name` go.
struct service_endpoint {
  std::string name = {};              ///< must not be there yet
  std::string target_namespace = {};  ///< of the handler's workers
  std::string target_task_queue = {}; ///< that the handler's workers poll
  /// Namespaces whose workflows may call it; empty: those of all namespaces.
  std::vector<std::string> allowed_callers = {};
};

/// What a service encrypts with: paths of PEM files, which are read again when they change. The end
/// of the certificate is warned of two weeks before.
struct service_tls {
  std::string certificate = {}; ///< its own, then those between it and the root; empty: no TLS
  std::string key = {};         ///< without a passphrase
  /// Who may have signed the certificates of servers that callbacks and Nexus endpoints lead to;
  /// empty: whom the system trusts. Needs none of the above.
  std::string outgoing_ca = {};
};

/// A file with CA certificates, which is read again when it changes: who has a certificate that
/// they signed may call.
struct service_client_ca {
  std::string path = {}; ///< PEM
  /// Of the namespace where such a caller may write (and read, and work); empty: everything is
  /// allowed to it.
  std::string name_space = {};
};

/// By what a service knows who calls, over gRPC and over HTTP. Without any of it everybody may do
/// everything. Code of the same process may always.
///
/// Each caller has roles in namespaces, and in the service itself: `read`, `worker`, `write`,
/// `admin`, each of which may do all that those before it may. Who may not is told
/// `PERMISSION_DENIED` and nothing else.
struct service_callers {
  /// Certificates of clients; they need `service_options::tls`. Without keys and tokens nobody
  /// connects without one.
  std::vector<service_client_ca> client_cas = {};
  /// File of API keys (`troupe operator api-key`), which is read again when it changes.
  std::string api_key_file = {};
  /// File or URL of a JSON Web Key Set: tokens signed by its keys (RS256, ES256) are taken, with a
  /// claim `permissions` of `namespace:role`; the namespace `temporal-system` is the service.
  std::string jwt_key_set = {};
  /// What the claim `aud` of a token must have; empty: anything.
  std::string jwt_audience = {};
};

/// What `troupe::service` starts with. The namespace `default` always exists.
struct service_options {
  std::vector<service_namespace> namespaces = {}; ///< besides `default`
  /// Nexus endpoints that are there from the beginning.
  std::vector<service_endpoint> endpoints = {};
  /// Search attributes that `default` and every one of `namespaces` have, by name. What the service
  /// refuses (names of the system, more than it has columns for) makes its start fail.
  std::map<std::string, search_attribute_type> search_attributes = {};
  /// Settings by the names of the real server's dynamic configuration, values as JSON. Unknown keys
  /// are taken and have no effect; `service::known_settings` lists those that have one.
  std::map<std::string, std::string> dynamic_config = {};
  /// Where to show metrics to Prometheus over HTTP, at `/metrics`: `ip:port`, a port of 0 takes a
  /// free one. Empty: nowhere, and nothing is counted.
  std::string metrics_address = {};
  service_tls tls = {};         ///< of all listeners, the metrics' too
  service_callers callers = {}; ///< who may call
};

/// A service could not start or listen: what() says why and what to do.
class service_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// A Temporal and Nexus service inside this process: for development, tests and single-node use;
/// data in memory.
///
/// It speaks the protocol of a Temporal server. Workers and clients of this process reach it
/// without a network through `connect`; everybody else through `listen` (gRPC) and `listen_http`
/// (JSON). It has one thread of its own, a shard, and one for each HTTP front. All members are
/// thread-safe. Destroying it stops it; clients and workers on it should be gone by then: whatever
/// they call later is answered `unavailable`, and a worker that stops then waits for its grace.
class service {
public:
  /// Starts it. Throws `service_error` if the options make no sense, a file of certificates or keys
  /// cannot be used, or an address cannot be had.
  explicit service(service_options options = {});
  ~service();
  /// What was moved from can only be destroyed or assigned to.
  service(service&&) noexcept;
  /// Ends what was there.
  service& operator=(service&&) noexcept;

  /// A client of this service that needs no network. Throws `rpc_error` if the namespace does not
  /// exist.
  [[nodiscard]] client connect(std::string name_space = "default");
  /// The same with a converter and interceptors of its own.
  [[nodiscard]] client connect(
      std::string name_space,
      data_converter converter,
      std::vector<std::shared_ptr<const client_interceptor>> interceptors = {});

  /// Starts a gRPC front on `address` (`ip:port`; port 0 takes a free one). Returns the address it
  /// listens on. Throws `service_error` if the port is in use or the address is none of this
  /// machine.
  std::string listen(const std::string& address);

  /// Starts an HTTP front on `address`, as `listen` does: the JSON API of a Temporal server, by the
  /// paths `/api/v1/namespaces/...`.
  std::string listen_http(const std::string& address);

  /// Where the metrics are shown, with the port that was taken; empty if they are not.
  [[nodiscard]] std::string metrics_address() const;

  /// Answers long polls empty, finishes running calls for at most `grace`, closes the fronts, stops
  /// the shard.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds{1});

  /// One line each: a dynamic configuration key that has an effect here, and what it does.
  struct setting {
    std::string_view key;    ///< as in `dynamic_config`
    std::string_view effect; ///< in words
  };
  /// All that `dynamic_config` may hold.
  [[nodiscard]] static std::vector<setting> known_settings();

  /// The service as the transports see it, for the direct transport and for tests. Lives as long as
  /// this object.
  [[nodiscard]] rpc::local_service& local();

private:
  friend struct embedded::service_access;
  struct implementation;
  struct ready {};
  service(ready, std::unique_ptr<implementation> impl);
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe
