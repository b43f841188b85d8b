// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "actors/worker/inspection.hpp"
#include "actors/worker/worker_context.hpp"
#include "actors/worker/workflow/workflow_job.hpp"
#include "actors/worker/workflow/workflow_tasks.hpp"

#include <troupe/workflow/detail/ref.hpp>

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// The runs that one shard holds: brings each task to its run and lets the longest unused runs go.
///
/// An idle run is a plain object here, without an actor: a worker holds many runs and few of them
/// have a task. A run that gets one moves, with the task, to an actor of its own, and comes back
/// when that is answered. The actors are reused.
///
/// Owns:      the idle runs, in the order of their use; the actors, busy and free; tasks that wait
///            for a busy run.
/// Receives:  run_workflow_task (pollers), run_idled (instances), evict_all (worker root), down
///            messages of instances.
/// Sends:     run_workflow_task and end_instance to instances.
/// Dies when: it was told to evict all, or the worker has stopped.
class sticky_cache_actor final : public pinned_actor<sticky_cache_handle::base>,
                                 public inspectable {
public:
  sticky_cache_actor(
      caf::actor_config& cfg,
      shard& home,
      std::shared_ptr<worker_context> worker,
      shard_context& shard,
      workflow_shard& context);
  ~sticky_cache_actor() override;

  const char* name() const override { return "sticky_cache"; }
  behavior_type make_behavior() override;
  void on_exit() override;
  void describe(const snapshot_options& what, inspected_part& to) const override;

private:
  struct cached_run;
  using run_map = std::unordered_map<std::string, cached_run>;
  using run_entry = run_map::value_type; ///< stays where it is while the run is known

  /// One of the cache's instance actors and the run that it has; an actor keeps its lane for life.
  struct lane {
    workflow_instance_handle actor;
    run_entry* run = nullptr; ///< null while the actor is free
  };

  struct idle_hook : workflow::detail::list_node {
    run_entry* self = nullptr;
  };
  /// A run that is known here: idle, or with the actor of some lane.
  struct cached_run {
    idle_hook used;                           ///< in `idle_` while it is idle
    std::unique_ptr<workflow::instance> idle; ///< null while it is busy
    std::size_t bytes = 0;
    bool is_busy = false;
  };

  void accept(handoff<workflow_job> job);
  void deliver(run_entry& to, handoff<workflow_job> job);
  std::uint32_t take_lane();
  void idled(run_idled& what);
  void died(std::uint32_t of);
  void next_or_keep(run_entry& entry, std::unique_ptr<workflow::instance> run);
  void make_room(std::size_t extra);
  void evict_longest_idle();
  void evict(std::unique_ptr<workflow::instance> run, const std::string& run_id);
  void publish_size();

  std::shared_ptr<worker_context> worker_;
  shard_context& shard_;
  workflow_shard& context_;
  down_watch watch_;
  run_map runs_;
  workflow::detail::list_node idle_; ///< longest unused first
  /// Of busy runs. Rare: the service gives a run's next task out when the last one is answered.
  std::unordered_map<std::string, std::deque<handoff<workflow_job>>> waiting_;
  std::vector<lane> lanes_;
  std::vector<std::uint32_t> free_lanes_;
  std::size_t bytes_ = 0;
};

} // namespace troupe::actors
