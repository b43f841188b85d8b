// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

#pragma GCC diagnostic ignored                                                                     \
    "-Wdeprecated-declarations" // inherit_build_id, which older workers say

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

struct row {
  const char* what;
  std::vector<command_api::Command> commands;
  std::string message;
  bool fails_task = true;
};

command_api::Command bare(enums::CommandType type) {
  command_api::Command command;
  command.set_command_type(type);
  return command;
}

command_api::Command with_header(const std::string& name, const std::string& value) {
  auto command = schedule_operation();
  (*command.mutable_schedule_nexus_operation_command_attributes()->mutable_nexus_header())[name] =
      value;
  return command;
}

command_api::Command with_input(std::size_t bytes) {
  auto command = schedule_operation();
  command.mutable_schedule_nexus_operation_command_attributes()->mutable_input()->set_data(
      std::string(bytes, 'x'));
  return command;
}

using operation_attributes = command_api::ScheduleNexusOperationCommandAttributes;

command_api::Command
with_timeout(google::protobuf::Duration* (operation_attributes::*which)(), int seconds, int nanos) {
  auto command = schedule_operation();
  auto& timeout = *(command.mutable_schedule_nexus_operation_command_attributes()->*which)();
  timeout.set_seconds(seconds);
  timeout.set_nanos(nanos);
  return command;
}

} // namespace

BOOST_AUTO_TEST_SUITE(answer_rules)

