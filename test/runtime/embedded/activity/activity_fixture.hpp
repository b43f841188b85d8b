// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/time/time.hpp"
#include "test/runtime/embedded/golden/kept_record.hpp"
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace troupe::test {

namespace activity_enums = temporal::api::enums::v1;

/// What a worker that schedules an activity wants.
using wanted_activity = command_api::ScheduleActivityTaskCommandAttributes;

/// `ScheduleActivityTask` of type `A` in the queue `aq`, ten seconds an attempt, changed by `with`.
inline command_api::Command
schedule_activity(const std::string& id, const std::function<void(wanted_activity&)>& with = {}) {
  command_api::Command command;
  command.set_command_type(activity_enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
  auto& to = *command.mutable_schedule_activity_task_command_attributes();
  to.set_activity_id(id);
  to.mutable_activity_type()->set_name("A");
  to.mutable_task_queue()->set_name("aq");
  to.mutable_start_to_close_timeout()->set_seconds(10);
  if (with)
    with(to);
  return command;
}

inline command_api::Command cancel_activity(std::int64_t scheduled_event_id) {
  command_api::Command command;
  command.set_command_type(activity_enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK);
  command.mutable_request_cancel_activity_task_command_attributes()->set_scheduled_event_id(
      scheduled_event_id);
  return command;
}

inline temporal::api::common::v1::Payloads payloads(const std::string& json) {
  temporal::api::common::v1::Payloads made;
  made.add_payloads()->set_data(json);
  return made;
}

inline temporal::api::failure::v1::Failure
application_failure(const std::string& message = "boom", bool non_retryable = false) {
  temporal::api::failure::v1::Failure failure;
  failure.set_message(message);
  failure.mutable_application_failure_info()->set_type("E");
  failure.mutable_application_failure_info()->set_non_retryable(non_retryable);
  return failure;
}

/// What is said of an activity that is not pending, or not in the hands of who answers.
inline constexpr const char* activity_gone =
    "invalid activityID or activity already timed out or invoking workflow is completed";

/// The name of a retry state, as tests print it.
inline std::string state(activity_enums::RetryState of) {
  return activity_enums::RetryState_Name(of);
}

/// A run with a worker for its activities. A store follows every decision, and what it keeps must
/// be what is in memory.
struct activity_fixture : service_fixture {
  activity_fixture() {
    watcher = [this](service_fixture&, const embedded::transaction& tx) {
      kept.commit(rec(), tx);
      if (const auto copy = kept.read())
        BOOST_TEST(difference(rec(), *copy) == "");
    };
  }

  /// A workflow whose first task made these commands; its activities have the events from 5 on.
  embedded::transaction begin(const std::vector<command_api::Command>& commands) {
    start();
    poll();
    return complete(commands);
  }

  /// The service dies and comes back with what was kept.
  void crash() {
    const auto resumed = restart(kept.read());
    kept.commit(rec(), resumed);
  }

  /// A worker takes the oldest activity task that is not stale. Throws if there is none.
  wire::PollActivityTaskQueueResponse take(const std::string& identity = "aworker") {
    while (!activities.empty()) {
      const auto task = activities.front();
      activities.erase(activities.begin());
      const auto tx = decide(embedded::start_activity_task{
          task.run_id, task.activity_id, task.stamp, identity, ids.uuid()});
      if (!tx.answer.status.ok())
        continue;
      wire::PollActivityTaskQueueResponse response;
      BOOST_REQUIRE(response.ParseFromString(tx.answer.bytes));
      return response;
    }
    fail("no activity task is waiting");
  }

  [[nodiscard]] embedded::activity_ref by_token(const std::string& token) const {
    return {embedded::decode_activity_token(token, settings.token_key).value(), {}};
  }
  static embedded::activity_ref by_id(const std::string& id) { return {{}, id}; }

  /// The whole transaction of a failed attempt.
  embedded::transaction fail_attempt(
      const wire::PollActivityTaskQueueResponse& task,
      const temporal::api::failure::v1::Failure& failure = application_failure()) {
    return decide(embedded::fail_activity{by_token(task.task_token()), &failure, nullptr, "me"});
  }
  embedded::transaction complete_activity(const wire::PollActivityTaskQueueResponse& task) {
    return decide(embedded::complete_activity{by_token(task.task_token()), nullptr, "me"});
  }
  embedded::transaction signal() {
    wire::SignalWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(rec().workflow_id);
    request.set_signal_name("s");
    return decide(embedded::signal_execution{request});
  }
  /// The worker gets the next workflow task because of a signal, and holds it.
  void hold_task() {
    signal();
    poll();
  }

  /// Sends a result, a failure, a cancellation and a heartbeat; all must be refused with these
  /// words.
  void refuse_all(const embedded::activity_ref& which, const std::string& words) {
    const auto failure = application_failure();
    const std::string me = "me";
    const auto refused = [&](const embedded::input& what) {
      const auto tx = decide(what);
      BOOST_TEST((tx.answer.status.code == status_code::not_found));
      BOOST_TEST(tx.answer.status.message == words);
      BOOST_TEST(!tx.changed);
    };
    refused(embedded::complete_activity{which, nullptr, me});
    refused(embedded::fail_activity{which, &failure, nullptr, me});
    refused(embedded::cancel_activity{which, nullptr, me});
    refused(embedded::heartbeat_activity{which, nullptr, me});
  }

  temporal::api::workflow::v1::PendingActivityInfo described(const std::string& id = "a") {
    wire::DescribeWorkflowExecutionRequest request;
    request.mutable_execution()->set_workflow_id(rec().workflow_id);
    const auto answer = embedded::describe(rec(), request);
    const auto& all = static_cast<wire::DescribeWorkflowExecutionResponse&>(*answer.message);
    for (const auto& each : all.pending_activities())
      if (each.activity_id() == id)
        return each;
    fail("no pending activity " + id);
  }
  [[nodiscard]] std::size_t pending() const { return rec().current()->state.activities.size(); }
  const history_api::HistoryEvent& last_event() { return *current().history.back(); }
  /// The last event of this type.
  const history_api::HistoryEvent& last(activity_enums::EventType type) {
    const auto& all = current().history;
    const auto found = std::find_if(
        all.rbegin(), all.rend(), [&](const auto& each) { return each->event_type() == type; });
    if (found == all.rend())
      fail("no such event");
    return **found;
  }

  kept_record kept;
};

} // namespace troupe::test
