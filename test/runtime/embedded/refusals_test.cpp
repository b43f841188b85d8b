// SPDX-License-Identifier: Apache-2.0
// How wrong commands and calls are refused: each was sent to the real server 1.31.2 as well.
#include "test/runtime/embedded/peer/peer_world.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/update/v1/message.pb.h>

#include <functional>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using next_run = command_api::ContinueAsNewWorkflowExecutionCommandAttributes;

constexpr const char* no_run = "50e73b83-6132-4767-9efe-b9edcd133865";

std::string answer_to(const command_api::Command& command) {
  service_fixture service;
  service.start();
  service.poll();
  return service.complete({command}).answer.status.message;
}

std::string next_run_with(const std::function<void(next_run&)>& change) {
  auto command = continue_as_new();
  change(*command.mutable_continue_as_new_workflow_execution_command_attributes());
  return answer_to(command);
}

} // namespace

BOOST_AUTO_TEST_SUITE(refusals)

BOOST_AUTO_TEST_CASE(the_next_run_is_named_with_what_is_wrong_with_it) {
  const std::string bad = "BadContinueAsNewAttributes: ";
  const std::string whose = ". WorkflowType=W TaskQueue=name:\"tq\" kind:TASK_QUEUE_KIND_NORMAL";
  BOOST_TEST(
      next_run_with([](auto& to) { to.mutable_workflow_run_timeout()->set_seconds(-1); })
      == bad
             + "Invalid WorkflowRunTimeout on ContinueAsNewWorkflowExecutionCommand: negative "
               "duration"
             + whose);
  BOOST_TEST(
      next_run_with([](auto& to) { to.mutable_workflow_task_timeout()->set_nanos(-1); })
      == bad
             + "Invalid WorkflowTaskTimeout on ContinueAsNewWorkflowExecutionCommand: negative "
               "duration"
             + whose);
  BOOST_TEST(
      next_run_with([](auto& to) {
        to.mutable_backoff_start_interval()->set_seconds(1);
        to.mutable_backoff_start_interval()->set_nanos(-1);
      })
      == bad
             + "Invalid BackoffStartInterval on ContinueAsNewWorkflowExecutionCommand: duration "
               "has "
               "seconds and nanos with different signs"
             + whose);
  BOOST_TEST(
      next_run_with([](auto& to) { to.mutable_task_queue()->set_name("/_sys/x"); })
      == bad
             + "error validating ContinueAsNewWorkflowExecutionCommand TaskQueue: task queue name "
               "cannot start with reserved prefix /_sys/. WorkflowType=W "
               "TaskQueue=name:\"/_sys/x\" "
               "kind:TASK_QUEUE_KIND_NORMAL");
  const std::string longest(1001, 't');
  BOOST_TEST(
      next_run_with([&](auto& to) { to.mutable_workflow_type()->set_name(longest); })
      == bad
             + "WorkflowType on ContinueAsNewWorkflowExecutionCommand exceeds length limit. "
               "WorkflowType="
             + longest + " Length=1001 Limit=1000");
  BOOST_TEST(
      next_run_with([](auto& to) { to.mutable_retry_policy()->set_backoff_coefficient(0.5); })
      == bad
             + "invalid WorkflowRetryPolicy on ContinueAsNewWorkflowExecutionCommand: "
               "BackoffCoefficient cannot be less than 1 on retry policy.."
             + whose.substr(1));
}

BOOST_AUTO_TEST_CASE(a_next_run_has_a_task_timeout_of_two_minutes_or_its_own_at_most) {
  const auto timeout = [](std::int64_t task, std::int64_t run) {
    service_fixture service;
    service.start();
    service.poll();
    auto command = continue_as_new();
    auto& to = *command.mutable_continue_as_new_workflow_execution_command_attributes();
    to.mutable_workflow_task_timeout()->set_seconds(task);
    to.mutable_workflow_run_timeout()->set_seconds(run);
    BOOST_TEST(service.complete({command}).answer.status.ok());
    const auto& closed = *service.rec().runs.find(std::uint64_t{1})->history.back();
    const auto told = service.current().started().workflow_task_timeout().seconds();
    BOOST_TEST(
        told
        == closed.workflow_execution_continued_as_new_event_attributes()
               .workflow_task_timeout()
               .seconds());
    return told;
  };
  BOOST_TEST(timeout(119, 0) == 119);
  BOOST_TEST(timeout(121, 0) == 120);
  BOOST_TEST(timeout(4'000'000'000, 0) == 120);
  BOOST_TEST(timeout(50, 5) == 5);
  BOOST_TEST(timeout(0, 5) == 5);
  BOOST_TEST(timeout(0, 0) == 10);
}

BOOST_AUTO_TEST_CASE(a_next_run_with_a_schedule_that_is_none_is_the_last) {
  service_fixture service;
  service.start();
  service.poll();
  auto command = continue_as_new();
  command.mutable_continue_as_new_workflow_execution_command_attributes()->set_cron_schedule("x");
  BOOST_TEST(service.complete({command}).answer.status.ok());
  service.advance(std::chrono::seconds{2});
  service.poll();
  BOOST_TEST(service.complete({complete_workflow()}).answer.status.ok());
  BOOST_TEST(!service.current().open());
  BOOST_TEST(service.current().number == 2u);
}

BOOST_AUTO_TEST_CASE(timers_and_operations_without_what_they_need_are_refused_in_words) {
  auto timer = start_timer("t", {});
  timer.mutable_start_timer_command_attributes()->mutable_start_to_fire_timeout()->set_seconds(-1);
  BOOST_TEST(
      answer_to(timer)
      == "BadStartTimerAttributes: An invalid StartToFireTimeout is set on StartTimerCommand: "
         "negative duration. TimerId=t");
  command_api::Command operation;
  operation.set_command_type(enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
  BOOST_TEST(
      answer_to(operation)
      == "BadScheduleNexusOperationAttributes: empty ScheduleNexusOperationCommandAttributes");
}

BOOST_AUTO_TEST_CASE(links_are_looked_at_before_the_run) {
  service_fixture service;
  const std::string many = "cannot attach more than 10 links per request, got 11";
  const auto with_links = [&](auto request, auto as_input) {
    request.mutable_workflow_execution()->set_workflow_id("w");
    for (int i = 0; i < 11; ++i)
      request.add_links();
    return service.decide(as_input(request)).answer.status.message;
  };
  BOOST_TEST(
      with_links(
          wire::RequestCancelWorkflowExecutionRequest{},
          [](const auto& request) { return embedded::cancel_execution{request}; })
      == many);
  BOOST_TEST(
      with_links(
          wire::TerminateWorkflowExecutionRequest{},
          [](const auto& request) { return embedded::terminate_execution{request}; })
      == many);
}

BOOST_AUTO_TEST_CASE(a_poll_of_an_update_has_words_of_its_own) {
  service_fixture service;
  wire::PollWorkflowExecutionUpdateRequest request;
  const auto told = [&] { return embedded::poll_update(service.rec(), request).status.message; };
  BOOST_TEST(told() == "UpdateRef is not set on request.");
  auto& ref = *request.mutable_update_ref();
  ref.set_update_id("u");
  BOOST_TEST(told() == "Can't load workflow execution.  WorkflowId not set.");
  ref.mutable_workflow_execution()->set_workflow_id("w");
  ref.mutable_workflow_execution()->set_run_id("x");
  BOOST_TEST(told() == "RunId is not valid UUID.");
  ref.mutable_workflow_execution()->set_run_id(no_run);
  BOOST_TEST(told().starts_with("workflow execution not found for workflow ID \"w\""));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
