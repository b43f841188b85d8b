// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a worker's snapshot looks as JSON: what the port writes and `troupe worker inspect` reads.

#include <troupe/payload/json.hpp>
#include <troupe/worker_snapshot.hpp>

#include <boost/describe.hpp>

#include <vector>

namespace troupe {

BOOST_DESCRIBE_ENUM(worker_state, created, connecting, running, draining, stopped)
template <>
inline constexpr bool json_enum_names<worker_state> = true;
BOOST_DESCRIBE_STRUCT(worker_snapshot::tasks, (), (accepted, outcomes))
BOOST_DESCRIBE_STRUCT(worker_snapshot::latency, (), (count, sum, p50, p99))
BOOST_DESCRIBE_STRUCT(worker_snapshot::shard::actor_kind, (), (count, messages))
BOOST_DESCRIBE_STRUCT(
    worker_snapshot::shard,
    (),
    (number, answered, busy, coroutine, queued, timers, threads_left_behind, threads_away, actors))
BOOST_DESCRIBE_STRUCT(
    worker_snapshot::poller,
    (),
    (shard, type, open, wanted, oldest_open, waits_for_slot, backs_off, lost, last_error))
BOOST_DESCRIBE_STRUCT(
    host_share, (), (weight, minimum, running, polls, waiting_tasks, longest_wait, waits_to_poll))
BOOST_DESCRIBE_STRUCT(worker_snapshot::slots, (), (kind, supplier, capacity, used, of_host))
BOOST_DESCRIBE_STRUCT(
    worker_snapshot::run,
    (),
    (shard, workflow_id, run_id, workflow_type, has_task, history_length, bytes, waits_for))
BOOST_DESCRIBE_STRUCT(
    worker_snapshot::request, (), (shard, service, operation, request_id, step, age, remaining))
BOOST_DESCRIBE_STRUCT(
    worker_snapshot::activity_attempt,
    (),
    (shard, activity_type, activity_id, workflow_id, run_id, attempt, is_local, told_to_stop, age))
BOOST_DESCRIBE_STRUCT(worker_snapshot::failure, (), (shard, time, what, source, error, fields))
BOOST_DESCRIBE_STRUCT(
    worker_snapshot,
    (),
    (state,
     error,
     name_space,
     task_queue,
     identity,
     nexus,
     workflow,
     activity,
     metrics,
     latencies,
     shards,
     pollers,
     slot_kinds,
     runs,
     runs_in_memory,
     requests,
     activities,
     failures))

namespace detail {

/// What `/inspect` answers: all workers of the port.
struct inspected_workers {
  std::vector<worker_snapshot> workers;
};
BOOST_DESCRIBE_STRUCT(inspected_workers, (), (workers))

} // namespace detail
} // namespace troupe
