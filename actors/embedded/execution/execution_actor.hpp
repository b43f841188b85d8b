// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "runtime/embedded/decision/execution.hpp"

#include <map>
#include <optional>
#include <string>

namespace troupe::embedded {

class directory;

/// One workflow id of one namespace with all its runs: the only one that changes the record, by
/// `decide`.
///
/// Owns:      the record, its timer, the history reads that wait.
/// Receives:  serve_call (method table), start_taken_task and fill_query (task queues),
/// nexus_answered and nexus_held
///            (Nexus dispatchers), operation_completed and callback_reported (callback deliverers),
///            record_timer_due, reader_done and forget_if_empty (itself).
/// Sends:     a transaction's effects, once it is durable: add_workflow_task,
/// dispatch_request,
///            deliver_callback, put_row, remove_row; reopen_poll if a taken task was stale; answers
///            to calls.
/// Dies when: its record is empty (never started, or deleted) and nothing waits for it.
class execution_actor final : public actors::pinned_actor<execution_handle::base> {
public:
  execution_actor(
      caf::actor_config& cfg,
      actors::shard& home,
      directory& here,
      std::string namespace_id,
      std::string workflow_id);

  const char* name() const override { return "execution"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct reader {
    call_ptr from;
    std::string run_id;
    executor::timer_id timer = 0;
  };

  void serve(const call_ptr& from);
  void start_task(start_taken_task& taken);
  void answer_query_task(fill_query& wanted);
  void request_answered(const nexus_answered& done);
  void read_history_for(const call_ptr& from);
  void wake_readers(const std::string& run_id);
  void finish_reader(std::uint64_t id, bool is_expired);
  void plan_query_for(const call_ptr& from);

  /// Decides, commits, performs the effects, then hands the answer to `then`.
  void apply(const input& what, unique_function<void(const reply&)> then = nullptr);
  void send_out(const transaction& decided);
  void perform(const workflow_task_dispatch& task);
  void perform(const nexus_dispatch& request);
  void perform(const callback_delivery& delivery);
  void perform(const visibility_put& row);
  void perform(const visibility_remove& row);
  void perform(const record_timer& timer) { arm(timer.when); }
  void perform(const readers_wake& readers) { wake_readers(readers.run_id); }
  void arm(std::optional<time_point> when);
  void forget_when_empty();
  execution_handle me() { return caf::actor_cast<execution_handle>(this); }

  directory& directory_;
  execution_ref key_;
  std::shared_ptr<record> record_;
  executor::timer_id timer_ = 0;
  std::optional<time_point> timer_due_;
  std::uint64_t timer_generation_ = 0;
  std::map<std::uint64_t, reader> readers_;
  std::uint64_t last_reader_ = 0;
  bool is_leaving_ = false;
};

} // namespace troupe::embedded
