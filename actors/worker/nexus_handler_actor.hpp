// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "actors/worker/poll_source.hpp"
#include "actors/worker/slot_pool.hpp"
#include "actors/worker/worker_context.hpp"
#include "runtime/nexus/dispatch.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace troupe::actors {

/// An accepted Nexus task on its way to a handler.
struct nexus_job {
  nexus::nexus_task task;
  slot_permit slot;
  outcome_guard outcome;
  time_point received;
};

/// Runs one Nexus task at a time and answers it. Reused: one per slot that was ever in use on the
/// shard.
///
/// Owns:      the running request, its slot, and the record of what became of it.
/// Receives:  run_nexus_task (poller), handler_ended (the user's code), service_replied,
/// answer_replied (transport),
///            cancel_work (coordinator).
/// Sends:     watch_work and handler_left to the coordinator, handler_idled (with the slot) to the
///            poller.
/// Dies when: nobody knows it any more, or the worker has stopped.
class nexus_handler_actor final : public pinned_actor<nexus_handler_handle::base> {
public:
  nexus_handler_actor(
      caf::actor_config& cfg,
      shard& home,
      std::shared_ptr<worker_context> worker,
      shard_context& context,
      poller_handle poller,
      coordinator_handle coordinator);

  const char* name() const override { return "nexus_operation_handler"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  void begin(nexus_job job);
  void advance();
  void run_on_shard();
  void run_on_pool();
  void call_service();
  void answer();
  [[nodiscard]] std::chrono::milliseconds remaining() const;
  void on_answer(const rpc_status& status);
  void on_cancel(cancel_reason reason);
  void end(task_outcome outcome);
  void become_idle();
  nexus_handler_handle me() { return caf::actor_cast<nexus_handler_handle>(this); }

  std::shared_ptr<worker_context> worker_;
  shard_context& context_;
  poller_handle poller_;
  coordinator_handle coordinator_;

  std::uint64_t work_ = 0; ///< counts tasks, so that late messages of an earlier one are known
  std::shared_ptr<nexus::operation_call> call_;
  slot_permit slot_;
  outcome_guard outcome_;
  time_point received_{};
  bool is_starting_ = false; ///< inside the first part of a coroutine
  bool on_pool_ = false; ///< a thread of the pool has the call: the slot stays until it comes back
  bool abandoned_ = false; ///< nobody waits for the answer any more
};

/// Polls for Nexus tasks and gives each to a handler that is free, or to a new one.
class nexus_poll_source final : public poll_source {
public:
  nexus_poll_source(
      std::shared_ptr<worker_context> worker,
      shard_context& context,
      coordinator_handle coordinator);

  [[nodiscard]] std::string_view name() const override { return "nexus_task"; }
  [[nodiscard]] rpc::call make_poll() override;
  [[nodiscard]] poll_result read(rpc::bytes answer, const poller_handle& poller) override;
  void handler_idled(const nexus_handler_handle& who) override { idle_.push_back(who); }
  [[nodiscard]] counter& open_polls() override { return context_.counters.num_pollers_nexus_task; }

private:
  std::shared_ptr<worker_context> worker_;
  shard_context& context_;
  coordinator_handle coordinator_;
  rpc::bytes request_; ///< the same for every poll
  std::vector<nexus_handler_handle> idle_;
};

} // namespace troupe::actors
