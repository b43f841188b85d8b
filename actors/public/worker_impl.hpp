// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/threaded_shard.hpp"
#include "actors/shard/watchdog.hpp"
#include "actors/worker/worker_core.hpp"
#include "runtime/nexus/service_registry.hpp"

#include <troupe/worker.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace troupe::detail {

/// A worker with its threads: shards on an actor system that is ours, or the user's.
class worker_impl {
public:
  worker_impl(caf::actor_system* system, client client, worker_options options);
  ~worker_impl();

  void add(nexus::service_handler service);
  void add(std::shared_ptr<const workflow::definition> definition);
  void start();
  void stop();
  void wait_stopped();
  [[nodiscard]] bool is_started() const noexcept { return started_ != nullptr; }
  [[nodiscard]] worker_state state() const;
  [[nodiscard]] worker_snapshot snapshot() const;
  [[nodiscard]] std::string error() const {
    const auto* core = started_.load();
    return core ? core->error() : std::string{};
  }
  /// Called for every change of phase, on the first shard.
  void on_phase(std::function<void(actors::worker_phase)> callback) {
    user_phase_ = std::move(callback);
  }

private:
  void require_not_started() const;
  void end_threads();

  client client_;
  worker_options options_;
  std::shared_ptr<nexus::service_registry> services_;
  std::map<std::string, std::shared_ptr<const workflow::definition>, std::less<>> workflows_;

  std::unique_ptr<caf::actor_system_config> own_config_;
  std::unique_ptr<caf::actor_system> own_system_;
  caf::actor_system* system_;
  std::vector<std::unique_ptr<actors::threaded_shard>> shards_;
  std::unique_ptr<actors::watchdog> watchdog_;
  std::unique_ptr<actors::worker_core> core_;
  /// `core_` once it has been started: `stop` and `snapshot` may come from other threads meanwhile.
  std::atomic<actors::worker_core*> started_{nullptr};
  std::function<void(actors::worker_phase)> user_phase_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  actors::worker_phase phase_ = actors::worker_phase::created;
  bool connect_failed_ = false;
  std::once_flag ended_;
};

} // namespace troupe::detail
