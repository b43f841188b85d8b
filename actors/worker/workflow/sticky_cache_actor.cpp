// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/sticky_cache_actor.hpp"

#include "actors/worker/workflow/run_eviction.hpp"
#include "actors/worker/workflow/workflow_instance_actor.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/workflow/instance.hpp"

#include <caf/actor_system.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe::actors {

sticky_cache_actor::sticky_cache_actor(
    caf::actor_config& cfg,
    shard& home,
    std::shared_ptr<worker_context> worker,
    shard_context& shard,
    workflow_shard& context)
    : pinned_actor(cfg, home), worker_(std::move(worker)), shard_(shard), context_(context),
      watch_(this) {}

sticky_cache_actor::~sticky_cache_actor() = default;

sticky_cache_handle::behavior_type sticky_cache_actor::make_behavior() {
  shard_.inspected.insert(this);
  return {
      [this](run_workflow_task& run) { accept(std::move(run.job)); },
      [this](run_idled& what) { idled(what); },
      [this](const evict_all&) { quit(); },
  };
}

void sticky_cache_actor::on_exit() {
  shard_.inspected.erase(this);
  watch_.clear();
  for (auto& [run_id, jobs] : waiting_)
    for (auto& job : jobs)
      if (auto held = job.take())
        held->outcome.record(task_outcome::shutdown);
  waiting_.clear();
  for (auto& each : lanes_)
    tell(each.actor, end_instance{});
  lanes_.clear();
  free_lanes_.clear();
  // Here and not in the destructor: the frames of a run belong to the thread that made them.
  runs_.clear();
  bytes_ = 0;
  publish_size();
}

void sticky_cache_actor::describe(const snapshot_options& what, inspected_part& to) const {
  to.runs_in_memory += runs_.size();
  for (const auto& each : lanes_)
    if (each.run != nullptr && to.runs.size() < what.most_runs)
      if (const auto* busy = dynamic_cast<const workflow_instance_actor*>(
              caf::actor_cast<caf::abstract_actor*>(each.actor)))
        busy->describe_run(what, to);
  for (const auto* node = idle_.next; node != &idle_ && to.runs.size() < what.most_runs;
       node = node->next) {
    const auto& [run_id, known] = *static_cast<const idle_hook*>(node)->self;
    auto names = known.idle->get_info();
    if (!what.workflow_id.empty() && what.workflow_id != names.workflow_id)
      continue;
    to.runs.push_back(
        {.workflow_id = std::move(names.workflow_id),
         .run_id = run_id,
         .workflow_type = std::move(names.workflow_type),
         .history_length = known.idle->history_length(),
         .bytes = known.bytes,
         .waits_for = known.idle->waits_for()});
  }
}

void sticky_cache_actor::accept(handoff<workflow_job> job) {
  const auto& task = *job.get()->task;
  const auto& run_id = task.workflow_execution().run_id();
  const bool partial = task.history().events_size() == 0 || task.history().events(0).event_id() > 1;
  auto found = runs_.find(run_id);
  if (partial)
    (found != runs_.end() ? context_.counters.sticky_cache_hit.of(task.workflow_type().name())
                          : context_.counters.sticky_cache_miss)
        .add();
  if (found == runs_.end()) {
    make_room(1);
    found = runs_.try_emplace(run_id).first;
    found->second.used.self = &*found;
    publish_size();
  } else if (found->second.is_busy) {
    waiting_[run_id].push_back(std::move(job));
    return;
  }
  job.get()->run = std::move(found->second.idle);
  deliver(*found, std::move(job));
}

void sticky_cache_actor::deliver(run_entry& to, handoff<workflow_job> job) {
  to.second.used.unlink();
  to.second.is_busy = true;
  auto& taken = lanes_[take_lane()];
  taken.run = &to;
  tell(taken.actor, run_workflow_task{std::move(job)});
}

std::uint32_t sticky_cache_actor::take_lane() {
  std::uint32_t taken = 0;
  if (!free_lanes_.empty()) {
    taken = free_lanes_.back();
    free_lanes_.pop_back();
  } else {
    taken = static_cast<std::uint32_t>(lanes_.size());
    lanes_.emplace_back();
  }
  auto& it = lanes_[taken];
  if (!it.actor) {
    it.actor = home().system().spawn<workflow_instance_actor>(
        home(), worker_, context_, caf::actor_cast<sticky_cache_handle>(this), taken);
    watch_.on_down(it.actor, [this, taken](const caf::error&) { died(taken); });
  }
  return taken;
}

void sticky_cache_actor::idled(run_idled& what) {
  auto* entry = std::exchange(lanes_[what.lane].run, nullptr);
  free_lanes_.push_back(what.lane);
  auto run = what.run.take();
  if (run && context_.max_cached_workflows == 0)
    evict(std::move(run), entry->first);
  const auto bytes = run ? sizeof(run_entry) + entry->first.capacity() + run->memory_bytes() : 0;
  bytes_ = bytes_ - entry->second.bytes + bytes;
  entry->second.bytes = bytes;
  next_or_keep(*entry, std::move(run));
}

void sticky_cache_actor::died(std::uint32_t of) {
  lanes_[of].actor = nullptr;
  auto* entry = std::exchange(lanes_[of].run, nullptr);
  if (entry == nullptr)
    return; // it is among the free ones: the next task finds a new actor there
  free_lanes_.push_back(of);
  // Only this run is lost; the service gives its task to somebody again when it times out.
  context_.counters.instances_died.add();
  log::error("a workflow instance died and is dropped from the cache", {{"run_id", entry->first}});
  next_or_keep(*entry, nullptr);
}

void sticky_cache_actor::next_or_keep(run_entry& entry, std::unique_ptr<workflow::instance> run) {
  auto& [run_id, known] = entry;
  known.is_busy = false;
  if (!waiting_.empty()) {
    if (auto found = waiting_.find(run_id); found != waiting_.end()) {
      auto job = std::move(found->second.front());
      found->second.pop_front();
      if (found->second.empty())
        waiting_.erase(found);
      job.get()->run = std::move(run);
      return deliver(entry, std::move(job));
    }
  }
  if (run) {
    known.idle = std::move(run);
    idle_.push_back(known.used);
    make_room(0);
  } else {
    bytes_ -= known.bytes;
    runs_.erase(runs_.find(run_id));
  }
  publish_size();
}

void sticky_cache_actor::make_room(std::size_t extra) {
  // Runs that are busy cannot go; the cache is over its limits until they are done.
  while (idle_.linked()
         && (runs_.size() + extra > std::max<std::size_t>(context_.max_cached_workflows, 1)
             || bytes_ > context_.max_cached_bytes))
    evict_longest_idle();
}

void sticky_cache_actor::evict_longest_idle() {
  auto& entry = *static_cast<idle_hook*>(idle_.next)->self;
  context_.counters.sticky_cache_total_forced_eviction.add();
  bytes_ -= entry.second.bytes;
  evict(std::move(entry.second.idle), entry.first);
  runs_.erase(runs_.find(entry.first));
}

void sticky_cache_actor::evict(std::unique_ptr<workflow::instance> run, const std::string& run_id) {
  home().run_foreign(std::make_shared<run_eviction>(std::move(run), run_id));
}

void sticky_cache_actor::publish_size() {
  context_.counters.sticky_cache_size.set(static_cast<double>(runs_.size()));
}

} // namespace troupe::actors
