// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/runtime/embedded/service_fixture.hpp"

#include <string>

namespace troupe::test {

/// The command for another workflow that led to an event; none if it is of another kind.
std::optional<command_api::Command> peer_command_of(const history_api::HistoryEvent& from);

/// Lets everything happen to a record that happened to the real server when it recorded a history:
/// clients' calls, the polls and answers of workers, the answers of Nexus handlers, time. What the
/// record then holds should be that history.
///
/// Inputs are told from the events they led to; what came while a worker held a task (its event is
/// older than the task's completion) is given while the task is held here too.
class history_player {
public:
  explicit history_player(history_api::History recorded);

  /// Whenever the run is idle after a workflow task it gets an update that its worker rejects.
  bool rejects_updates = false;
  /// How many there were.
  [[nodiscard]] int rejected() const { return rejected_; }

  /// Plays. The result is what the record holds now, of the run that was started.
  history_api::History play();

  service_fixture& service() { return service_; }

private:
  using event = history_api::HistoryEvent;

  void start(const event& from);
  void poll(const event& from);
  void complete(const event& from);
  void fail(const event& from);
  // history_player_updates.cpp
  void ask_for_updates(const event& started);
  bool answer_update(const event& recorded, wire::RespondWorkflowTaskCompletedRequest& to) const;
  void reject_an_update();
  /// Something from outside happened.
  void happen(const event& from);
  void happen_to_operation(const event& recorded);
  // history_player_peers.cpp
  void start_as_child(const event& from);
  void tell_peer(
      embedded::peer_ask::kind what,
      std::int64_t initiated_event_id,
      rpc_status status,
      const std::string& run_id);
  embedded::asking_run
  asking(const temporal::api::common::v1::WorkflowExecution& who, std::int64_t initiated_event_id);
  /// False if the event is of no other workflow.
  bool happen_to_peer(const event& from);
  bool happen_by_peer(const event& from);
  /// False if the event is no activity's.
  bool happen_to_activity(const event& from);
  void start_activity(const event& from);
  void end_activity(const event& from);
  void limit_attempts(const std::string& activity_id, std::int32_t most);
  [[nodiscard]] embedded::activity_ref activity(std::int64_t scheduled_event_id) const;
  /// The recorded run and requests as they are called here: what handlers send back mentions them.
  [[nodiscard]] event in_our_ids(const event& recorded) const;
  void
  answer(std::int64_t scheduled_event_id, bool cancelation, const embedded::nexus_outcome& outcome);
  void finish_operation(std::int64_t scheduled_event_id, embedded::nexus_completion how);
  void time_out_operation(const event& from);
  void fail_cancel_request(const event& from);
  /// Time passes until an event of this type is there.
  void wait_for(temporal::api::enums::v1::EventType type);
  [[nodiscard]] bool is_started(std::int64_t scheduled_event_id);
  [[nodiscard]] bool was_delivered(const event& from) const;

  history_api::History recorded_;
  service_fixture service_;
  std::string run_id_;
  int rejected_ = 0;
  std::set<std::int64_t> delivered_;
  std::map<std::int64_t, std::string> activity_tokens_; ///< by scheduled event
  std::map<std::int64_t, const event*>
      fabricated_; ///< Started events that a completion brings with it
};

} // namespace troupe::test
