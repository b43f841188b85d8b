// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "actors/worker/away_list.hpp"
#include "actors/worker/handler_code.hpp"
#include "actors/worker/inspection.hpp"
#include "actors/worker/nexus/nexus_metrics.hpp"
#include "actors/worker/slots/slot_supplier.hpp"
#include "actors/worker/slow_kinds.hpp"
#include "actors/worker/worker_context.hpp"
#include "runtime/nexus/dispatch.hpp"

#include <exception>
#include <memory>
#include <source_location>
#include <string>

namespace troupe::actors {

/// What the Nexus tasks of one shard share. Used on its thread; lives as long as its context.
struct nexus_shard {
  std::shared_ptr<const nexus::dispatch_environment> environment;
  nexus_metrics metrics;
  away_list away = {};                                               ///< by `service/operation`
  std::shared_ptr<slow_kinds> slow = std::make_shared<slow_kinds>(); ///< of the worker
};

/// An accepted Nexus task on its way to a handler.
struct nexus_job {
  nexus::nexus_task task;
  slot_permit slot;
  outcome_guard outcome;
  time_point received;
};

/// Runs one Nexus task at a time and answers it. Reused: one per slot that was ever in use on the
/// shard. Coroutines are foreign code: they run beside the actor, which answers without them if
/// they do not come back.
///
/// Owns:      the running request, its slot, and the record of what became of it.
/// Receives:  run_nexus_task (poller), service_replied and answer_replied (transport), cancel_work
///            (coordinator).
/// Sends:     watch_work and handler_left to the coordinator, task_ended (with the slot) to the
///            poller.
/// Dies when: nobody knows it any more, or the worker has stopped.
class nexus_handler_actor final : public pinned_actor<nexus_handler_handle::base>,
                                  public inspectable,
                                  public handler_owner {
public:
  nexus_handler_actor(
      caf::actor_config& cfg,
      shard& home,
      std::shared_ptr<worker_context> worker,
      shard_context& context,
      nexus_shard& nexus,
      poller_handle poller,
      coordinator_handle coordinator);

  const char* name() const override { return "nexus_operation_handler"; }
  behavior_type make_behavior() override;
  void on_exit() override;
  void describe(const snapshot_options& what, inspected_part& to) const override;

  void code_came_back() noexcept override;
  void code_left_behind(const std::source_location& coroutine) noexcept override;
  caf::strong_actor_ptr self() noexcept override;

private:
  void begin(nexus_job job);
  void accept(nexus::nexus_task task);
  void give_up(nexus::nexus_task task, const nexus::handler_error& why);
  [[nodiscard]] bool comes_too_late() const;
  void on_loss(const std::source_location& coroutine);
  /// Outside of a message: what is thrown ends the actor as if it came out of one.
  template <class Function>
  void guarded(Function what) noexcept;
  void advance();
  void run_on_shard();
  void run_on_pool();
  void on_pool_ended(std::uint64_t work);
  void call_service();
  void answer();
  [[nodiscard]] std::chrono::milliseconds remaining() const;
  void on_answer(const rpc_status& status);
  void warn_if_slow(duration took);
  void count_failure(std::string_view reason);
  void report(std::string_view message, std::string error);
  void on_cancel(cancel_reason reason);
  void end(task_outcome outcome);
  void become_idle();
  nexus_handler_handle me() { return caf::actor_cast<nexus_handler_handle>(this); }

  std::shared_ptr<worker_context> worker_;
  shard_context& context_;
  nexus_shard& nexus_;
  poller_handle poller_;
  coordinator_handle coordinator_;

  std::uint64_t work_ = 0; ///< counts tasks, so that late messages of an earlier one are known
  std::shared_ptr<nexus::operation_call> call_;
  std::shared_ptr<handler_code> code_;
  std::exception_ptr thrown_; ///< outside of a message
  slot_permit slot_;
  outcome_guard outcome_;
  time_point received_{};
  bool on_pool_ = false; ///< a thread of the pool has the call: the slot stays until it comes back
  bool abandoned_ = false; ///< nobody waits for the answer any more
};

} // namespace troupe::actors
