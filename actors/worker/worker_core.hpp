// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/supervision/worker_root_actor.hpp"
#include "actors/worker/inspection.hpp"
#include "actors/worker/worker_context.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace troupe::actors {

/// A worker without its threads: what a public `troupe::worker` puts on threaded shards and a test
/// on hand-drained ones.
///
/// Threading: constructed, started and destroyed by one owner; `stop`, `phase` and `error` are
/// thread-safe. The shards and the actor system must outlive it; the shards must still run when
/// `release` is called.
class worker_core {
public:
  using transport_factory =
      std::function<std::unique_ptr<rpc::transport>(shard& where, std::size_t index)>;

  /// `context.shards` is filled here: one entry per shard.
  worker_core(
      caf::actor_system& system,
      std::shared_ptr<worker_context> context,
      const std::vector<shard*>& shards,
      const transport_factory& transports,
      std::function<double()> random = {});
  ~worker_core();
  worker_core(const worker_core&) = delete;
  worker_core& operator=(const worker_core&) = delete;

  /// Called on the first shard for every change of phase, also for a failed try to connect.
  void on_phase(worker_root_actor::phase_callback callback) { on_phase_ = std::move(callback); }

  /// `can_be_stopped` is called as soon as `stop` has an effect, before anything of it runs.
  void start(const std::function<void()>& can_be_stopped = {});
  /// Asks for a graceful end; `stopped` follows. Again and after the end without effect.
  void stop();
  /// Destroys the transports on their shards; posted, so the shards have to run once more.
  void release();

  [[nodiscard]] worker_phase phase() const;
  [[nodiscard]] std::string error() const;
  [[nodiscard]] const worker_context& context() const noexcept { return *context_; }
  /// What each shard shows of itself; waits a second for one that is busy. `meanwhile` is called
  /// before that, for shards that somebody has to drain. Thread-safe.
  [[nodiscard]] std::vector<inspected_part>
  inspect(const snapshot_options& what, const std::function<void()>& meanwhile = {}) const;

private:
  caf::actor_system& system_;
  std::shared_ptr<worker_context> context_;
  worker_root_actor::phase_callback on_phase_;
  worker_root_handle root_;

  mutable std::mutex mutex_;
  worker_phase phase_ = worker_phase::created;
  std::string error_;
};

} // namespace troupe::actors
