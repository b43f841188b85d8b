// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"

#include <map>
#include <unordered_map>

namespace troupe::actors {

/// Decides when running handlers of one shard are cancelled, and why: their deadline passed, or the
/// worker shuts down.
///
/// Owns:      who runs what until when, and the timers of the deadlines.
/// Receives:  watch_work, work_ended (handlers), deadline_passed (own timers), cancel_all (worker
/// root). Sends:     cancel_work to handlers: at most once per piece of work and reason; a deadline
/// also after a shutdown,
///            since it means that nobody waits any more.
/// Dies when: the worker has stopped.
class cancellation_coordinator final : public pinned_actor<coordinator_handle::base> {
public:
  cancellation_coordinator(caf::actor_config& cfg, shard& home) : pinned_actor(cfg, home) {}

  const char* name() const override { return "cancellation_coordinator"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct watched {
    std::uint64_t work = 0;
    cancellable_handle who;
    executor::timer_id timer = 0;
  };
  using key = std::pair<caf::actor_addr, std::uint64_t>;

  void watch(const watch_work& what);

  std::unordered_map<std::uint64_t, watched> watched_;
  std::map<key, std::uint64_t> by_work_;
  std::uint64_t last_watch_ = 0;
  std::optional<cancel_reason> all_cancelled_;
};

} // namespace troupe::actors
