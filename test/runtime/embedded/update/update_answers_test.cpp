// SPDX-License-Identifier: Apache-2.0
// Answers to workflow tasks with messages in unusual company: at the end of a run, with requests
// for another task, about updates that the service has not sent, too large.
#include "test/runtime/embedded/update/update_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* aborted = "workflow update was aborted by closing workflow";

/// An answer that wants another task, with what else there is in it.
wire::RespondWorkflowTaskCompletedRequest
wants_more(const std::vector<command_api::Command>& commands) {
  wire::RespondWorkflowTaskCompletedRequest request;
  for (const auto& each : commands)
    *request.add_commands() = each;
  request.set_force_create_new_workflow_task(true);
  request.set_identity("worker");
  return request;
}

std::vector<embedded::update_told> told_by(const embedded::transaction& tx) {
  return all_of<embedded::update_told>(tx);
}

BOOST_AUTO_TEST_SUITE(update_answers)

BOOST_AUTO_TEST_CASE(a_worker_that_wants_another_task_keeps_its_updates_whatever_else_it_says) {
  for (const bool has_command : {false, true})
    for (const bool is_signalled : {false, true})
      BOOST_TEST_CONTEXT(has_command << is_signalled) {
        update_fixture service;
        service.idle();
        service.update("u");
        const auto given = service.poll();
        BOOST_REQUIRE(given.messages_size() == 1);
        if (is_signalled)
          service.signal();
        std::vector<command_api::Command> commands;
        if (has_command)
          commands.push_back(start_timer("t", 10s));
        BOOST_TEST(told_by(service.respond(wants_more(commands))).empty());
        service.poll();
        const auto told =
            told_by(service.answer({}, {acceptance(given.messages(0)), response("u")}));
        BOOST_REQUIRE(told.size() == 1U);
        BOOST_TEST(told[0].completed);
      }
}

BOOST_AUTO_TEST_CASE(who_comes_by_the_normal_queue_gets_what_another_worker_was_sent) {
  update_fixture service;
  service.idle();
  service.update("u");
  service.poll();
  service.respond(wants_more({}));
  BOOST_TEST(service.poll().messages_size() == 1);
}

BOOST_AUTO_TEST_CASE(a_rejection_that_no_command_names_counts_in_a_runs_last_answer) {
  for (const auto& end : {complete_workflow(), continue_as_new()}) {
    update_fixture service;
    service.idle();
    service.update("u");
    const auto given = service.poll();
    const auto told = told_by(service.answer({end}, {rejection(given.messages(0))}));
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST(told[0].status.ok());
    BOOST_REQUIRE(told[0].outcome);
    BOOST_TEST(told[0].outcome->failure().message() == "no");
  }
}