BOOST_AUTO_TEST_CASE(bad_commands_fail_the_task_in_the_servers_words) {
  auto negative = schedule_operation();
  negative.mutable_schedule_nexus_operation_command_attributes()
      ->mutable_schedule_to_close_timeout()
      ->set_seconds(-1);
  auto marker = bare(enums::COMMAND_TYPE_RECORD_MARKER);
  marker.mutable_record_marker_command_attributes();
  auto failure = bare(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
  failure.mutable_fail_workflow_execution_command_attributes();
  auto upsert = bare(enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  (*upsert.mutable_upsert_workflow_search_attributes_command_attributes()
        ->mutable_search_attributes()
        ->mutable_indexed_fields())["Nope"]
      .set_data("1");
  const std::string long_id(1001, 't');
  auto long_marker = marker;
  long_marker.mutable_record_marker_command_attributes()->set_marker_name(long_id);
  auto no_attributes = bare(enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
  no_attributes.mutable_upsert_workflow_search_attributes_command_attributes();
  auto elsewhere = bare(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
  auto& next = *elsewhere.mutable_continue_as_new_workflow_execution_command_attributes();
  next.set_inherit_build_id(true);
  next.mutable_task_queue()->set_name("elsewhere");
  const std::string nexus =
      "BadScheduleNexusOperationAttributes: ScheduleNexusOperationCommandAttributes.";
  const std::vector<row> rows{
      {"unknown type",
       {bare(enums::COMMAND_TYPE_UNSPECIFIED)},
       "unknown command type: Unspecified",
       false},
      {"timer without id",
       {start_timer("", 1s)},
       "BadStartTimerAttributes: TimerId is not set on StartTimerCommand."},
      {"long timer id",
       {start_timer(long_id, 1s)},
       "BadStartTimerAttributes: TimerId on StartTimerCommand exceeds length limit. TimerId="
           + long_id + " Length=1001 Limit=1000"},
      {"cancel of a long timer id",
       {cancel_timer(long_id)},
       "BadCancelTimerAttributes: TimerId on CancelTimerCommand exceeds length limit. TimerId="
           + long_id + " Length=1001 Limit=1000"},
      {"two timers",
       {start_timer("t", 1s), start_timer("t", 1s)},
       "StartTimerDuplicateId: invalid history builder state for action: add-timer-started-event, "
       "TimerID: t"},
      {"unknown timer",
       {cancel_timer("nope")},
       "BadCancelTimerAttributes: invalid history builder state for action: "
       "add-timer-canceled-event, TimerID: nope"},
      {"after the end",
       {complete_workflow(), start_timer("t", 1s)},
       "invalid command sequence: [CompleteWorkflowExecution, StartTimer], command "
       "CompleteWorkflowExecution must be the last command.",
       false},
      {"no failure",
       {failure},
       "BadFailWorkflowExecutionAttributes: Failure is not set on FailWorkflowExecutionCommand."},
      {"no marker name",
       {marker},
       "BadRecordMarkerAttributes: MarkerName is not set on RecordMarkerCommand."},
      {"long marker name",
       {long_marker},
       "BadRecordMarkerAttributes: MarkerName on RecordMarkerCommand exceeds length limit. "
       "MarkerName="
           + long_id + " Length=1001 Limit=1000"},
      {"no attributes",
       {no_attributes},
       "BadSearchAttributes: SearchAttributes is not set on "
       "UpsertWorkflowSearchAttributesCommand."},
      {"next run of the same build elsewhere",
       {elsewhere},
       "BadContinueAsNewAttributes: ContinueAsNew with UseCompatibleVersion cannot run on "
       "different "
       "task queue."},
      {"unknown attribute",
       {upsert},
       "BadSearchAttributes: Namespace caller-ns has no mapping defined for search attribute Nope"},
      {"unknown endpoint",
       {schedule_operation("nope")},
       "BadScheduleNexusOperationAttributes: endpoint \"nope\" not found"},
      {"an endpoint with a zero",
       {schedule_operation(std::string{"e\0", 2})},
       R"(BadScheduleNexusOperationAttributes: endpoint "e\x00" not found)"},
      {"empty endpoint",
       {schedule_operation("")},
       "BadScheduleNexusOperationAttributes: endpoint \"\" not found"},
      {"long service",
       {schedule_operation("e", std::string(1001, 'x'))},
       nexus + "Service exceeds length limit of 1000"},
      {"long operation",
       {schedule_operation("e", "s", std::string(1001, 'x'))},
       nexus + "Operation exceeds length limit of 1000"},
      {"long endpoint",
       {schedule_operation(long_id)},
       "BadScheduleNexusOperationAttributes: endpoint \"" + long_id + "\" not found"},
      {"a little negative timeout",
       {with_timeout(&operation_attributes::mutable_schedule_to_start_timeout, 0, -1)},
       nexus + "ScheduleToStartTimeout is invalid: negative duration"},
      {"timeout of two signs",
       {with_timeout(&operation_attributes::mutable_start_to_close_timeout, 1, -1)},
       nexus
           + "StartToCloseTimeout is invalid: duration has seconds and nanos with different signs"},
      {"negative timeout",
       {negative},
       nexus + "ScheduleToCloseTimeout is invalid: negative duration"},
      {"big input", {with_input(3'000'000)}, nexus + "Input exceeds size limit"},
      {"big header",
       {with_header("k", std::string(9000, 'x'))},
       nexus + "NexusHeader exceeds size limit"},
      {"reserved header",
       {with_header("Request-Timeout", "1s")},
       nexus + "NexusHeader contains a disallowed header key: \"Request-Timeout\""},
      {"cancel of nothing",
       {cancel_operation(99)},
       "BadRequestCancelNexusOperationAttributes: requested cancelation for a non-existing or "
       "already completed operation with scheduled event ID of 99"},
      {"cancel twice",
       {schedule_operation(), cancel_operation(5), cancel_operation(5)},
       "BadRequestCancelNexusOperationAttributes: cancelation was already requested for an "
       "operation with scheduled event ID 5"},
  };
  for (const auto& row : rows) {
    BOOST_TEST_CONTEXT(row.what) {
      service_fixture service;
      service.start();
      service.poll();
      const auto status = service.complete(row.commands).answer.status;
      BOOST_TEST(to_string(status.code) == "INVALID_ARGUMENT");
      BOOST_TEST(status.message == row.message);
      const auto& run = service.current();
      if (!row.fails_task) {
        BOOST_TEST(run.history.size() == 3U);
        BOOST_TEST(run.state.task->started());
        continue;
      }
      const auto& failed = run.history.at(3)->workflow_task_failed_event_attributes();
      BOOST_TEST(failed.failure().message() == row.message);
      BOOST_TEST(run.state.nexus_operations.empty());
      BOOST_TEST(run.state.timers.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(an_oversize_operation_input_terminates_the_run) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({with_input(3'000'000)});
  BOOST_TEST(
      service.event_types()
      == "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskFailed "
         "WorkflowExecutionTerminated");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_too_large_for_its_worker_terminates_the_run) {
  service_fixture service;
  service.start();
  service.poll();
  service.fail_task(enums::WORKFLOW_TASK_FAILED_CAUSE_GRPC_MESSAGE_TOO_LARGE);
  const auto& history = service.current().history;
  const auto& failed = history.at(3)->workflow_task_failed_event_attributes();
  BOOST_TEST(failed.cause() == enums::WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND);
  BOOST_TEST(failed.identity() == "history-service");
  BOOST_TEST(!failed.has_failure());
  BOOST_TEST(
      history.at(4)->workflow_execution_terminated_event_attributes().reason()
      == "GrpcMessageTooLarge");
}

BOOST_AUTO_TEST_CASE(a_task_is_answered_once) {
  service_fixture service;
  service.start();
  service.poll();
  BOOST_TEST(service.complete({}).answer.status.ok());
  const auto again = service.complete({}).answer.status;
  BOOST_TEST(to_string(again.code) == "NOT_FOUND");
  BOOST_TEST(again.message == "Workflow task not found.");
  BOOST_TEST(
      service.fail_task(enums::WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR)
          .answer.status.message
      == "Workflow task not found.");
}

BOOST_AUTO_TEST_CASE(from_the_second_attempt_on_nothing_is_written_until_success) {
  service_fixture service;
  service.start();
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const auto task = service.poll();
    BOOST_TEST(task.attempt() == attempt);
    const int written = attempt == 1 ? 3 : 6;
    BOOST_TEST(task.history().events_size() == written);
    service.fail_task(enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
    BOOST_TEST(service.current().history.size() == 4U);
  }
  service.poll();
  service.complete({complete_workflow()});
  BOOST_TEST(
      service.event_types()
      == "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskFailed "
         "WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskCompleted "
         "WorkflowExecutionCompleted");
  BOOST_TEST(
      service.current().history[4]->workflow_task_scheduled_event_attributes().attempt() == 4);
}

BOOST_AUTO_TEST_CASE(a_sticky_task_brings_only_what_is_new) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({start_timer("t", 1s)}, true);
  service.advance(1s);
  const auto task = service.poll(true);
  BOOST_TEST(task.previous_started_event_id() == 3);
  BOOST_TEST(task.history().events(0).event_id() == 4);
  BOOST_TEST(task.history().events_size() == 5);
  service.complete({}, true);
}

BOOST_AUTO_TEST_CASE(a_new_task_comes_back_with_the_answer_if_events_waited) {
  service_fixture service;
  service.start();
  service.poll();
  wire::SignalWorkflowExecutionRequest signal;
  signal.mutable_workflow_execution()->set_workflow_id("w");
  signal.set_signal_name("s");
  service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{signal});
  BOOST_TEST(service.current().history.size() == 3U);
  const auto tx = service.complete({}, true, true);
  BOOST_TEST(all_of<embedded::workflow_task_dispatch>(tx).empty());
  const auto& response =
      static_cast<wire::RespondWorkflowTaskCompletedResponse&>(*tx.answer.message);
  BOOST_TEST(response.workflow_task().started_event_id() == 7);
  BOOST_TEST(service.complete({complete_workflow()}).answer.status.ok());
}

BOOST_AUTO_TEST_CASE(a_task_nobody_answers_is_given_out_again) {
  service_fixture service;
  service.start();
  service.poll();
  service.advance(10s);
  BOOST_TEST(
      service.event_types()
      == "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskTimedOut");
  BOOST_TEST(service.poll().attempt() == 2);
}

BOOST_AUTO_TEST_CASE(more_pending_operations_than_allowed_fail_the_task) {
  service_fixture service;
  service.start();
  service.poll();
  const std::vector<command_api::Command> commands(31, schedule_operation());
  BOOST_TEST(service.complete(commands).answer.status.message.starts_with(
      "PendingNexusOperationsLimitExceeded: "));
  BOOST_TEST(service.nexus_requests.empty());
}

BOOST_AUTO_TEST_CASE(no_failure_of_a_worker_makes_a_history_that_cannot_be_read) {
  const auto deep = [](temporal::api::failure::v1::Failure& to) {
    auto* level = &to;
    for (int i = 0; i < 96; ++i)
      level = level->mutable_cause();
    level->set_message("the end");
  };
  auto fail = bare(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
  deep(*fail.mutable_fail_workflow_execution_command_attributes()->mutable_failure());
  auto again = bare(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
  deep(*again.mutable_continue_as_new_workflow_execution_command_attributes()->mutable_failure());
  auto marker = bare(enums::COMMAND_TYPE_RECORD_MARKER);
  marker.mutable_record_marker_command_attributes()->set_marker_name("m");
  deep(*marker.mutable_record_marker_command_attributes()->mutable_failure());
  for (const auto& command : {fail, again, marker}) {
    service_fixture service;
    service.start();
    service.poll();
    service.complete({command});
    service.rec().runs.for_each([&](const embedded::run& run) {
      wire::GetWorkflowExecutionHistoryResponse page;
      for (const auto& event : run.history)
        *page.mutable_history()->add_events() = *event;
      BOOST_TEST(
          wire::GetWorkflowExecutionHistoryResponse{}.ParseFromString(page.SerializeAsString()),
          command.ShortDebugString().substr(0, 60));
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
