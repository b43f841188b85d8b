// SPDX-License-Identifier: Apache-2.0
// Histories, texts and codes were tried with the real server.
#include "runtime/embedded/update/update_machine.hpp"
#include "test/runtime/embedded/update/update_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace troupe::test {
namespace {

using namespace std::chrono_literals;

const std::string before = "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted "
                           "WorkflowTaskCompleted";
const std::string task = " WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskCompleted";

} // namespace

BOOST_AUTO_TEST_SUITE(updates)

BOOST_AUTO_TEST_CASE(every_state_of_the_machine_is_reached_and_the_ends_are_ends) {
  using namespace embedded::workflow_update;
  std::set<state> reached{state::admitted};
  std::set<state> left;
  for (const auto& row : transitions) {
    reached.insert(row.to);
    left.insert(row.from);
    BOOST_TEST((next(row.from, row.on) == row.to));
  }
  BOOST_TEST(reached.size() == 6U);
  for (const auto end : {state::completed, state::rejected, state::aborted})
    BOOST_TEST(!left.contains(end));
}

BOOST_AUTO_TEST_CASE(an_update_is_accepted_and_completed_by_events_in_the_order_of_its_commands) {
  update_fixture service;
  service.idle();
  BOOST_TEST(service.update("u").stage() == admitted);
  BOOST_TEST(service.event_types() == before);
  const auto given = service.poll();
  BOOST_REQUIRE(given.messages_size() == 1);
  const auto& message = given.messages(0);
  BOOST_TEST(message.id() == "u/request");
  BOOST_TEST(message.protocol_instance_id() == "u");
  BOOST_TEST(message.event_id() == 5);
  BOOST_TEST(given.history().events_size() == 6);
  BOOST_TEST(
      given.history().events(5).workflow_task_started_event_attributes().identity() == "worker");
  wire::RespondWorkflowTaskCompletedRequest request;
  *request.add_messages() = acceptance(message);
  *request.add_messages() = response("u");
  *request.add_commands() = message_command("accept u");
  *request.add_commands() = start_timer("t", 10s);
  *request.add_commands() = message_command("complete u");
  request.set_identity("worker");
  const auto tx = service.respond(request);
  BOOST_TEST(tx.answer.status.ok());
  BOOST_TEST(
      service.event_types()
      == before + task
             + " WorkflowExecutionUpdateAccepted TimerStarted WorkflowExecutionUpdateCompleted");
  const auto told = all_of<embedded::update_told>(tx);
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].completed);
  BOOST_TEST(told[0].outcome->success().payloads(0).data() == "\"done\"");
  const auto& accepted_event =
      service.current().history.at(7)->workflow_execution_update_accepted_event_attributes();
  BOOST_TEST(accepted_event.protocol_instance_id() == "u");
  BOOST_TEST(accepted_event.accepted_request_message_id() == "u/request");
  BOOST_TEST(accepted_event.accepted_request_sequencing_event_id() == 5);
  BOOST_TEST(accepted_event.accepted_request().input().name() == "handler");
  const auto& completed_event =
      service.current().history.at(9)->workflow_execution_update_completed_event_attributes();
  BOOST_TEST(completed_event.accepted_event_id() == 8);
  BOOST_TEST(completed_event.meta().update_id() == "u");
}

BOOST_AUTO_TEST_CASE(messages_that_no_command_names_come_after_all_commands) {
  update_fixture service;
  service.idle();
  service.update("u");
  const auto given = service.poll();
  service.answer({start_timer("t", 10s)}, {acceptance(given.messages(0)), response("u")});
  BOOST_TEST(
      service.event_types()
      == before + task
             + " TimerStarted WorkflowExecutionUpdateAccepted WorkflowExecutionUpdateCompleted");
}

