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
    std::shared_ptr<slot_supplier> slots,
    slot_request by)
    : metrics(*context.meter), context_(context), environment_(std::move(environment)),
      slots_(std::move(slots)), by_(by), alive_(std::make_shared<local_activities*>(this)) {}

void local_activities::count_slots() const noexcept {
  metrics.slots_used.set(static_cast<double>(running_.size()));
}

std::uint64_t local_activities::start(
    const std::shared_ptr<worker_context>& worker, std::unique_ptr<local_job> job) {
  const auto key = job->key = ++last_key_;
  if (waiting_.empty())
    if (auto slot = slots_->try_reserve(by_)) {
      begin(worker, std::move(job), std::move(slot));
      return key;
    }
  waiting_.push_back({worker, std::move(job)});
  begin_waiting();
  return key;
}

void local_activities::begin(
    const std::shared_ptr<worker_context>& worker,
    std::unique_ptr<local_job> job,
    slot_permit slot) {
  slot.mark_used(
      {.kind = by_.kind,
       .task_queue = by_.task_queue,
       .type = job->what.request.type,
       .operation = {}});
  local_activity_handle runner;
  if (idle_.empty()) {
    runner =
        context_.home.system().spawn<local_activity_actor>(context_.home, worker, context_, *this);
  } else {
    runner = std::move(idle_.back());
    idle_.pop_back();
  }
  running_.emplace(job->key, running{runner, std::move(slot)});
  count_slots();
  tell(runner, run_local_activity{handoff<local_job>{std::move(job)}});
}

void local_activities::cancel(std::uint64_t key) {
  if (const auto at = running_.find(key); at != running_.end())
    return tell(at->second.runner, cancel_work{key, cancel_reason::requested});
  const auto at = std::ranges::find(waiting_, key, [](const auto& each) { return each.job->key; });
  if (at != waiting_.end())
    at->is_cancelled = true;
}

void local_activities::ended(std::uint64_t key, local_activity_handle who) {
  auto over = running_.extract(key);
  count_slots();
  idle_.push_back(std::move(who));
  if (waiting_.empty() || over.empty())
    return; // the slot goes back
  if (slots_->try_keep(over.mapped().slot, by_, waits_for_slot_))
    return begin_next(std::move(over.mapped().slot));
  over.mapped().slot.release();
  begin_waiting();
}

void local_activities::begin_next(slot_permit slot) {
  auto next = std::move(waiting_.front());
  waiting_.pop_front();
  const auto key = next.job->key;
  begin(next.worker, std::move(next.job), std::move(slot));
  if (next.is_cancelled)
    cancel(key);
}

/// As many as there are slots; for the others it is told when there is one.
void local_activities::begin_waiting() {
  while (!waiting_.empty()) {
    auto slot = slots_->try_reserve(by_);
    if (!slot)
      break;
    begin_next(std::move(slot));
  }
  if (waiting_.empty() || std::exchange(waits_for_slot_, true))
    return;
  // Told on whatever thread gives a slot back.
  slots_->when_free(by_, [home = &context_.home, self = std::weak_ptr{alive_}] {
    home->post([self] {
      const auto me = self.lock();
      if (!me)
        return;
      (*me)->waits_for_slot_ = false;
      (*me)->begin_waiting();
    });
  });
}

void local_activities::close() noexcept {
  slots_->stop_waiting(by_);
  waiting_.clear();
  running_.clear();
  count_slots();
  idle_.clear();
}

} // namespace troupe::actors
