// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "actors/worker/activity/activity_metrics.hpp"
#include "actors/worker/activity/activity_tasks.hpp"
#include "actors/worker/activity/heartbeat_clock.hpp"
#include "actors/worker/away_list.hpp"
#include "actors/worker/handler_code.hpp"
#include "actors/worker/inspection.hpp"
#include "actors/worker/slots/slot_supplier.hpp"
#include "actors/worker/worker_context.hpp"
#include "runtime/activity/attempt.hpp"
#include "runtime/activity/task.hpp"

#include <exception>
#include <memory>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

/// What the activity tasks of one shard share. Used on its thread; lives as long as its context.
struct activity_shard {
  activity_shard(
      std::shared_ptr<const activity::environment> with,
      activity_metrics counts,
      shard& home,
      heartbeat_throttle throttle)
      : environment(std::move(with)), metrics(std::move(counts)), clock(home),
        heartbeats(throttle) {}

  std::shared_ptr<const activity::environment> environment;
  activity_metrics metrics;
  heartbeat_clock clock;
  heartbeat_throttle heartbeats;
  away_list away = {};                    ///< by the activity's type
  std::vector<activity_handle> idle = {}; ///< actors without a poller that are free
};

/// An accepted activity task on its way to its actor.
struct activity_job {
  activity::task task;
  slot_permit slot;
  outcome_guard outcome;
  time_point received;
  const activity_type_metrics* counts; ///< of its type, the shard's
};

/// Runs one activity task at a time and answers it. Reused: one per slot that was ever in use on
/// the shard. Coroutines are foreign code: they run beside the actor, which answers without them if
/// they do not come back.
///
/// An activity that was cancelled is waited for, whatever the reason: it may have something to put
/// in order. If nobody wants its answer any more (its time is over, the service does not know it)
/// none is sent.
///
/// Owns:      the running attempt, its slot, and the record of what became of it.
/// Receives:  run_activity_task (poller), heartbeat_wanted (the user's code), heartbeat_due
///            (heartbeat clock), heartbeat_replied, answer_replied (transport), cancel_work
///            (coordinator).
/// Sends:     watch_work and handler_left to the coordinator, task_ended (with the slot) to the
///            poller, if its tasks come from one.
/// Dies when: nobody knows it any more, or the worker has stopped.
class activity_actor final : public pinned_actor<activity_handle::base>,
                             public inspectable,
                             public handler_owner {
public:
  activity_actor(
      caf::actor_config& cfg,
      shard& home,
      std::shared_ptr<worker_context> worker,
      shard_context& context,
      activity_shard& shared,
      poller_handle poller,
      coordinator_handle coordinator);

  const char* name() const override { return "activity"; }
  behavior_type make_behavior() override;
  void on_exit() override;

  void describe(const snapshot_options& what, inspected_part& to) const override;

  void code_came_back() noexcept override;
  void code_left_behind(const std::source_location& coroutine) noexcept override;
  caf::strong_actor_ptr self() noexcept override;

private:
  void begin(activity_job job);
  void on_loss(const std::source_location& coroutine);
  /// Outside of a message: what is thrown ends the actor as if it came out of one.
  template <class Function>
  void guarded(Function what) noexcept;
  void advance();
  void run_on_pool();
  void on_pool_ended(std::uint64_t work);

  void on_details();
  void send_heartbeat(payloads details);
  void on_heartbeat(const heartbeat_replied& replied);

  void on_cancel(cancel_reason reason);
  /// Nobody waits for an answer any more: the task is over, though its code still runs.
  void abandon(task_outcome outcome);

  void on_ended();
  void answer();
  void send_answer(rpc::call call);
  std::exception_ptr judge_result();
  void transmit(rpc::call answer);
  void on_answer(const rpc_status& status);
  void report(std::string_view message, std::string error, log::level severity = log::level::warn);
  void end(task_outcome outcome);
  void become_idle();
  activity_handle me() { return caf::actor_cast<activity_handle>(this); }

  std::shared_ptr<worker_context> worker_;
  shard_context& context_;
  activity_shard& shared_;
  poller_handle poller_;
  coordinator_handle coordinator_;

  std::uint64_t work_ = 0; ///< counts tasks, so that late messages of an earlier one are known
  std::shared_ptr<activity::attempt> attempt_;
  std::shared_ptr<handler_code> code_;
  std::exception_ptr thrown_; ///< outside of a message
  slot_permit slot_;
  outcome_guard outcome_;
  time_point received_{};
  const activity_type_metrics* counts_ = nullptr;
  time_point may_send_{}; ///< the next heartbeat, not before
  bool sending_ = false;  ///< a heartbeat is on its way
  bool answering_ = false;
  bool abandoned_ = false; ///< nobody waits for the answer any more
};

} // namespace troupe::actors