BOOST_AUTO_TEST_CASE(a_rejected_update_leaves_no_trace) {
  update_fixture service;
  service.idle();
  const auto transitions = service.current().state.transitions;
  BOOST_TEST(!service.decide_update("u").changed);
  const auto given = service.poll();
  const auto tx = service.answer({}, {rejection(given.messages(0))});
  BOOST_TEST(!tx.changed);
  BOOST_TEST(reset_to(tx) == 3);
  BOOST_TEST(service.event_types() == before);
  BOOST_TEST(service.current().state.transitions == transitions);
  const auto told = all_of<embedded::update_told>(tx);
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].outcome->failure().message() == "no");
  BOOST_TEST(service.poll_status("u").message == "update \"u\" not found");
  BOOST_TEST(service.poll_status(std::string{"u\0", 2}).message == R"(update "u\x00" not found)");
  // The next one of that id is a new one, under the same event ids.
  service.update("u");
  BOOST_TEST(service.poll().started_event_id() == 6);
}

BOOST_AUTO_TEST_CASE(a_rejection_after_events_that_a_worker_has_not_seen_is_written) {
  for (const int events : {1, 10, 11})
    for (const bool is_able : {false, true})
      BOOST_TEST_CONTEXT(events << is_able) {
        update_fixture service;
        service.start();
        service.poll();
        std::vector<command_api::Command> timers;
        for (int i = 0; i < events; ++i)
          timers.push_back(start_timer("t" + std::to_string(i), 100s));
        service.complete(timers);
        service.update("u");
        const auto given = service.poll();
        wire::RespondWorkflowTaskCompletedRequest request;
        *request.add_messages() = rejection(given.messages(0));
        request.mutable_capabilities()->set_discard_speculative_workflow_task_with_events(is_able);
        const bool is_gone = is_able && events <= 10;
        BOOST_TEST(reset_to(service.respond(request)) == (is_gone ? 3 : 0));
        BOOST_TEST(service.current().history.size() == 4U + events + (is_gone ? 0 : 3));
      }
}

BOOST_AUTO_TEST_CASE(a_task_that_was_scheduled_anyway_takes_the_update_along_and_stays) {
  update_fixture service;
  service.start();
  service.update("u");
  const auto given = service.poll();
  BOOST_REQUIRE(given.messages_size() == 1);
  BOOST_TEST(given.messages(0).event_id() == 2);
  BOOST_TEST(reset_to(service.answer({}, {rejection(given.messages(0))})) == 0);
  BOOST_TEST(service.event_types() == before);
}

BOOST_AUTO_TEST_CASE(whatever_else_is_written_makes_a_speculative_task_a_normal_one) {
  update_fixture service;
  service.idle();
  service.update("u");
  service.signal();
  BOOST_TEST(service.event_types() == before + " WorkflowTaskScheduled WorkflowExecutionSignaled");
  service.advance(6s); // it is not speculative any more, so nothing times out
  const auto given = service.poll();
  BOOST_TEST(given.messages(0).event_id() == 6);
  service.answer({}, {rejection(given.messages(0))});
  BOOST_TEST(
      service.event_types()
      == before
             + " WorkflowTaskScheduled WorkflowExecutionSignaled WorkflowTaskStarted "
               "WorkflowTaskCompleted");
}

BOOST_AUTO_TEST_CASE(a_signal_during_a_speculative_task_waits_for_its_end) {
  update_fixture service;
  service.idle();
  service.update("u");
  const auto given = service.poll();
  service.signal();
  BOOST_TEST(service.event_types() == before + " WorkflowTaskScheduled WorkflowTaskStarted");
  // Nobody knows who has the task.
  BOOST_TEST(
      service.current().history.back()->workflow_task_started_event_attributes().identity() == "");
  service.answer({}, {acceptance(given.messages(0)), response("u")});
  BOOST_TEST(
      service.event_types()
      == before + task
             + " WorkflowExecutionUpdateAccepted WorkflowExecutionUpdateCompleted "
               "WorkflowExecutionSignaled WorkflowTaskScheduled");
}

BOOST_AUTO_TEST_CASE(a_speculative_task_that_nobody_takes_becomes_a_normal_one) {
  update_fixture service;
  service.idle();
  service.update("u");
  BOOST_TEST((service.timer == service.now + 5s));
  service.advance(5s);
  BOOST_TEST(
      service.event_types()
      == before + " WorkflowTaskScheduled WorkflowTaskTimedOut WorkflowTaskScheduled");
  const auto given = service.poll();
  BOOST_TEST(given.attempt() == 1);
  BOOST_TEST(given.messages(0).event_id() == 7);
}

