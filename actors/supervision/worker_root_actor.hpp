// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "actors/supervision/backoff.hpp"
#include "actors/worker/task_kind.hpp"
#include "actors/worker/worker_context.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// Where a worker is in its life.
///
///     created    -> connecting   start
///     connecting -> running      the namespace is there
///     connecting -> stopped      there is no such namespace, or stop
///     running    -> draining     stop: no new polls, what runs is finished and answered
///     draining   -> stopped      every slot is back
enum class worker_phase { created, connecting, running, draining, stopped };

[[nodiscard]] std::string_view to_string(worker_phase phase) noexcept;

/// Starts a worker, keeps it alive and brings it to its end.
///
/// Knows no kind of task by name: what it starts is what the worker's `task_kind`s say.
///
/// Owns:      the phase, the pollers with their restart backoff, the coordinators and task stations
///            of all shards.
/// Receives:  start_worker, stop_worker (the worker object), namespace_described and service_told
///            (transport), poller_stopped (pollers), down messages of pollers, retry_due and
///            grace_ended (own timers), slots_returned (slot suppliers).
/// Sends:     stop_polling to pollers, cancel_all to coordinators, closes the stations; tells the
///            worker object each phase through `on_phase`.
/// Dies when: the worker has stopped.
class worker_root_actor final : public pinned_actor<worker_root_handle::base> {
public:
  /// Runs on this actor's shard. `error` says why, if the worker stopped by itself.
  using phase_callback = std::function<void(worker_phase phase, const std::string& error)>;

  worker_root_actor(
      caf::actor_config& cfg,
      shard& home,
      std::shared_ptr<worker_context> worker,
      phase_callback on_phase);

  const char* name() const override { return "worker_root"; }
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct poller {
    std::uint64_t id = 0;
    std::function<poller_handle()> spawn;
    poller_handle handle; ///< null while it waits to be started again
    backoff restart{backoff_policy{}};
    time_point started{};
    bool has_stopped = false;
    std::string_view type;
  };

  void describe_namespace();
  void on_namespace(const namespace_described& answer);
  void begin_running();
  void say_started() const;
  void open(const task_kind& kind);
  void add_poller(
      const task_kind& kind,
      std::size_t type,
      slot_request request,
      shard_context& on,
      task_station& station,
      std::size_t shards);
  void observe_slots(std::string_view worker_type, const std::shared_ptr<slot_supplier>& slots);
  void observe_share(const telemetry::labels& with, const std::shared_ptr<slot_supplier>& slots);
  void start_poller(poller& which);
  void on_poller_down(std::uint64_t id, const caf::error& reason);
  void begin_draining();
  void tell_service();
  void stop_pollers();
  void await_slots();
  void close_stations();
  void finish(const std::string& error);
  void enter(worker_phase phase, const std::string& error = {});
  poller* find(std::uint64_t id);
  worker_root_handle me() { return caf::actor_cast<worker_root_handle>(this); }

  std::shared_ptr<worker_context> worker_;
  phase_callback on_phase_;
  down_watch watch_;
  worker_phase phase_ = worker_phase::created;
  backoff connect_backoff_;
  bool gives_advice_ = false; ///< the namespace does, on how many polls to keep open
  telemetry::counter poller_restarts_;
  std::vector<std::unique_ptr<poller>> pollers_;
  std::vector<coordinator_handle> coordinators_;
  std::vector<telemetry::observed> observed_;
  std::size_t to_tell_ = 0;
  std::size_t kinds_busy_ = 0; ///< whose slots are not all back
};

} // namespace troupe::actors
