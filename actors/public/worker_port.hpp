// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/registry.hpp"

#include <troupe/metrics.hpp>
#include <troupe/worker_snapshot.hpp>

#include <functional>
#include <memory>
#include <string>

namespace troupe::detail {

/// What a worker shows of itself over HTTP.
///
/// The functions are called by the port's thread, as long as the worker is shown.
struct worker_source {
  std::shared_ptr<const telemetry::registry> metrics;
  std::function<worker_snapshot(const snapshot_options&)> snapshot;
  std::function<std::string()> why_dead;    ///< empty: it is alive
  std::function<std::string()> why_unready; ///< empty: it is ready
};

/// The HTTP port on which the workers of a process that were given the same address show
/// themselves, all of them together: `/metrics` for Prometheus, `/livez` and `/readyz` for probes
/// (200 or 503 and why), `/inspect` with their snapshots as JSON (`?workflow-id=`, `?runs=`).
///
/// Opened by the first, closed with the last. Thread-safe.
class worker_port {
public:
  /// A worker is shown as long as it holds this.
  class share {
  public:
    share(std::shared_ptr<worker_port> port, worker_source what);
    ~share();
    share(const share&) = delete;
    share& operator=(const share&) = delete;
    /// `ip:port`, with the port that was taken.
    [[nodiscard]] std::string address() const;

  private:
    std::shared_ptr<worker_port> port_;
    std::shared_ptr<const worker_source> what_;
  };

  /// Throws `worker_error` if `address` is none, or is in use. How the metrics look is as the first
  /// of the workers wants it.
  [[nodiscard]] static std::unique_ptr<share>
  join(const std::string& address, const prometheus_options& look, worker_source what);

private:
  struct implementation;
  friend struct implementation;
  worker_port(const std::string& address, const prometheus_options& look);

  std::shared_ptr<implementation> impl_;
};

} // namespace troupe::detail
