// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/runtime/embedded/golden/kept_record.hpp"
#include "test/runtime/embedded/service_fixture.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

/// Several records that ask each other, on one clock: what their actors do, in order and without
/// threads.
class peer_world {
public:
  peer_world() = default;
  peer_world(const peer_world&) = delete;
  peer_world& operator=(const peer_world&) = delete;

  /// The record of this workflow id, made now if there is none.
  service_fixture& at(const std::string& id);

  /// Starts a workflow whose first task is taken.
  service_fixture& begin(const std::string& id);

  /// Hands on what records ask and answer until nobody asks any more.
  void settle();
  /// Hands on one request, and its answer unless that is to be lost; false if there is none.
  bool hand_on(bool loses_answer = false);

  /// Every record is gone and comes back with what was durable.
  void crash();
  /// From now on all are gone after each decision of any.
  void crash_always() { crashes_ = true; }

  void advance(duration by);

  /// A worker takes the record's waiting task and answers it; then all settles.
  embedded::transaction
  work(const std::string& id, const std::vector<command_api::Command>& commands);

  /// `WorkflowExecutionStarted ...`: of a run of the record, by its number; 0: the current one.
  std::string events(const std::string& id, std::uint64_t run_number = 0);
  /// The last event of this type in the current run.
  const history_api::HistoryEvent&
  last(const std::string& id, temporal::api::enums::v1::EventType type);
  wire::DescribeWorkflowExecutionResponse describe(const std::string& id);

private:
  struct kept {
    service_fixture service;
    kept_record rows;
    explicit kept(const std::string& id) : service(id) {}
  };

  std::map<std::string, std::unique_ptr<kept>> all_;
  time_point now_{std::chrono::seconds{1'800'000'000}};
  bool crashes_ = false;
  bool is_crashing_ = false;
};

// Commands, as a worker sends them.
command_api::Command start_child(const std::string& id);
command_api::Command
start_child(const std::string& id, temporal::api::enums::v1::ParentClosePolicy policy);
command_api::Command signal_workflow(const std::string& id, const std::string& name = "s");
command_api::Command cancel_external(const std::string& id);
command_api::Command continue_as_new();
command_api::Command cancel_workflow();

} // namespace troupe::test