BOOST_AUTO_TEST_CASE(an_acceptance_that_no_command_names_comes_too_late_for_a_runs_last_answer) {
  for (const auto& end : {complete_workflow(), continue_as_new()}) {
    update_fixture service;
    service.idle();
    service.update("u");
    const auto given = service.poll();
    const auto tx = service.answer({end}, {acceptance(given.messages(0)), response("u")});
    BOOST_TEST(tx.answer.status.message == "");
    const auto told = told_by(tx);
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST((told[0].status.code == status_code::not_found));
    BOOST_TEST(told[0].status.message == aborted);
    BOOST_TEST(service.event_types().find("WorkflowExecutionUpdateAccepted") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_message_in_a_runs_last_answer_keeps_it_open) {
  update_fixture service;
  service.idle();
  service.update("u");
  service.poll();
  const auto tx = service.answer({complete_workflow()}, {response("nobody")});
  BOOST_TEST((tx.answer.status.code == status_code::invalid_argument));
  BOOST_TEST(service.current().open());
}

BOOST_AUTO_TEST_CASE(a_worker_may_answer_what_it_was_sent_before_the_service_came_back) {
  for (const bool accepts : {false, true}) {
    update_fixture service;
    service.idle();
    service.signal();
    service.poll();
    service.update("u"); // is admitted, and not in that task
    wire::UpdateWorkflowExecutionRequest request = service.update_request("u");
    protocol_message of;
    of.set_id("u/request");
    of.set_protocol_instance_id("u");
    of.set_event_id(5);
    of.mutable_body()->PackFrom(request.request());
    const auto told = told_by(
        accepts ? service.answer({}, {acceptance(of), response("u")})
                : service.answer({}, {rejection(of)}));
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST(told[0].completed);
    BOOST_REQUIRE(told[0].outcome);
    BOOST_TEST(told[0].outcome->has_failure() == !accepts);
  }
}

BOOST_AUTO_TEST_CASE(what_becomes_an_event_has_a_limit_and_passing_it_ends_the_run) {
  const std::string large(2 * 1024 * 1024, 'x');
  for (const bool in_acceptance : {false, true}) {
    update_fixture service;
    service.idle();
    service.update("u");
    const auto given = service.poll();
    auto accept = acceptance(given.messages(0));
    auto respond = response("u");
    if (in_acceptance) {
      update_api::Acceptance body;
      accept.body().UnpackTo(&body);
      body.mutable_accepted_request()->mutable_input()->mutable_args()->add_payloads()->set_data(
          large);
      accept.mutable_body()->PackFrom(body);
    } else {
      update_api::Response body;
      respond.body().UnpackTo(&body);
      body.mutable_outcome()->mutable_success()->mutable_payloads(0)->set_data(large);
      respond.mutable_body()->PackFrom(body);
    }
    const auto tx = service.answer({}, {accept, respond});
    BOOST_TEST(
        tx.answer.status.message
        == "BadUpdateWorkflowExecutionMessage: Message type temporal.api.update.v1."
               + std::string{in_acceptance ? "Acceptance" : "Response"} + " exceeds size limit.");
    BOOST_TEST(!service.current().open());
    BOOST_TEST(service.event_types().ends_with("WorkflowTaskFailed WorkflowExecutionTerminated"));
    const auto told = told_by(tx);
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST((told[0].status.code == status_code::failed_precondition));
  }
}

// Seen on the real server.
BOOST_AUTO_TEST_CASE(
    a_rejection_has_the_same_limit_and_ends_the_run_unless_its_task_leaves_no_trace) {
  for (const bool speculative : {true, false}) {
    update_fixture service;
    service.idle();
    if (!speculative)
      service.signal();
    service.update("u");
    const auto given = service.poll();
    auto reject = rejection(given.messages(0));
    update_api::Rejection body;
    reject.body().UnpackTo(&body);
    body.mutable_failure()->set_message(std::string(2 * 1024 * 1024, 'x'));
    reject.mutable_body()->PackFrom(body);
    const auto events = service.event_types();
    const auto tx = service.answer({}, {reject});
    BOOST_TEST(
        tx.answer.status.message
        == (speculative ? "Workflow task not found."
                        : "BadUpdateWorkflowExecutionMessage: Message type "
                          "temporal.api.update.v1.Rejection exceeds size limit."));
    BOOST_TEST(service.current().open() == speculative);
    if (speculative)
      BOOST_TEST(service.event_types() == events);
    else
      BOOST_TEST(service.event_types().ends_with("WorkflowTaskFailed WorkflowExecutionTerminated"));
    const auto told = told_by(tx);
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST((told[0].status.code == status_code::failed_precondition));
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_answer_to_a_later_attempt_aborts_its_updates_too) {
  update_fixture service;
  service.idle();
  service.signal();
  service.poll();
  service.fail_task(enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  service.update("u");
  BOOST_REQUIRE(service.poll().messages_size() == 1);
  const auto told = told_by(service.answer({}, {response("u")}));
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST((told[0].status.code == status_code::failed_precondition));
}

BOOST_AUTO_TEST_CASE(of_several_messages_with_one_id_the_last_is_meant) {
  update_fixture service;
  service.idle();
  service.update("u");
  service.update("v");
  const auto given = service.poll();
  BOOST_REQUIRE(given.messages_size() == 2);
  auto first = acceptance(given.messages(0));
  auto second = acceptance(given.messages(1));
  first.set_id("m");
  second.set_id("m");
  const auto tx = service.answer({message_command("m"), message_command("m")}, {first, second});
  BOOST_TEST(
      tx.answer.status.message
      == "BadUpdateWorkflowExecutionMessage: ProtocolMessageCommand referenced absent message ID "
         "m");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
