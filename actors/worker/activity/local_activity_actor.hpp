// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "actors/worker/activity/local_activities.hpp"
#include "actors/worker/handler_code.hpp"
#include "actors/worker/inspection.hpp"
#include "actors/worker/worker_context.hpp"
#include "runtime/activity/attempt.hpp"

#include <troupe/error.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <source_location>

namespace troupe::actors {

/// Runs one local activity at a time: its attempts, with their time limits and the waits between
/// them, up to what its workflow is told. Reused.
///
/// An attempt whose time is over is left alone: its workflow hears of it at once, and a plain
/// function keeps its thread until it is through.
///
/// Owns:      the activity and its running attempt.
/// Receives:  run_local_activity and cancel_work (local_activities), local_timer_due (own timer).
/// Sends:     local_activity_ended to the workflow instance that asked.
/// Dies when: nobody knows it any more, or the worker has stopped.
class local_activity_actor final : public pinned_actor<local_activity_handle::base>,
                                   public inspectable,
                                   public handler_owner {
public:
  local_activity_actor(
      caf::actor_config& cfg,
      shard& home,
      std::shared_ptr<worker_context> worker,
      shard_context& context,
      local_activities& shared);

  const char* name() const override { return "local_activity"; }
  behavior_type make_behavior() override;
  void on_exit() override;

  void describe(const snapshot_options& what, inspected_part& to) const override;

  void code_came_back() noexcept override;
  void code_left_behind(const std::source_location& coroutine) noexcept override;
  caf::strong_actor_ptr self() noexcept override;

private:
  void begin(std::unique_ptr<local_job> job);
  void try_once();
  void on_pool_ended(std::uint64_t run);
  void on_ended();
  void on_timer();
  void on_cancel();
  void on_loss(const std::source_location& coroutine);
  /// The attempt has failed: tries again, now or later, or tells the workflow.
  void failed(const std::exception_ptr& error);
  [[nodiscard]] std::optional<duration> next_delay(const failure_error& error) const;
  [[nodiscard]] std::exception_ptr timed_out(timeout_type which, failure_cause cause) const;
  [[nodiscard]] std::exception_ptr canceled(payloads details) const;
  void finish(workflow::local_result result);
  void wait(duration time);
  void stop_waiting();
  template <class Function>
  void guarded(Function what) noexcept;
  [[nodiscard]] const workflow::local_activity_options& options() const noexcept {
    return job_->what.request.options;
  }
  local_activity_handle me() { return caf::actor_cast<local_activity_handle>(this); }

  std::shared_ptr<worker_context> worker_;
  shard_context& context_;
  local_activities& shared_;
  const local_activity_type_metrics* counts_ = nullptr; ///< of the job's type

  std::unique_ptr<local_job> job_;             ///< null while it is free
  std::shared_ptr<activity::attempt> attempt_; ///< null between two of them
  std::shared_ptr<handler_code> code_;
  std::exception_ptr thrown_; ///< outside of a message
  failure_cause last_failure_;
  int number_ = 1;        ///< of the attempt
  std::uint64_t run_ = 0; ///< counts attempts, so that late messages of an earlier one are known
  time_point began_{};
  time_point scheduled_{};
  executor::timer_id timer_ = 0;
  std::uint64_t timer_generation_ = 0;
};

} // namespace troupe::actors
