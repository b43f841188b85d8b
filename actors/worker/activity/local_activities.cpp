// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/local_activities.hpp"

#include "actors/worker/activity/local_activity_actor.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <utility>

namespace troupe::actors {

local_activities::local_activities(
    shard_context& context,
    std::shared_ptr<const activity::environment> environment,
    std::size_t most)
    : metrics(*context.meter), context_(context), environment_(std::move(environment)),
      most_(most) {
  count_slots();
}

void local_activities::count_slots() const noexcept {
  metrics.slots_used.set(static_cast<double>(running_.size()));
  metrics.slots_available.set(static_cast<double>(most_ - std::min(most_, running_.size())));
}

std::uint64_t
local_activities::start(const std::shared_ptr<worker_context>& worker, local_job job) {
  const auto key = job.key = ++last_key_;
  if (running_.size() < most_)
    begin(worker, std::move(job));
  else
    waiting_.push_back({worker, std::move(job)});
  return key;
}

void local_activities::begin(const std::shared_ptr<worker_context>& worker, local_job job) {
  local_activity_handle runner;
  if (idle_.empty()) {
    runner =
        context_.home.system().spawn<local_activity_actor>(context_.home, worker, context_, *this);
  } else {
    runner = std::move(idle_.back());
    idle_.pop_back();
  }
  running_.emplace(job.key, runner);
  count_slots();
  tell(runner, run_local_activity{make_handoff<local_job>(std::move(job))});
}

void local_activities::cancel(std::uint64_t key) {
  if (const auto at = running_.find(key); at != running_.end())
    return tell(at->second, cancel_work{key, cancel_reason::requested});
  const auto at = std::ranges::find(waiting_, key, [](const auto& each) { return each.job.key; });
  if (at != waiting_.end())
    at->is_cancelled = true;
}

void local_activities::ended(std::uint64_t key, local_activity_handle who) {
  running_.erase(key);
  count_slots();
  idle_.push_back(std::move(who));
  while (!waiting_.empty() && running_.size() < most_) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    const auto next_key = next.job.key;
    begin(next.worker, std::move(next.job));
    if (next.is_cancelled)
      cancel(next_key);
  }
}

void local_activities::close() noexcept {
  waiting_.clear();
  running_.clear();
  count_slots();
  idle_.clear();
}

} // namespace troupe::actors
