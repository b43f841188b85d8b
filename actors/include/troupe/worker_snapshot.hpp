// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// Where a worker is in its life.
enum class worker_state {
  created,    ///< not started
  connecting, ///< the service did not answer yet; it keeps trying
  running,
  draining, ///< takes no more tasks, finishes those it has
  stopped,
};

/// How much of a worker a snapshot shows.
struct snapshot_options {
  std::size_t most_runs =
      100; ///< of each shard: those that have a task, then the longest idle ones
  std::string workflow_id = {}; ///< not empty: only the runs of this workflow
};

/// What a worker has of the slots of its host (`troupe/worker_host.hpp`), of one kind of task.
struct host_share {
  double weight = 1;                        ///< of what is left when all have their minimum
  std::uint64_t minimum = 0;                ///< kept for it
  std::uint64_t running = 0;                ///< tasks with a slot
  std::uint64_t polls = 0;                  ///< that are open
  std::uint64_t waiting_tasks = 0;          ///< that have come and have no slot yet
  std::chrono::nanoseconds longest_wait{0}; ///< of those
  bool waits_to_poll = false;               ///< some poll of it is not made for want of slots
};

/// A worker at one moment: its numbers, and what it is doing.
///
/// Numbers are summed over its shards. Names are those of Temporal's SDK metrics where they have
/// one. Members are added in later versions.
struct worker_snapshot {
  worker_state state = worker_state::created; ///< when it was asked
  std::string error = {};      ///< why it stopped by itself, or the last failure to connect
  std::string name_space = {}; ///< whose queue it polls
  std::string task_queue = {}; ///< the queue it polls
  std::string identity = {};   ///< what the service knows it by

  /// Every accepted task ends with exactly one outcome: `answered`, or a reason why it was dropped.
  struct tasks {
    std::uint64_t accepted = 0;                         ///< taken from polls
    std::map<std::string, std::uint64_t> outcomes = {}; ///< what became of them, by name
    /// Accepted and without an outcome yet.
    [[nodiscard]] std::uint64_t running() const;
  };
  tasks nexus = {};    ///< nexus tasks
  tasks workflow = {}; ///< workflow tasks
  tasks activity = {}; ///< activity tasks
  /// Counters and gauges by name, summed over their labels, and by `name{label="value"}` for each
  /// set of labels beside namespace and task queue: `num_pollers{poller_type="nexus_task"}`.
  std::map<std::string, std::uint64_t> metrics = {};

  /// How long something took since the worker started; quantiles are right to some 6 %.
  struct latency {
    std::uint64_t count = 0;         ///< how many there are
    std::chrono::nanoseconds sum{0}; ///< of all of them
    std::chrono::nanoseconds p50{0}; ///< half took no longer
    std::chrono::nanoseconds p99{0}; ///< all but one in a hundred took no longer
  };
  /// By the metric names of Temporal's SDKs, e.g. `nexus_task_endtoend_latency`.
  std::map<std::string, latency> latencies = {};

  /// A thread with what belongs to it.
  struct shard {
    std::size_t number = 0; ///< counted from 0
    bool answered = false;  ///< false: it is busy or has stopped; what only it knows is not here
    std::chrono::nanoseconds busy{0};      ///< in its present turn; 0: it waits
    std::string coroutine = {};            ///< that has its thread right now; empty: none
    std::uint64_t queued = 0;              ///< actors and functions that wait for their turn
    std::uint64_t timers = 0;              ///< that are armed
    std::uint64_t threads_left_behind = 0; ///< since it began: code that did not come back
    std::uint64_t threads_away = 0;        ///< of those, the ones that still have not
    /// By kind: how many there are, and how many messages wait in their mailboxes.
    struct actor_kind {
      std::uint64_t count = 0;    ///< how many there are
      std::uint64_t messages = 0; ///< that wait in their mailboxes
    };
    std::map<std::string, actor_kind> actors = {}; ///< by the name of the actor's class
  };
  std::vector<shard> shards = {}; ///< one for each thread of the worker

