// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"

#include <optional>
#include <unordered_map>

namespace troupe::actors {

/// Decides when running handlers of one shard are cancelled, and why: their deadline passed, or the
/// worker shuts down.
///
/// Owns:      who runs what until when, and one timer for the earliest of the deadlines: nearly all
///            work ends long before its deadline, so each task costs one message and no timer.
/// Receives:  watch_work, handler_left (handlers), deadline_passed (own timer), cancel_all (worker
///            root).
/// Sends:     cancel_work to handlers: at most once per piece of work and reason; a deadline also
///            after a shutdown, since it means that nobody waits any more. A handler that has ended
///            the work meanwhile ignores it.
/// Dies when: the worker has stopped.
class cancellation_coordinator final : public pinned_actor<coordinator_handle::base> {
public:
  cancellation_coordinator(caf::actor_config& cfg, shard& home) : pinned_actor(cfg, home) {}

  const char* name() const override { return "cancellation_coordinator"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  /// The latest work of one handler.
  struct watched {
    cancellable_handle who;
    std::uint64_t work = 0;
    std::optional<time_point> deadline; ///< nothing once it has passed
  };

  void watch(const watch_work& what);
  void on_deadline();
  void wake_at(time_point when);

  std::unordered_map<caf::actor_id, watched> watched_;
  executor::timer_id timer_ = 0;
  time_point timer_due_ = time_point::max(); ///< of the timer, at the latest the earliest deadline
  std::uint64_t timer_generation_ = 0;
  std::optional<cancel_reason> all_cancelled_;
};

} // namespace troupe::actors
