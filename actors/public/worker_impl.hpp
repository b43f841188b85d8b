// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/public/worker_home.hpp"
#include "actors/public/worker_port.hpp"
#include "actors/public/worker_slots.hpp"
#include "actors/worker/worker_core.hpp"
#include "runtime/activity/environment.hpp"
#include "runtime/nexus/dispatch.hpp"
#include "runtime/nexus/service_registry.hpp"

#include <troupe/unique_function.hpp>
#include <troupe/worker.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace troupe::detail {

class program_metrics;

/// A worker with all that is public of it, wherever it lives.
class worker_impl {
public:
  worker_impl(std::unique_ptr<worker_home> home, client client, worker_options options);
  ~worker_impl();

  void add(nexus::service_handler service);
  void add(std::shared_ptr<const workflow::definition> definition);
  void add(activity::implementation implementation);
  /// Starts it without waiting for the service. Throws `worker_error` if it cannot be started at
  /// all.
  void begin();
  /// The same, and waits until it runs or the service could not be reached once.
  void start();
  void stop();
  void wait_stopped();
  [[nodiscard]] std::chrono::nanoseconds grace() const noexcept {
    return options_.graceful_shutdown_timeout;
  }
  [[nodiscard]] worker_state state() const;
  [[nodiscard]] worker_snapshot snapshot(const snapshot_options& what) const;
  /// For probes: why it is not alive, or not ready; empty if it is.
  [[nodiscard]] std::string why_dead() const;
  [[nodiscard]] std::string why_unready() const;
  [[nodiscard]] std::string metrics_text() const;
  [[nodiscard]] std::string metrics_address() const;
  [[nodiscard]] std::string error() const {
    const auto* core = started_.load();
    return core ? core->error() : std::string{};
  }
  /// Calls `then` once when the worker has stopped, on its first shard; at once and here if it has
  /// already. Thread-safe; the last one given counts. It may still run when `stopped` is seen
  /// elsewhere, but no more once `wait_stopped` has returned.
  void when_stopped(unique_function<void()> then);

private:
  void require_not_started() const;
  void on_phase(actors::worker_phase phase, const std::string& error);
  void add_kinds(actors::worker_context& to, const worker_slots& slots);
  [[nodiscard]] std::shared_ptr<const nexus::dispatch_environment>
  nexus_environment(const actors::worker_settings& settings) const;
  [[nodiscard]] std::shared_ptr<const activity::environment>
  activity_environment(const actors::worker_settings& settings) const;
  void refuse_coroutines() const;
  void observe_shards(const worker_slots& slots);
  void end_home();

  client client_;
  worker_options options_;
  std::shared_ptr<nexus::service_registry> services_;
  std::map<std::string, std::shared_ptr<const workflow::definition>, std::less<>> workflows_;
  std::shared_ptr<activity::registry> activities_;
  std::shared_ptr<program_metrics> program_metrics_; ///< null before it is started

  std::unique_ptr<worker_home> home_;
  std::vector<actors::shard*> shards_; ///< of the home
  std::unique_ptr<actors::worker_core> core_;
  std::vector<telemetry::observed> observed_;
  std::unique_ptr<worker_port::share> port_; ///< null: the metrics are not shown
  std::shared_ptr<void> push_;               ///< null: they are not pushed
  /// `core_` once it has been started: `stop` and `snapshot` may come from other threads meanwhile.
  std::atomic<actors::worker_core*> started_{nullptr};

  cancellation_source shutdown_; ///< what handlers and activities see of its end

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  actors::worker_phase phase_ = actors::worker_phase::created;
  bool connect_failed_ = false;
  unique_function<void()> when_stopped_;
  std::once_flag ended_;
};

} // namespace troupe::detail