  /// Who asks for one sort of task on one shard.
  struct poller {
    std::size_t shard = 0;                   ///< the number of the shard it lives on
    std::string type = {};                   ///< `nexus_task`
    std::uint64_t open = 0;                  ///< polls that wait for a task
    std::uint64_t wanted = 0;                ///< as many as there are slots for
    std::chrono::nanoseconds oldest_open{0}; ///< how long the oldest of them has waited
    bool waits_for_slot = false;             ///< it does not poll, as all slots are taken
    bool backs_off = false;                  ///< after an error
    std::uint64_t lost = 0;                  ///< polls that never came back and were given up
    std::string last_error = {};             ///< empty: none since the last poll that worked
  };
  std::vector<poller> pollers = {}; ///< one for each shard and kind of poll

  /// The slots of one kind of task.
  struct slots {
    std::string kind = {};                      ///< `nexus`, `local_activity`
    std::string supplier = {};                  ///< `Fixed`, `ResourceBased` or `Custom`
    std::optional<std::uint64_t> capacity = {}; ///< absent: it cannot be said
    std::uint64_t used = 0;                     ///< with a task in them
    std::optional<host_share> of_host = {};     ///< absent: it lives in no host
  };
  std::vector<slots> slot_kinds = {}; ///< one for each kind of task

  /// A workflow run in memory.
  struct run {
    std::size_t shard = 0;                   ///< the number of the shard it lives on
    std::string workflow_id = {};            ///< of its workflow
    std::string run_id = {};                 ///< its own
    std::string workflow_type = {};          ///< the name its code is registered by
    bool has_task = false;                   ///< it works on a task right now
    std::int64_t history_length = 0;         ///< events that it has seen
    std::uint64_t bytes = 0;                 ///< roughly
    std::vector<std::string> waits_for = {}; ///< timers, operations, conditions: in words
  };
  std::vector<run> runs = {};       ///< as many as the options ask for
  std::uint64_t runs_in_memory = 0; ///< `runs` may show a part

  /// A Nexus request that is being served.
  struct request {
    std::size_t shard = 0;           ///< the number of the shard it lives on
    std::string service = {};        ///< as the caller named it
    std::string operation = {};      ///< as the caller named it
    std::string request_id = {};     ///< the caller's, the same in each try
    std::string step = {};           ///< `run_on_shard`, `run_on_pool`, `call_service`, `answer`
    std::chrono::nanoseconds age{0}; ///< since its poll was answered
    std::optional<std::chrono::nanoseconds> remaining = {}; ///< until its deadline
  };
  std::vector<request> requests = {}; ///< nexus requests that are under way

  /// An attempt of an activity whose code runs, whether its answer is still wanted or not.
  struct activity_attempt {
    std::size_t shard = 0;           ///< the number of the shard it lives on
    std::string activity_type = {};  ///< the name its code is registered by
    std::string activity_id = {};    ///< unique in its workflow
    std::string workflow_id = {};    ///< who asked for it; empty: a client
    std::string run_id = {};         ///< of the workflow
    int attempt = 0;                 ///< counted from 1
    bool is_local = false;           ///< run within its workflow's task
    std::string told_to_stop = {};   ///< why: `requested`, `worker_shutdown`; empty: it was not
    std::chrono::nanoseconds age{0}; ///< since the attempt began
  };
  std::vector<activity_attempt> activities = {}; ///< attempts that are under way

  /// A failure of the user's code, as it is in the log.
  struct failure {
    std::size_t shard = 0;                           ///< the number of the shard it lives on
    std::chrono::system_clock::time_point time = {}; ///< when it was reported
    std::string what = {};                           ///< `a workflow task failed`
    std::string source = {};                         ///< the workflow type, or `service/operation`
    std::string error = {};                          ///< the whole chain, in one line
    std::map<std::string, std::string> fields = {};  ///< which one it was
  };
  std::vector<failure> failures = {}; ///< the last ones, newest first
};

} // namespace troupe