BOOST_AUTO_TEST_CASE(a_speculative_task_that_fails_or_times_out_is_written_and_tried_again) {
  for (const bool fails : {true, false}) {
    update_fixture service;
    service.idle();
    service.update("u");
    service.poll();
    if (fails)
      service.fail_task(enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND);
    else
      service.advance(10s);
    BOOST_TEST(
        service.event_types()
        == before + " WorkflowTaskScheduled WorkflowTaskStarted WorkflowTask"
               + (fails ? "Failed" : "TimedOut"));
    BOOST_TEST(
        service.current().history.at(5)->workflow_task_started_event_attributes().identity()
        == (fails ? "worker" : ""));
    const auto given = service.poll();
    BOOST_TEST(given.attempt() == 2);
    BOOST_REQUIRE(given.messages_size() == 1);
    BOOST_TEST(given.messages(0).event_id() == 8);
    service.answer({}, {acceptance(given.messages(0))});
    BOOST_TEST(service.event_types().ends_with(task + " WorkflowExecutionUpdateAccepted"));
  }
}

BOOST_AUTO_TEST_CASE(a_second_update_waits_for_the_end_of_the_speculative_task) {
  update_fixture service;
  service.idle();
  service.update("a");
  const auto first = service.poll();
  service.update("b");
  BOOST_TEST(service.tasks.empty());
  wire::RespondWorkflowTaskCompletedRequest request;
  *request.add_messages() = rejection(first.messages(0));
  request.set_return_new_workflow_task(true);
  request.set_identity("worker");
  auto tx = service.respond(request);
  const auto& next =
      static_cast<wire::RespondWorkflowTaskCompletedResponse&>(*tx.answer.message).workflow_task();
  BOOST_TEST(reset_to(tx) == 3);
  BOOST_TEST(next.started_event_id() == 6);
  BOOST_REQUIRE(next.messages_size() == 1);
  BOOST_TEST(next.messages(0).protocol_instance_id() == "b");
  BOOST_TEST(service.event_types() == before);
  service.answer({}, {acceptance(next.messages(0))});
  BOOST_TEST(service.event_types() == before + task + " WorkflowExecutionUpdateAccepted");
}

BOOST_AUTO_TEST_CASE(an_update_that_a_worker_ignores_is_rejected_unless_it_only_keeps_going) {
  update_fixture service;
  service.idle();
  service.update("u");
  service.poll();
  wire::RespondWorkflowTaskCompletedRequest heartbeat;
  heartbeat.set_force_create_new_workflow_task(true);
  heartbeat.mutable_sticky_attributes()->mutable_worker_task_queue()->set_name("sticky");
  heartbeat.mutable_sticky_attributes()->mutable_schedule_to_start_timeout()->set_seconds(10);
  BOOST_TEST(all_of<embedded::update_told>(service.respond(heartbeat)).empty());
  const auto given = service.poll(true);
  BOOST_TEST(given.messages_size() == 0);
  const auto told = all_of<embedded::update_told>(service.answer({}, {}));
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(
      told[0].outcome->failure().message()
      == "Workflow Update is rejected because it wasn't processed by worker. Probably, Workflow "
         "Update is not supported by the worker.");
  BOOST_TEST(told[0].outcome->failure().application_failure_info().type() == "UnprocessedUpdate");
}

BOOST_AUTO_TEST_CASE(the_same_id_joins_the_update_and_hears_its_outcome) {
  update_fixture service;
  service.idle();
  service.update("u");
  BOOST_TEST(service.update("u").stage() == admitted);
  const auto given = service.poll();
  BOOST_TEST(given.messages_size() == 1);
  service.answer({}, {acceptance(given.messages(0))});
  BOOST_TEST(service.update("u").stage() == accepted);
  BOOST_TEST(service.tasks.empty());
  service.signal();
  service.poll();
  service.answer({}, {response("u")});
  const auto again = service.update("u");
  BOOST_TEST(again.stage() == completed);
  BOOST_TEST(again.outcome().success().payloads(0).data() == "\"done\"");
  BOOST_TEST(again.update_ref().workflow_execution().run_id() == service.current().id);
  service.signal();
  service.poll();
  service.complete({complete_workflow()});
  BOOST_TEST(service.update("u").stage() == completed);
  BOOST_TEST(service.update_status("v").message == "workflow execution already completed");
}

