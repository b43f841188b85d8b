// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/worker/poll/poll_source.hpp"
#include "actors/worker/poll/poller_target.hpp"
#include "actors/worker/slots/slot_supplier.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace troupe::actors {

struct shard_context;
struct worker_context;

/// One sort of poll that a kind keeps open on each of its shards; each has a poller of its own.
struct poll_type {
  std::string_view name;   ///< in logs, and as `poller_type` of metrics: "nexus_task"
  std::string_view method; ///< the RPC's full name
  bool is_sticky = false;
};

/// What serves one kind of task on one shard: where its polls come from and where its tasks go.
///
/// Made, asked for sources and closed by the worker root on its thread; lives as long as the
/// shard's context, so what tasks refer to (metrics, settings) may lie in it.
class task_station {
public:
  virtual ~task_station() = default;

  /// The source for a poller of this type, an index of `task_kind::polls`; again when that poller
  /// died.
  [[nodiscard]] virtual std::unique_ptr<poll_source>
  make_source(const std::shared_ptr<worker_context>& worker, std::size_t type) = 0;
  /// The queue of this shard alone that it polls; empty if it has none.
  [[nodiscard]] virtual std::string_view sticky_queue() const { return {}; }
  /// The worker has stopped: lets go of all actors, and ends those that are its own.
  virtual void close() {}
};

/// What a station is made from.
struct station_setup {
  std::shared_ptr<worker_context> worker; ///< must not be kept: it holds the station
  shard_context& shard;
  coordinator_handle coordinator; ///< cancels what runs too long, or longer than the worker
  std::size_t shards = 1;         ///< that the kind is served on: they share what the worker has
  std::size_t index = 0;          ///< of this one among them
};

/// Work that a kind's tasks bring along and that has slots of its own, without polls: local
/// activities. Texts live for ever.
struct inner_work {
  std::string_view name;                ///< in logs: "local_activity"
  std::string_view worker_type;         ///< of its slots in metrics: "LocalActivityWorker"
  std::shared_ptr<slot_supplier> slots; ///< asked by each shard as one poller; null: there is none
};

/// A kind of task that a worker serves, as a value: everything that pollers, slots and the worker
/// root know of it. Texts live for ever.
struct task_kind {
  std::string_view name;        ///< in logs: "nexus"
  std::string_view worker_type; ///< of slots and outcomes in metrics: "NexusWorker"
  int queue_type = 0; ///< a `temporal.api.enums.v1.TaskQueueType`: what the service is told
  std::vector<poll_type> polls;
  poller_limits pollers; ///< of each type, for the whole worker
  std::shared_ptr<slot_supplier> slots;
  inner_work inner = {};
  std::function<std::unique_ptr<task_station>(const station_setup&)> open;
};

} // namespace troupe::actors
