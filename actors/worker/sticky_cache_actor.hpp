// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "actors/worker/worker_context.hpp"
#include "actors/worker/workflow_job.hpp"

#include <deque>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace troupe::actors {

/// The runs that one shard holds: brings each task to its run and lets the longest unused runs go.
///
/// Owns:      the handles of the shard's workflow instances, their order of use and sizes, tasks
/// that wait for a busy
///            run.
/// Receives:  run_workflow_task (pollers), run_idled (instances), evict_all (worker root), down
/// messages of instances. Sends:     run_workflow_task and evict_run to instances. Dies when: it
/// was told to evict all, or the worker has stopped.
class sticky_cache_actor final : public pinned_actor<sticky_cache_handle::base> {
public:
  sticky_cache_actor(
      caf::actor_config& cfg,
      shard& home,
      std::shared_ptr<worker_context> worker,
      shard_context& context);

  const char* name() const override { return "sticky_cache"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct entry {
    workflow_instance_handle instance;
    std::uint64_t id = 0;
    std::size_t bytes = 0;
    bool is_busy = false;
    std::deque<handoff<workflow_job>> waiting;
    std::list<std::string>::iterator used; ///< in `idle_`, valid while it is not busy
  };

  void accept(handoff<workflow_job> job);
  void deliver(const std::string& run_id, entry& to, handoff<workflow_job> job);
  void begin_instance(const std::string& run_id, entry& what);
  void idled(const run_idled& what);
  void died(const std::string& run_id, std::uint64_t id);
  void next_or_forget(const std::string& run_id, entry& what);
  void make_room(std::size_t extra);
  void evict_longest_idle();
  void publish_size();

  std::shared_ptr<worker_context> worker_;
  shard_context& context_;
  down_watch watch_;
  std::unordered_map<std::string, entry> runs_;
  std::list<std::string> idle_; ///< run ids, longest unused first
  std::size_t bytes_ = 0;
  std::uint64_t last_id_ = 0;
};

} // namespace troupe::actors
