// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/nexus/cancellation_coordinator.hpp"

#include <algorithm>

namespace troupe::actors {

coordinator_handle::behavior_type cancellation_coordinator::make_behavior() {
  return {
      [this](const watch_work& what) { watch(what); },
      [this](const deadline_passed& passed) {
        if (passed.watch == timer_generation_)
          on_deadline();
      },
      [this](const handler_left& left) { watched_.erase(left.who); },
      [this](const cancel_all& all) {
        all_cancelled_ = all.reason;
        for (auto& [id, each] : watched_)
          tell(each.who, cancel_work{each.work, all.reason});
      },
  };
}

void cancellation_coordinator::on_exit() {
  if (timer_ != 0)
    home().cancel(timer_);
  watched_.clear();
}

void cancellation_coordinator::watch(const watch_work& what) {
  auto& entry = watched_[what.who->id()];
  if (!entry.who)
    entry.who = what.who;
  entry.work = what.work;
  entry.deadline = what.deadline;
  if (what.deadline && *what.deadline < timer_due_)
    wake_at(*what.deadline);
  // A task that a poll brought home after the shutdown's grace had ended.
  if (all_cancelled_)
    tell(entry.who, cancel_work{entry.work, *all_cancelled_});
}

void cancellation_coordinator::on_deadline() {
  timer_ = 0;
  timer_due_ = time_point::max();
  const auto now = home().now();
  auto next = time_point::max();
  for (auto& [id, each] : watched_) {
    if (!each.deadline)
      continue;
    if (*each.deadline > now) {
      next = std::min(next, *each.deadline);
    } else {
      each.deadline.reset();
      tell(each.who, cancel_work{each.work, cancel_reason::timed_out});
    }
  }
  if (next != time_point::max())
    wake_at(next);
}

void cancellation_coordinator::wake_at(time_point when) {
  if (timer_ != 0)
    home().cancel(timer_);
  timer_due_ = when;
  timer_ = home().schedule(
      when - home().now(),
      [self = caf::actor_cast<coordinator_handle>(this), generation = ++timer_generation_] {
        tell(self, deadline_passed{generation});
      });
}

} // namespace troupe::actors
