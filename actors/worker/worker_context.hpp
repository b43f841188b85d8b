// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/shard.hpp"
#include "actors/supervision/backoff.hpp"
#include "actors/worker/poller_target.hpp"
#include "actors/worker/slot_pool.hpp"
#include "actors/worker/work_pool.hpp"
#include "actors/worker/worker_counters.hpp"
#include "runtime/rpc/transport.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::nexus {
struct dispatch_environment;
}
namespace troupe::workflow {
struct definition;
struct environment;
} // namespace troupe::workflow

namespace troupe::actors {

/// What a worker was told, after defaults.
struct worker_settings {
  std::string name_space = "default";
  std::string task_queue;
  std::string identity;
  std::string instance_key; ///< unique per worker object

  std::size_t max_concurrent_nexus_tasks = 100;
  std::size_t max_concurrent_workflow_tasks = 100;
  poller_limits nexus_pollers;
  poller_limits workflow_pollers;
  std::size_t max_cached_workflows =
      1000; ///< 0: no sticky queue, every task is replayed from its beginning
  std::size_t max_cached_bytes = 512u << 20;
  duration sticky_schedule_to_start = std::chrono::seconds{10};
  duration graceful_shutdown_timeout = std::chrono::seconds{10};
  std::chrono::milliseconds long_poll_timeout{70'000};
  std::chrono::milliseconds call_timeout{30'000};
  backoff_policy poll_backoff{};
  backoff_policy exhausted_backoff{.initial = std::chrono::seconds{1}};
  backoff_policy restart_backoff{.initial = std::chrono::milliseconds{100}};
};

/// What the actors of one worker share on one shard. Used on that shard's thread; counters may be
/// read anywhere.
struct shard_context {
  explicit shard_context(shard& where) : home(where) {}

  shard& home;
  std::unique_ptr<rpc::transport> transport; ///< for polls: tried once
  std::unique_ptr<rpc::transport>
      calls; ///< over the former: tried again while the call's timeout lasts
  worker_counters counters;
  std::vector<pool_work> for_pool; ///< functions of this turn, on their way to the pool together
  std::string sticky_queue;        ///< empty: this shard keeps no runs
  std::size_t max_cached_workflows = 0;
  std::size_t max_cached_bytes = 0;
  std::function<double()> jitter; ///< in [-1, 1]
};

/// What all actors of one worker share. Filled before the first of them starts, then only read.
struct worker_context {
  worker_settings settings;
  std::shared_ptr<const nexus::dispatch_environment> nexus; ///< null: serves no Nexus tasks
  std::shared_ptr<const workflow::environment>
      workflow_environment; ///< null: serves no workflow tasks
  std::map<std::string, std::shared_ptr<const workflow::definition>, std::less<>> workflows;
  std::shared_ptr<work_pool> pool;
  std::vector<std::unique_ptr<shard_context>> shards;
  /// Set when the worker begins to stop: runs no longer ask for their next task inline.
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> poller_restarts{0};
};

} // namespace troupe::actors