BOOST_AUTO_TEST_CASE(what_waits_when_a_run_ends_is_aborted_and_what_was_accepted_has_failed) {
  for (const bool goes_on : {false, true}) {
    update_fixture service;
    service.idle();
    service.update("accepted");
    auto given = service.poll();
    service.answer({}, {acceptance(given.messages(0))});
    service.update("sent");
    given = service.poll();
    service.update("admitted");
    const auto tx = service.answer({goes_on ? continue_as_new() : complete_workflow()}, {});
    std::map<std::string, embedded::update_told> told;
    for (const auto& each : all_of<embedded::update_told>(tx))
      told[each.update_id] = each;
    BOOST_REQUIRE(told.size() == 3U);
    for (const auto* id : {"sent", "admitted"}) {
      BOOST_TEST(to_string(told[id].status.code) == (goes_on ? "RESOURCE_EXHAUSTED" : "NOT_FOUND"));
      BOOST_TEST(
          told[id].status.message
          == (goes_on ? "workflow operation can not be applied because workflow is closing"
                      : "workflow update was aborted by closing workflow"));
    }
    const auto& failure = told["accepted"].outcome->failure();
    BOOST_TEST(
        failure.message()
        == "Workflow Update failed because the Workflow completed before the Update completed.");
    BOOST_TEST(failure.application_failure_info().type() == "AcceptedUpdateCompletedWorkflow");
    BOOST_TEST(failure.source() == "Server");
  }
}

BOOST_AUTO_TEST_CASE(terminating_a_run_writes_no_speculative_task_that_nobody_has) {
  for (const bool taken : {false, true}) {
    update_fixture service;
    service.idle();
    service.update("u");
    if (taken)
      service.poll();
    service.terminate();
    BOOST_TEST(
        service.event_types()
        == before + (taken ? " WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskFailed" : "")
               + " WorkflowExecutionTerminated");
  }
}

BOOST_AUTO_TEST_CASE(an_update_begins_the_first_task_of_a_run_that_waits_for_its_start) {
  update_fixture service;
  auto request = service.start_request();
  request.mutable_workflow_start_delay()->set_seconds(60);
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
  service.update("u");
  const auto given = service.poll();
  service.answer({}, {acceptance(given.messages(0)), response("u")});
  service.advance(60s);
  BOOST_TEST(
      service.event_types()
      == before + " WorkflowExecutionUpdateAccepted WorkflowExecutionUpdateCompleted");
}

BOOST_AUTO_TEST_CASE(limits_are_said_in_the_servers_words) {
  update_fixture service;
  service.settings.max_updates = 12;
  service.idle();
  for (int i = 0; i < 10; ++i)
    service.update("u" + std::to_string(i));
  const auto full = service.update_status("more");
  BOOST_TEST(to_string(full.code) == "RESOURCE_EXHAUSTED");
  BOOST_TEST(
      full.message == "limit on number of concurrent in-flight updates has been reached (10)");
  auto given = service.poll();
  std::vector<protocol_message> all;
  for (const auto& each : given.messages()) {
    all.push_back(acceptance(each));
    all.push_back(response(each.protocol_instance_id()));
  }
  service.answer({}, all);
  service.update("a");
  service.update("b");
  const auto over = service.update_status("c");
  BOOST_TEST(to_string(over.code) == "FAILED_PRECONDITION");
  BOOST_TEST(over.message.starts_with("The limit on the total number of distinct updates in this "
                                      "workflow has been reached (12). Make sure any duplicate"));
  update_fixture heavy;
  heavy.settings.max_in_flight_update_bytes = 100;
  heavy.idle();
  heavy.update("u");
  BOOST_TEST(
      heavy.update_status(std::string(90, 'v')).message
      == "limit on total payload size of in-flight updates has been reached (100 bytes)");
}

