// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/listener.hpp"
#include "runtime/http/server.hpp"
#include "runtime/rpc/transport.hpp"
#include "runtime/telemetry/meter.hpp"
#include "runtime/telemetry/registry.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::embedded {

/// The embedded service with its calls counted, and shown to Prometheus under the names of the real
/// server: `service_requests`, `service_latency` (in seconds), by `operation`. And how often the
/// circuit breakers of Nexus endpoints opened, by the operations that failed, and how many
/// are not closed; and what memory and CPU time the process has taken.
///
/// Counts when a call is answered, on the service's thread. The service must outlive it, and be
/// stopped before it goes.
class metered_service final : public rpc::local_service {
public:
  explicit metered_service(rpc::local_service& of);

  /// Shows the numbers at `/metrics` of a listener. Throws `http::listen_error`.
  void listen(const http::address& where, http::tls_source tls = {});
  /// What that answers. Thread-safe.
  [[nodiscard]] http::response text() const;

  cancel_function handle(request what, rpc::reply_handler on_reply) override;

  /// The circuit breaker of an endpoint opened: counts each operation that failed before. On the
  /// service's thread.
  void count_opened_breaker(const std::string& endpoint, const std::string& operation);

  /// How many circuit breakers of an endpoint are not closed now. One of more than 100 endpoints
  /// takes the place of those that have none. On the service's thread.
  void show_open_breakers(const std::string& endpoint, std::size_t open);

  /// Shows what an HTTP front has seen, as long as what is returned lives. `counts` is called on
  /// the thread of whoever reads the metrics.
  [[nodiscard]] std::vector<telemetry::observed>
  show(const std::string& listener, const std::function<http::server_counts()>& counts);

  /// Shows when the certificate of the service ends, as long as what is returned lives. `expires`
  /// is called on the thread of whoever reads the metrics.
  [[nodiscard]] telemetry::observed show_expiry(std::function<time_point()> expires);

  /// `ip:port`, with the port that was taken; empty without a listener.
  [[nodiscard]] std::string address() const {
    return listener_ ? http::to_string(listener_->where()) : std::string{};
  }

private:
  struct counters {
    explicit counters(telemetry::meter& meter);
    telemetry::counters_by_label requests;
    telemetry::histograms_by_label latency;
  };
  struct open_breakers {
    std::shared_ptr<std::atomic<std::size_t>> open; ///< read on the thread of whoever asks
    telemetry::observed shown;
  };

  rpc::local_service& service_;
  std::shared_ptr<telemetry::registry> registry_ = std::make_shared<telemetry::registry>();
  std::unique_ptr<telemetry::meter> meter_;
  counters counters_;
  telemetry::counter failures_;
  std::map<std::string, telemetry::counters_by_label> opened_breakers_; ///< by endpoint
  std::map<std::string, open_breakers> open_breakers_;                  ///< by endpoint
  std::vector<telemetry::observed> of_process_;
  std::optional<http::listener> listener_; ///< last: its thread reads the rest
};

} // namespace troupe::embedded
