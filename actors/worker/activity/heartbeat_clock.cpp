// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/heartbeat_clock.hpp"

#include "actors/shard/pinned_actor.hpp"

#include <utility>

namespace troupe::actors {

void heartbeat_clock::wake(time_point when, activity_handle whom, std::uint64_t work) {
  waiting_.emplace(when, sleeper{std::move(whom), work});
  if (when < timer_due_)
    arm();
}

void heartbeat_clock::clear() noexcept {
  waiting_.clear();
  if (timer_ != 0)
    home_.cancel(std::exchange(timer_, 0));
  timer_due_ = time_point::max();
}

void heartbeat_clock::arm() {
  if (timer_ != 0)
    home_.cancel(timer_);
  timer_due_ = waiting_.begin()->first;
  timer_ = home_.schedule(timer_due_ - home_.now(), [this] { ring(); });
}

void heartbeat_clock::ring() {
  timer_ = 0;
  timer_due_ = time_point::max();
  const auto until = home_.now() + slack;
  while (!waiting_.empty() && waiting_.begin()->first <= until) {
    const auto node = waiting_.extract(waiting_.begin());
    tell(node.mapped().who, heartbeat_due{node.mapped().work});
  }
  if (!waiting_.empty())
    arm();
}

} // namespace troupe::actors
