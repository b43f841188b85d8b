// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/client/messages_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace details = temporal::api::errordetails::v1;

BOOST_FIXTURE_TEST_SUITE(messages, messages_fixture)

// -- queries --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_query_sends_its_arguments_and_reads_its_answer) {
  wire::QueryWorkflowResponse response;
  put("[1,2]", *response.mutable_query_result());
  service.answer("QueryWorkflow", response);
  BOOST_TEST(
      (handle().query<std::vector<int>>("items", std::string{"big"}, 3) == std::vector{1, 2}));
  const auto sent = service.request<wire::QueryWorkflowRequest>("QueryWorkflow");
  BOOST_TEST(sent.namespace_() == "ns");
  BOOST_TEST(sent.execution().workflow_id() == "id");
  BOOST_TEST(sent.execution().run_id() == "run");
  BOOST_TEST(sent.query().query_type() == "items");
  BOOST_REQUIRE(sent.query().query_args().payloads_size() == 2);
  BOOST_TEST(sent.query().query_args().payloads(0).data() == "\"big\"");
  BOOST_TEST(sent.query_reject_condition() == enums::QUERY_REJECT_CONDITION_UNSPECIFIED);
}

BOOST_AUTO_TEST_CASE(a_query_that_is_rejected_says_in_which_state) {
  wire::QueryWorkflowResponse response;
  response.mutable_query_rejected()->set_status(enums::WORKFLOW_EXECUTION_STATUS_FAILED);
  service.answer("QueryWorkflow", response);
  BOOST_CHECK_EXCEPTION(
      (void)handle().query<int>("items", {.reject_if = query_reject_condition::not_open}),
      workflow_query_rejected_error,
      [](const auto& error) {
        return error.status() == workflow_status::failed
               && std::string_view{error.what()}
                      == "the query was rejected: the workflow is Failed";
      });
  BOOST_TEST(
      service.request<wire::QueryWorkflowRequest>("QueryWorkflow").query_reject_condition()
      == enums::QUERY_REJECT_CONDITION_NOT_OPEN);
}

BOOST_AUTO_TEST_CASE(a_query_that_failed_has_the_workers_failure_as_its_cause) {
  details::QueryFailedFailure detail;
  detail.mutable_failure()->set_message("no such item");
  detail.mutable_failure()->mutable_application_failure_info()->set_type("LookupError");
  service.fail("QueryWorkflow", status_with(status_code::invalid_argument, "no such item", detail));
  BOOST_CHECK_EXCEPTION(
      (void)handle().query("items"), workflow_query_failed_error, [](const auto& error) {
        const auto* cause = find_cause<application_error>(error);
        return cause != nullptr && cause->type() == "LookupError"
               && error.code() == status_code::invalid_argument;
      });
  // Something else that is wrong with the request.
  service.fail("QueryWorkflow", {status_code::invalid_argument, "bad", {}});
  BOOST_CHECK_EXCEPTION((void)handle().query("items"), rpc_error, [](const auto& error) {
    return dynamic_cast<const workflow_query_failed_error*>(&error) == nullptr;
  });
}

// -- updates --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_update_is_executed_to_its_end) {
  answer_update(completed, "3");
  BOOST_TEST(handle().execute_update<int>("add", 1, 2) == 3);
  const auto sent = sent_update();
  BOOST_TEST(sent.namespace_() == "ns");
  BOOST_TEST(sent.workflow_execution().workflow_id() == "id");
  BOOST_TEST(sent.workflow_execution().run_id() == "run");
  BOOST_TEST(sent.wait_policy().lifecycle_stage() == completed);
  BOOST_TEST(sent.request().meta().update_id().size() == 36);
  BOOST_TEST(sent.request().meta().identity() == "me");
  BOOST_TEST(sent.request().input().name() == "add");
  BOOST_TEST(sent.request().input().args().payloads_size() == 2);
}

