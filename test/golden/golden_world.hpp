// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/manual_shard.hpp"
#include "actors/worker/worker_core.hpp"
#include "test/golden/mortal_service.hpp"
#include "test/support/history_normaliser.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <temporal/api/history/v1/message.pb.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Message;
}

namespace troupe::test {

/// Where the recorded scenarios took place, in one process and in virtual time: the embedded
/// service with the two namespaces and the endpoints of the recordings, our workers with the golden
/// workflows and the golden service, and a client.
///
/// Everything runs on the caller's thread, on hand-drained shards; workers reach the service by
/// direct transport. Waiting moves the clock from timer to timer.
class golden_world {
public:
  using history = temporal::api::history::v1::History;

  struct worker_setup {
    std::string name_space;
    std::string task_queue;
    std::string identity;
    bool serves_nexus = false;
    /// What the way to the service takes, by method without its service; nothing = no time. Gives
    /// things that happen at the same moment the order that they had in the recording.
    std::map<std::string, duration, std::less<>> latencies = {};
    bool runs_activities = false;
    std::size_t max_cached_workflows = 1000;
  };

  /// How long the workers of the recordings take, in virtual time. It decides what comes first
  /// where the recording had things going on at the same time.
  struct pace {
    duration caller_task{}; ///< from a workflow task's start to its answer
    duration handler_task = std::chrono::milliseconds{20}; ///< the same in `handler-ns`
    duration handler_answer{}; ///< from a Nexus task's end to its answer
  };

  /// Starts the workers of the recordings: `caller-tq` and `basic-tq` in `caller-ns`, `handler-tq`
  /// in `handler-ns`.
  golden_world() : golden_world(pace{}) {}
  explicit golden_world(pace workers, mortal_service::dies when = mortal_service::dies::never);
  ~golden_world();

  // -- who is there ------------------------------------------------------------------------------

  void start_worker(worker_setup setup);
  /// Ends the worker of this identity as SIGKILL does: nothing of it reaches the service any more.
  void kill_worker(const std::string& identity);
  /// Ends it gracefully.
  void stop_worker(const std::string& identity);

  void delete_endpoint(const std::string& name);

  // -- a client ----------------------------------------------------------------------------------

  /// Starts in `caller-ns` what `recorded` says was started: id, type, queue, input, timeouts,
  /// memo, search attributes, retry policy, cron, delay and priority.
  void start_as(
      const history& recorded,
      temporal::api::enums::v1::WorkflowIdConflictPolicy conflict_policy = {});
  /// The same by one request that also signals it. Knows id, type, queue, input and task timeout.
  void
  signal_with_start_as(const history& recorded, const std::string& name, const std::string& json);
  /// Starts `HandlerWorkflow` in `handler-ns`.
  void start_handler(const std::string& id, const std::string& mode);
  void signal(const std::string& id, const std::string& name, const std::string& json);
  /// Asks a workflow in `caller-ns`; gives the data of the answer's payload.
  std::string query(const std::string& id, const std::string& type);
  void request_cancel(
      const std::string& id, const std::string& reason = {}, const std::string& request_id = {});
  void terminate(
      const std::string& id, const std::string& reason = {}, const std::string& json_details = {});

  /// Resets the current run to the task that this event finished; `runs` names the new one last.
  void reset(const std::string& id, std::int64_t finish_event_id, const std::string& reason);

  /// Sends one request and gives its answer, which must come at the present moment; throws if it
  /// is an error.
  std::string call(const std::string& method, const google::protobuf::Message& request);

  // -- time --------------------------------------------------------------------------------------

  void advance(duration by);
  /// Lets time pass until the run has that many events of the type, then until nothing more
  /// happens at that moment. Throws if that does not happen within ten minutes of virtual time.
  void until(const std::string& id, std::string_view event_type, int times = 1);
  /// Lets time pass until the run has that many events; false if it never has.
  bool until_events(const std::string& id, const std::string& run_id, int count);

  // -- looking -----------------------------------------------------------------------------------

  /// The whole history of a run, of the current one if no run is named; empty if there is none.
  history read(const std::string& id, const std::string& run_id = {});
  struct troubles {
    std::size_t deaths = 0; ///< of the service
    std::size_t loads = 0;  ///< from its disk
  };
  /// What the service went through.
  [[nodiscard]] troubles seen() const { return {service_.deaths(), service_.loads()}; }
  /// The runs of a workflow, oldest first.
  std::vector<std::string> runs(const std::string& id);

private:
  struct worker;

  std::string namespace_of(const std::string& id);
  void erase_worker(const std::string& identity, bool graceful);

  static caf::actor_system_config& configured(caf::actor_system_config& config);
  static embedded::service_settings settings();

  caf::actor_system_config config_;
  caf::actor_system system_{configured(config_)};
  std::shared_ptr<actors::manual_clock> clock_ = std::make_shared<actors::manual_clock>();
  mortal_service service_;
  std::map<std::string, std::uint64_t> begun_; ///< workers by identity: each has ids of its own
  std::vector<std::unique_ptr<worker>> workers_;
  std::map<std::string, std::vector<std::string>> started_; ///< runs by workflow id
};

/// Waits until run number `which` of the recorded workflow has as many events as the recording, and
/// for a minute more, in which nothing may follow; then both must say the same.
void check_recorded(
    golden_world& world,
    history_comparison& ids,
    const golden_world::history& recorded,
    const std::string& name,
    std::size_t which = 0);

} // namespace troupe::test
