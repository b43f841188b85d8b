// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/sticky_cache_actor.hpp"

#include "actors/worker/workflow_instance_actor.hpp"
#include "runtime/base/log.hpp"

#include <caf/actor_system.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::actors {

sticky_cache_actor::sticky_cache_actor(
    caf::actor_config& cfg,
    shard& home,
    std::shared_ptr<worker_context> worker,
    shard_context& context)
    : pinned_actor(cfg, home), worker_(std::move(worker)), context_(context), watch_(this) {}

sticky_cache_handle::behavior_type sticky_cache_actor::make_behavior() {
  return {
      [this](run_workflow_task& run) { accept(std::move(run.job)); },
      [this](const run_idled& what) { idled(what); },
      [this](const evict_all&) { quit(); },
  };
}

void sticky_cache_actor::on_exit() {
  watch_.clear();
  for (auto& [run_id, what] : runs_) {
    for (auto& job : what.waiting)
      if (auto held = job.take())
        held->outcome.record(task_outcome::shutdown);
    tell(what.instance, evict_run{});
  }
  runs_.clear();
  idle_.clear();
  bytes_ = 0;
  publish_size();
}

void sticky_cache_actor::accept(handoff<workflow_job> job) {
  const auto& task = *job.get()->task;
  const auto run_id = task.workflow_execution().run_id();
  const bool partial = task.history().events_size() == 0 || task.history().events(0).event_id() > 1;
  auto found = runs_.find(run_id);
  if (partial)
    (found != runs_.end() ? context_.counters.sticky_cache_hit
                          : context_.counters.sticky_cache_miss)
        .add();
  if (found == runs_.end()) {
    make_room(1);
    found = runs_.try_emplace(run_id).first;
    begin_instance(run_id, found->second);
    publish_size();
  } else if (!found->second.is_busy) {
    idle_.erase(found->second.used);
  }
  if (found->second.is_busy)
    found->second.waiting.push_back(std::move(job));
  else
    deliver(run_id, found->second, std::move(job));
}

void sticky_cache_actor::begin_instance(const std::string& run_id, entry& what) {
  what.id = ++last_id_;
  what.instance = home().system().spawn<workflow_instance_actor>(
      home(), worker_, context_, caf::actor_cast<sticky_cache_handle>(this), run_id, what.id);
  watch_.on_down(
      what.instance, [this, run_id, id = what.id](const caf::error&) { died(run_id, id); });
}

void sticky_cache_actor::deliver(const std::string&, entry& to, handoff<workflow_job> job) {
  to.is_busy = true;
  tell(to.instance, run_workflow_task{std::move(job)});
}

void sticky_cache_actor::idled(const run_idled& what) {
  auto found = runs_.find(what.run_id);
  if (found == runs_.end() || found->second.id != what.instance)
    return;
  auto& run = found->second;
  run.is_busy = false;
  bytes_ = bytes_ - run.bytes + what.bytes;
  run.bytes = what.bytes;
  if (what.used_up || context_.max_cached_workflows == 0) {
    tell(run.instance, evict_run{});
    run.instance = nullptr;
  }
  next_or_forget(what.run_id, run);
}

void sticky_cache_actor::died(const std::string& run_id, std::uint64_t id) {
  auto found = runs_.find(run_id);
  if (found == runs_.end() || found->second.id != id)
    return;
  // Only this run is lost; the service gives its task to somebody again when it times out.
  context_.counters.instances_died.add();
  log::error("a workflow instance died and is dropped from the cache", {{"run_id", run_id}});
  auto& run = found->second;
  if (!run.is_busy && run.instance)
    idle_.erase(run.used);
  run.instance = nullptr;
  run.is_busy = false;
  next_or_forget(run_id, run);
}

void sticky_cache_actor::next_or_forget(const std::string& run_id, entry& run) {
  if (!run.waiting.empty()) {
    if (!run.instance)
      begin_instance(run_id, run);
    auto job = std::move(run.waiting.front());
    run.waiting.pop_front();
    return deliver(run_id, run, std::move(job));
  }
  if (!run.instance) {
    bytes_ -= run.bytes;
    runs_.erase(std::string{run_id});
  } else {
    run.used = idle_.insert(idle_.end(), run_id);
    make_room(0);
  }
  publish_size();
}

void sticky_cache_actor::make_room(std::size_t extra) {
  // Runs that are busy cannot go; the cache is over its limits until they are done.
  while (!idle_.empty()
         && (runs_.size() + extra > std::max<std::size_t>(context_.max_cached_workflows, 1)
             || bytes_ > context_.max_cached_bytes))
    evict_longest_idle();
}

void sticky_cache_actor::evict_longest_idle() {
  auto found = runs_.find(idle_.front());
  idle_.pop_front();
  context_.counters.sticky_cache_total_forced_eviction.add();
  bytes_ -= found->second.bytes;
  tell(found->second.instance, evict_run{});
  runs_.erase(found);
}

void sticky_cache_actor::publish_size() {
  context_.counters.sticky_cache_size.set(runs_.size());
}

} // namespace troupe::actors