BOOST_AUTO_TEST_CASE(an_update_is_asked_again_until_it_is_accepted_and_polled_until_it_ends) {
  answer_update(admitted); // nobody was there to run it
  service.fail("UpdateWorkflowExecution", {status_code::deadline_exceeded, "late", {}});
  answer_update(accepted);
  answer_poll();
  service.fail("PollWorkflowExecutionUpdate", {status_code::deadline_exceeded, "late", {}});
  answer_poll("3");
  BOOST_TEST(handle().execute_update<int>("add") == 3);
  const auto& sent = service.asked.at("UpdateWorkflowExecution");
  BOOST_REQUIRE(sent.size() == 3);
  BOOST_TEST((sent[0] == sent[2])); // ids included
  const auto polled =
      service.request<wire::PollWorkflowExecutionUpdateRequest>("PollWorkflowExecutionUpdate", 2);
  BOOST_TEST(polled.namespace_() == "ns");
  BOOST_TEST(polled.update_ref().update_id() == sent_update().request().meta().update_id());
  BOOST_TEST(polled.update_ref().workflow_execution().workflow_id() == "id");
  BOOST_TEST(polled.update_ref().workflow_execution().run_id() == "real-run");
  BOOST_TEST(polled.wait_policy().lifecycle_stage() == completed);
}

BOOST_AUTO_TEST_CASE(a_started_update_gives_a_handle) {
  answer_update(accepted);
  const auto update = handle().start_update<int>("add", {.id = "u"}, 1);
  BOOST_TEST(update.id() == "u");
  BOOST_TEST(update.workflow_id() == "id");
  BOOST_TEST(update.run_id() == "real-run");
  BOOST_TEST(!update.is_completed());
  BOOST_TEST(sent_update().wait_policy().lifecycle_stage() == accepted);
  BOOST_TEST(sent_update().request().meta().update_id() == "u");
  answer_poll("7");
  BOOST_TEST(update.result() == 7);
}

BOOST_AUTO_TEST_CASE(an_end_that_came_with_the_start_asks_nobody) {
  answer_update(completed, "7");
  const auto update = handle().start_update<int>("add");
  BOOST_TEST(update.is_completed());
  BOOST_TEST(update.result() == 7);
  BOOST_TEST(update.async().result().get() == 7);
  BOOST_TEST(service.asked.size() == 1);

  reject_update("no");
  const auto refused = handle().start_update<int>("add");
  BOOST_CHECK_THROW((void)refused.result(), workflow_update_failed_error);
}

BOOST_AUTO_TEST_CASE(a_start_that_waits_for_the_end_polls_for_it) {
  answer_update(accepted);
  answer_poll("7");
  const auto update = handle().start_update<int>("add", {.wait_for = update_stage::completed});
  BOOST_TEST(update.is_completed());
  BOOST_TEST(sent_update().wait_policy().lifecycle_stage() == completed);
}

BOOST_AUTO_TEST_CASE(an_update_that_was_refused_has_the_reason_as_its_cause) {
  reject_update("too many");
  BOOST_CHECK_EXCEPTION(
      (void)handle().execute_update<int>("add", update_options{.id = "u"}),
      workflow_update_failed_error,
      [](const auto& error) {
        const auto* cause = find_cause<application_error>(error);
        return error.update_id() == "u" && error.workflow_id() == "id" && cause != nullptr
               && cause->type() == "Refused"
               && std::string_view{error.what()}
                      == "update u of workflow id failed: too many (Refused)";
      });
}

BOOST_AUTO_TEST_CASE(an_update_known_by_its_id_is_polled) {
  answer_poll("\"x\"");
  BOOST_TEST(handle().get_update<std::string>("u").result() == "x");
  service.fail(
      "PollWorkflowExecutionUpdate", {status_code::not_found, "update \"u\" not found", {}});
  BOOST_CHECK_EXCEPTION((void)handle().get_update("u").result(), rpc_error, [](const auto& error) {
    return error.code() == status_code::not_found;
  });
}

BOOST_AUTO_TEST_CASE(an_update_that_nobody_accepts_in_time_is_an_error) {
  const auto& open = service.hold("UpdateWorkflowExecution");
  BOOST_CHECK_EXCEPTION(
      (void)handle().execute_update<int>("add", update_options{.timeout = 100s}),
      rpc_error,
      [](const auto& error) { return error.code() == status_code::deadline_exceeded; });
  BOOST_TEST(open.size() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