BOOST_AUTO_TEST_CASE(a_worker_hears_when_there_were_very_many_updates) {
  update_fixture service;
  service.settings.max_updates = 10;
  service.idle();
  for (int i = 0; i < 9; ++i) {
    service.update("u" + std::to_string(i));
    const auto given = service.poll();
    service.answer(
        {}, {acceptance(given.messages(0)), response(given.messages(0).protocol_instance_id())});
  }
  service.signal();
  service.poll();
  const auto& reasons = service.current().history.back()->workflow_task_started_event_attributes();
  BOOST_TEST(reasons.suggest_continue_as_new());
  BOOST_TEST(
      *reasons.suggest_continue_as_new_reasons().rbegin()
      == enums::SUGGEST_CONTINUE_AS_NEW_REASON_TOO_MANY_UPDATES);
}

BOOST_AUTO_TEST_CASE(a_run_whose_tasks_keep_failing_takes_no_updates) {
  update_fixture service;
  service.start();
  for (int i = 0; i < 2; ++i) {
    service.poll();
    service.fail_task(enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND);
  }
  const auto status = service.update_status("u");
  BOOST_TEST(to_string(status.code) == "FAILED_PRECONDITION");
  BOOST_TEST(
      status.message
      == "Unable to perform workflow execution update due to Workflow Task in failed state.");
}

BOOST_AUTO_TEST_CASE(wrong_requests_are_refused_before_the_run_is_looked_for) {
  update_fixture service;
  wire::UpdateWorkflowExecutionRequest request;
  const auto says = [&](const std::string& words) {
    const auto status = service.decide(embedded::update_execution{request}).answer.status;
    BOOST_TEST(status.message == words);
  };
  request.mutable_workflow_execution()->set_workflow_id("w");
  says("Update meta is not set on request.");
  auto& update = *request.mutable_request();
  update.mutable_meta()->set_update_id(std::string(1001, 'x'));
  says("UpdateId length exceeds limit.");
  update.mutable_meta()->set_update_id("u");
  says("Update input is not set on request.");
  update.mutable_input();
  says("Update name is not set on request.");
  update.mutable_input()->set_name("n");
  request.mutable_wait_policy()->set_lifecycle_stage(admitted);
  says("UpdateWorkflowExecution issued asynchronously and waiting on update admitted is not "
       "supported.");
  request.clear_wait_policy();
  says("workflow not found for ID: w");
  service.idle();
  request.set_first_execution_run_id("another");
  says("workflow execution not found");
}

BOOST_AUTO_TEST_CASE(what_is_accepted_outlives_the_service_and_what_waits_does_not) {
  update_fixture service;
  service.idle();
  service.update("kept");
  auto given = service.poll();
  service.answer({}, {acceptance(given.messages(0))});
  service.update("lost");
  given = service.poll();
  const auto lost = given.messages(0);
  service.come_back();
  BOOST_TEST(service.poll_status("lost").message == "update \"lost\" not found");
  BOOST_TEST(service.update("kept").stage() == accepted);
  // Nobody has the speculative task any more.
  BOOST_TEST(
      service.answer({}, {acceptance(lost)}).answer.status.message == "Workflow task not found.");
  service.update("lost");
  given = service.poll();
  service.answer({}, {acceptance(given.messages(0)), response("kept"), response("lost")});
  service.come_back();
  BOOST_TEST(service.update("kept").outcome().success().payloads(0).data() == "\"done\"");
  BOOST_TEST(service.update("lost").stage() == completed);
}

BOOST_AUTO_TEST_CASE(an_update_that_the_service_forgot_comes_back_with_the_workers_answer) {
  update_fixture service;
  service.start();
  service.update("u");
  const auto given = service.poll();
  service.come_back();
  service.answer({}, {acceptance(given.messages(0)), response("u")});
  BOOST_TEST(
      service.event_types()
      == before + " WorkflowExecutionUpdateAccepted WorkflowExecutionUpdateCompleted");
}

BOOST_AUTO_TEST_CASE(a_decision_about_updates_that_fails_leaves_no_trace) {
  update_fixture service;
  service.plants_faults = true;
  service.idle();
  service.update("a");
  auto given = service.poll();
  BOOST_TEST(given.messages_size() == 1);
  service.update("b");
  service.answer({}, {acceptance(given.messages(0))});
  given = service.poll();
  BOOST_TEST(given.messages_size() == 1);
  service.answer({}, {rejection(given.messages(0)), response("a")});
  BOOST_TEST(service.update("a").stage() == completed);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
