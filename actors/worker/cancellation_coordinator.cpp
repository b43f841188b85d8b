// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/cancellation_coordinator.hpp"

namespace troupe::actors {

coordinator_handle::behavior_type cancellation_coordinator::make_behavior() {
  return {
      [this](const watch_work& what) { watch(what); },
      [this](const work_ended& ended) {
        auto found = by_work_.find({ended.who, ended.work});
        if (found == by_work_.end())
          return;
        if (auto entry = watched_.extract(found->second); entry && entry.mapped().timer != 0)
          home().cancel(entry.mapped().timer);
        by_work_.erase(found);
      },
      [this](const deadline_passed& passed) {
        auto found = watched_.extract(passed.watch);
        if (!found)
          return;
        auto& work = found.mapped();
        by_work_.erase({work.who.address(), work.work});
        tell(work.who, cancel_work{work.work, cancel_reason::timed_out});
      },
      [this](const cancel_all& all) {
        all_cancelled_ = all.reason;
        for (auto& [id, work] : watched_)
          tell(work.who, cancel_work{work.work, all.reason});
      },
  };
}

void cancellation_coordinator::on_exit() {
  for (auto& [id, work] : watched_)
    if (work.timer != 0)
      home().cancel(work.timer);
  watched_.clear();
  by_work_.clear();
}

void cancellation_coordinator::watch(const watch_work& what) {
  auto id = ++last_watch_;
  auto& entry = watched_[id];
  entry.work = what.work;
  entry.who = what.who;
  by_work_[{what.who.address(), what.work}] = id;
  if (what.deadline)
    entry.timer = home().schedule(
        *what.deadline - home().now(), [self = caf::actor_cast<coordinator_handle>(this), id] {
          tell(self, deadline_passed{id});
        });
  // A task that a poll brought home after the shutdown's grace had ended.
  if (all_cancelled_)
    tell(entry.who, cancel_work{entry.work, *all_cancelled_});
}

} // namespace troupe::actors
