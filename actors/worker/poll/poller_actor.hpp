// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "actors/worker/inspection.hpp"
#include "actors/worker/poll/poll_source.hpp"
#include "actors/worker/poll/poller_target.hpp"
#include "actors/worker/task_kind.hpp"
#include "actors/worker/worker_context.hpp"

#include <deque>
#include <memory>
#include <unordered_map>

namespace troupe::actors {

/// Keeps min(poller target, free slots) long polls of one type open on one shard.
///
/// Where polls have claims only, a task that comes and finds no slot waits here until it has one.
///
/// Owns:      the polls in flight with their slots, tasks that wait for a slot, the poller target,
/// the backoff after errors.
/// Receives:  poll_completed and probe_answered (transport), slot_freed (slot supplier), task_ended
/// (whoever its source
///            gave a task to), backoff_ended, trial_ended, polls_due, pace_kept and
///            reconnection_due (own timers),
///            stop_polling (worker root).
/// Sends:     tasks to where its poll_source delivers them; poller_stopped to the worker root.
/// Dies when: it was told to stop, the last poll in flight has returned and no task waits here, or
///            its source throws (then the worker root starts another one).
class poller_actor final : public pinned_actor<poller_handle::base>, public inspectable {
public:
  struct setup {
    std::uint64_t id = 0;
    worker_root_handle root;
    std::shared_ptr<worker_context> worker;
    shard_context* shard = nullptr;
    poll_type type;
    std::unique_ptr<poll_source> source;
    poller_limits limits;
    std::shared_ptr<slot_supplier> slots;
    slot_request request; ///< of a slot
  };

  poller_actor(caf::actor_config& cfg, shard& home, setup with);

  const char* name() const override { return "poller"; }
  behavior_type make_behavior() override;
  void on_exit() override;
  void describe(const snapshot_options& what, inspected_part& to) const override;

private:
  struct open_poll {
    slot_permit slot;
    rpc::transport::call_id call = 0;
    time_point since;
  };

  /// A task that has come, with the claim of its poll.
  struct waiting_task {
    unique_function<void(slot_permit)> deliver;
    slot_permit claim;
  };

  void fill();
  void take(unique_function<void(slot_permit)> deliver, slot_permit slot);
  void begin_waiting();
  void wait_for_slot();
  /// How many polls are to be open.
  [[nodiscard]] std::size_t wanted() const noexcept {
    return tries_one_ ? 1 : static_cast<std::size_t>(target_.value());
  }
  void try_one();
  [[nodiscard]] bool must_wait();
  void start_poll(slot_permit slot);
  void on_task_ended(task_ended& ended);
  void on_poll_completed(const poll_completed& done);
  void watch_polls();
  void give_up_lost_polls();
  void on_error(const rpc_status& status);
  void say_failing(const rpc_status& status);
  void say_working();
  void probe();
  void on_probe(const rpc_status& status);
  void say_reconnected();
  void stop_if_drained();
  poller_handle me() { return caf::actor_cast<poller_handle>(this); }

  /// What it counts beside its calls; by `poller_type`.
  struct metrics {
    metrics(telemetry::meter& meter, const poll_type& type);

    telemetry::gauge num_pollers;
    telemetry::counter poll_errors;
    telemetry::counter polls_lost;
  };

  setup with_;
  const bool has_claims_;     ///< what its polls have; else they have slots
  rpc::call_counters& calls_; ///< of its RPC, the shard's
  metrics metrics_;
  poller_target target_;
  std::unordered_map<std::uint64_t, open_poll> polls_;
  std::uint64_t last_poll_ = 0;
  bool stopping_ = false;
  bool waiting_for_slot_ = false;
  std::deque<waiting_task> waiting_; ///< oldest first; no more than polls were open
  time_point may_poll_{};            ///< the next one, not before, if polls keep a pace
  bool keeps_pace_ = false;          ///< the timer for that runs

  backoff error_backoff_;
  backoff exhausted_backoff_;
  bool backing_off_ = false;
  std::uint64_t backoff_generation_ = 0;
  bool failing_ = false;              ///< since the last poll that worked
  bool tries_one_ = false;            ///< and opens no others meanwhile
  rpc::transport::call_id probe_ = 0; ///< asks whether the service is there again; 0: none
  time_point probed_at_{};
  std::string last_error_;
  std::uint64_t lost_ = 0;
  executor::timer_id watch_ = 0; ///< for polls that do not come back
  status_code logged_code_ = status_code::ok;
  time_point logged_at_{};
};

} // namespace troupe::actors
