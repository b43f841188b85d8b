// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/activity/local_activities.hpp"
#include "actors/worker/away_list.hpp"
#include "actors/worker/slow_kinds.hpp"
#include "actors/worker/task_kind.hpp"
#include "actors/worker/workflow/workflow_metrics.hpp"
#include "runtime/base/log/repeated_failures.hpp"
#include "runtime/rpc/transport.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace troupe::detail {
class eager_starts;
} // namespace troupe::detail

namespace troupe::workflow {
struct definition;
struct environment;
} // namespace troupe::workflow

namespace troupe::actors {

/// By the name of the type; the one for all others has none.
using workflow_definitions =
    std::map<std::string, std::shared_ptr<const workflow::definition>, std::less<>>;

/// What workflow tasks are told beside the worker's settings.
struct workflow_task_options {
  std::shared_ptr<const workflow::environment> environment;
  workflow_definitions definitions;
  std::shared_ptr<slot_supplier> slots;
  poller_limits pollers;
  std::size_t max_cached_workflows =
      1000; ///< 0: no sticky queue, every task is replayed from its beginning
  std::size_t max_cached_bytes = 512u << 20;
  /// How long the service keeps a task for the shard that holds its run.
  duration sticky_schedule_to_start = std::chrono::seconds{10};
  /// What local activities run with; null: there are none.
  std::shared_ptr<const activity::environment> activities = {};
  std::shared_ptr<slot_supplier> local_slots = {}; ///< theirs; null: a hundred
  /// Tasks that take longer are told of, once for each type of workflow; zero: none is.
  duration slow_after = std::chrono::seconds{5};
  /// Who starts workflows in this process and may bring their first tasks; null: nobody.
  std::shared_ptr<troupe::detail::eager_starts> starts = {};
};

/// `slow_after` by `TEMPORAL_WORKFLOW_TASK_DURATION_WARN_SECONDS`, as in Temporal's SDKs: a whole
/// number of seconds; what is none is passed over.
[[nodiscard]] duration slow_task_limit();

/// Workflow tasks: polled on the worker's queue (new runs, and runs that nobody holds) and on the
/// shard's sticky queue (runs that this shard holds), run by `sticky_cache_actor` and its
/// instances.
[[nodiscard]] task_kind workflow_tasks(workflow_task_options options);

/// What the actors of workflow tasks share on one shard. Used on its thread.
struct workflow_shard {
  std::shared_ptr<const workflow_task_options> options;
  const std::unique_ptr<rpc::transport>& calls;            ///< the shard's
  const std::unique_ptr<log::repeated_failures>& failures; ///< the shard's
  eager_activities* const* eager;                          ///< the shard's
  workflow_metrics counters;
  std::string sticky_queue;             ///< empty: this shard keeps no runs
  std::size_t max_cached_workflows = 0; ///< this shard's part
  std::size_t max_cached_bytes = 0;
  away_list away;                          ///< by run id, and by workflow type
  std::unique_ptr<local_activities> local; ///< null: this worker has none
  std::shared_ptr<slow_kinds> slow;        ///< of the worker
};

} // namespace troupe::actors
