// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/worker/activity/activity_metrics.hpp"
#include "actors/worker/away_list.hpp"
#include "actors/worker/slots/slot_supplier.hpp"
#include "actors/worker/worker_context.hpp"
#include "runtime/activity/environment.hpp"
#include "runtime/workflow/instance.hpp"

#include <troupe/activity/info.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace troupe::actors {

/// A local activity on its way to whoever runs it.
struct local_job {
  std::uint64_t key = 0; ///< of the shard's counting; set by `local_activities`
  workflow::local_activity what;
  activity::info info; ///< of the workflow; attempts fill in the rest
  workflow_instance_handle asker;
  std::uint64_t work = 0; ///< the asker's
  time_point asked{};
};

inline constexpr std::string_view local_activity_kind = "local_activity";

/// The local activities of one shard: those that have a slot run, the others wait for their turn.
/// Used on the shard.
class local_activities {
public:
  local_activities(
      shard_context& context,
      std::shared_ptr<const activity::environment> environment,
      std::shared_ptr<slot_supplier> slots,
      slot_request by);
  local_activities(const local_activities&) = delete;
  local_activities& operator=(const local_activities&) = delete;

  /// Has it run; `local_activity_ended` follows. Gives its key.
  std::uint64_t
  start(const std::shared_ptr<worker_context>& worker, std::unique_ptr<local_job> job);
  /// It is asked to stop, and ends like any other.
  void cancel(std::uint64_t key);
  /// The worker has stopped: lets go of all actors.
  void close() noexcept;

  // -- for the actors

  /// It is free for another one.
  void ended(std::uint64_t key, local_activity_handle who);

  [[nodiscard]] const std::shared_ptr<const activity::environment>& environment() const noexcept {
    return environment_;
  }
  local_activity_metrics metrics;
  away_list away = {}; ///< by the activity's type

private:
  struct waiting {
    std::shared_ptr<worker_context> worker;
    std::unique_ptr<local_job> job;
    bool is_cancelled = false;
  };
  struct running {
    local_activity_handle runner;
    slot_permit slot;
  };
  void begin(
      const std::shared_ptr<worker_context>& worker,
      std::unique_ptr<local_job> job,
      slot_permit slot);
  void begin_next(slot_permit slot);
  void begin_waiting();
  void count_slots() const noexcept;

  shard_context& context_;
  std::shared_ptr<const activity::environment> environment_;
  std::shared_ptr<slot_supplier> slots_;
  const slot_request by_;
  bool waits_for_slot_ = false; ///< and is told when there is one
  std::uint64_t last_key_ = 0;
  std::map<std::uint64_t, running> running_;
  std::deque<waiting> waiting_;
  std::vector<local_activity_handle> idle_;
  std::shared_ptr<local_activities*> alive_; ///< what is posted finds it only while this lives
};

} // namespace troupe::actors
