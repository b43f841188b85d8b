// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/shard.hpp"
#include "actors/supervision/backoff.hpp"
#include "actors/worker/payload_sizes.hpp"
#include "actors/worker/task_kind.hpp"
#include "actors/worker/work_pool.hpp"
#include "runtime/base/log/repeated_failures.hpp"
#include "runtime/rpc/call_metrics.hpp"
#include "runtime/rpc/transport.hpp"
#include "runtime/telemetry/meter.hpp"
#include "runtime/telemetry/registry.hpp"

#include <troupe/tracing.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

class eager_activities; // actors/worker/activity/eager_activities.hpp
class inspectable;

/// What a worker was told, after defaults. What concerns one kind of task is in its `task_kind`.
struct worker_settings {
  std::string name_space = "default";
  std::string task_queue;
  std::string identity;
  std::string instance_key; ///< unique per worker object
  std::string address;      ///< of the service, for the log
  /// Why it cannot be reached, in words for people; empty: none know. Thread-safe.
  std::function<std::string(const rpc_status&)> hint = [](const rpc_status&) {
    return std::string{};
  };

  /// Of those that have one of their own: by type, or `service/operation`.
  std::map<std::string, duration, std::less<>> deadlock_timeouts;
  /// Of code of this type; absent: as of any.
  [[nodiscard]] std::optional<duration> deadlock_timeout_of(std::string_view type) const {
    if (deadlock_timeouts.empty()) [[likely]]
      return std::nullopt;
    const auto found = deadlock_timeouts.find(type);
    return found == deadlock_timeouts.end() ? std::nullopt : std::optional{found->second};
  }

  bool refuses_late_requests = false; ///< of Nexus, that would have no turn on the pool in time
  duration graceful_shutdown_timeout = std::chrono::seconds{10};
  payload_limits payloads;     ///< of what is answered
  log::failure_rules failures; ///< of user code
  std::chrono::milliseconds long_poll_timeout{70'000};
  std::chrono::milliseconds call_timeout{30'000};
  backoff_policy poll_backoff{};
  backoff_policy exhausted_backoff{.initial = std::chrono::seconds{1}};
  backoff_policy restart_backoff{.initial = std::chrono::milliseconds{100}};
};

/// What the actors of one worker share on one shard. Used on that shard's thread.
struct shard_context {
  explicit shard_context(shard& where) : home(where) {}

  shard& home;
  std::unique_ptr<telemetry::meter> meter;   ///< with the worker's namespace and task queue
  std::unique_ptr<rpc::call_metrics> counts; ///< of all calls
  std::unique_ptr<rpc::transport> transport; ///< for polls: tried once, and counted by who polls
  /// Over the former: counted, and tried again while the call's timeout lasts.
  std::unique_ptr<rpc::transport> calls;
  std::unique_ptr<log::repeated_failures> failures; ///< of user code, for the log
  /// Since when polls found nobody: one line says so, and one that somebody is there again.
  std::optional<time_point> unreachable_since;
  time_point unreachable_said{};
  time_point unreachable_last{};   ///< when a poll found nobody last
  std::vector<pool_work> for_pool; ///< functions of this turn, on their way to the pool together
  std::string unique_name;         ///< no other shard has it: a name for queues of its own
  std::function<double()> jitter;  ///< in [-1, 1]
  /// One for each kind that is served here; belong to the worker root.
  std::vector<std::unique_ptr<task_station>> stations;
  eager_activities* eager = nullptr;      ///< null: workflow tasks bring no activities here
  std::set<const inspectable*> inspected; ///< what shows itself in snapshots, while it lives
};

/// What all actors of one worker share. Filled before the first of them starts, then only read.
struct worker_context {
  worker_settings settings;
  /// What it serves.
  std::vector<task_kind> kinds;
  std::shared_ptr<work_pool> pool;
  std::shared_ptr<troupe::tracer> tracer; ///< null: no traces
  std::shared_ptr<telemetry::registry> metrics = std::make_shared<telemetry::registry>();
  std::vector<std::unique_ptr<shard_context>> shards;
  /// Set when the worker begins to stop: runs no longer ask for their next task inline.
  std::atomic<bool> draining{false};
};

} // namespace troupe::actors
