// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/worker/activity/activity_actor.hpp"
#include "actors/worker/slots/slot_supplier.hpp"
#include "actors/worker/worker_context.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace temporal::api::workflowservice::v1 {
class PollActivityTaskQueueResponse;
}

namespace troupe::actors {

inline constexpr std::string_view activity_kind = "activity";

/// Counts an activity task that has come, by a poll or (eager) with the answer to a workflow task,
/// and wraps it up for the actor that runs it.
[[nodiscard]] run_activity_task accept_activity_task(
    const worker_context& worker,
    shard_context& on,
    activity_shard& shared,
    activity::task task,
    slot_permit slot,
    bool is_eager);

/// The activities of one shard that need no poll: a workflow task of the same worker has scheduled
/// them, and the answer to it brings them along.
///
/// Who answers a workflow task first reserves a slot for each that may come, and gives back what
/// was not granted. Used on the shard; lives in the station of its kind.
class eager_activities {
public:
  /// Of one workflow task, as Temporal's SDKs do.
  static constexpr std::size_t most_per_task = 3;

  eager_activities(
      shard_context& on,
      activity_shard& shared,
      coordinator_handle coordinator,
      std::shared_ptr<slot_supplier> slots,
      slot_request by);
  eager_activities(const eager_activities&) = delete;
  eager_activities& operator=(const eager_activities&) = delete;

  /// A slot that no poller needs; an empty permit if there is none.
  [[nodiscard]] slot_permit try_reserve() { return slots_->try_reserve_spare(by_); }
  /// Runs it, in the last of the slots; one more than were asked for is logged and left to its
  /// timeout.
  void
  run(const std::shared_ptr<worker_context>& worker,
      const temporal::api::workflowservice::v1::PollActivityTaskQueueResponse& task,
      std::vector<slot_permit>& slots);
  /// The worker has stopped: lets go of all actors.
  void close() noexcept;

private:
  shard_context& on_;
  activity_shard& shared_;
  coordinator_handle coordinator_;
  std::shared_ptr<slot_supplier> slots_;
  const slot_request by_; ///< what is said of who asks
};

} // namespace troupe::actors
