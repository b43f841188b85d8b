// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>
#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

namespace {

constexpr activity::contract<std::string(std::string, int)> charge{"charge"};

struct fixture {
  test::manual_executor clock;
  test::scripted_service service;
  client caller = local_client(
      service, clock, [this] { return clock.step(); }, {.name_space = "ns", .identity = "me"});

  void starts(const std::string& run_id) {
    wire::StartActivityExecutionResponse response;
    response.set_run_id(run_id);
    service.answer("StartActivityExecution", response);
  }
  void ends_with(const std::string& json) {
    wire::PollActivityExecutionResponse response;
    response.set_run_id("run");
    auto& payload = *response.mutable_outcome()->mutable_result()->add_payloads();
    (*payload.mutable_metadata())["encoding"] = "json/plain";
    payload.set_data(json);
    service.answer("PollActivityExecution", response);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(standalone_activity_calls, fixture)

BOOST_AUTO_TEST_CASE(a_start_carries_everything_that_the_options_say) {
  starts("run");
  const auto started = caller.start_activity<charge>(
      {.id = "a",
       .task_queue = "q",
       .schedule_to_close_timeout = 1min,
       .start_to_close_timeout = 10s,
       .retry_policy = workflow::retry_policy{.maximum_attempts = 3},
       .id_reuse_policy = activity_id_reuse_policy::reject_duplicate,
       .id_conflict_policy = activity_id_conflict_policy::use_existing,
       .search_attributes = {keyword_attribute{"Customer"}.set("Ann")},
       .priority = {.key = 2},
       .static_summary = "summary"},
      "Ann",
      7);
  BOOST_TEST(started.id() == "a");
  BOOST_TEST(started.run_id() == "run");
  const auto sent = service.request<wire::StartActivityExecutionRequest>("StartActivityExecution");
  BOOST_TEST(sent.namespace_() == "ns");
  BOOST_TEST(sent.identity() == "me");
  BOOST_TEST(sent.activity_id() == "a");
  BOOST_TEST(sent.activity_type().name() == "charge");
  BOOST_TEST(sent.task_queue().name() == "q");
  BOOST_TEST(sent.schedule_to_close_timeout().seconds() == 60);
  BOOST_TEST(!sent.has_schedule_to_start_timeout());
  BOOST_TEST(sent.start_to_close_timeout().seconds() == 10);
  BOOST_TEST(sent.retry_policy().maximum_attempts() == 3);
  BOOST_TEST(sent.id_reuse_policy() == enums::ACTIVITY_ID_REUSE_POLICY_REJECT_DUPLICATE);
  BOOST_TEST(sent.id_conflict_policy() == enums::ACTIVITY_ID_CONFLICT_POLICY_USE_EXISTING);
  BOOST_TEST(sent.search_attributes().indexed_fields().at("Customer").data() == "\"Ann\"");
  BOOST_TEST(sent.priority().priority_key() == 2);
  BOOST_TEST(sent.user_metadata().summary().data() == "\"summary\"");
  BOOST_TEST(sent.input().payloads(1).data() == "7");
  BOOST_TEST(sent.request_id().size() == 36);
}

BOOST_AUTO_TEST_CASE(the_result_is_waited_for_poll_after_poll) {
  starts("run");
  service.answer("PollActivityExecution", wire::PollActivityExecutionResponse{});
  service.fail("PollActivityExecution", {status_code::deadline_exceeded, "too long", {}});
  ends_with("\"paid\"");
  BOOST_TEST(
      caller.execute_activity<charge>({.task_queue = "q", .start_to_close_timeout = 1s}, "Ann", 7)
      == "paid");
  const auto poll = service.request<wire::PollActivityExecutionRequest>("PollActivityExecution", 2);
  BOOST_TEST(poll.run_id() == "run");
  BOOST_TEST(poll.activity_id().size() == 36);
}

BOOST_AUTO_TEST_CASE(one_that_did_not_succeed_says_why) {
  wire::PollActivityExecutionResponse response;
  response.set_run_id("run");
  auto& failure = *response.mutable_outcome()->mutable_failure();
  failure.set_message("no money");
  failure.mutable_application_failure_info()->set_type("Poor");
  service.answer("PollActivityExecution", response);
  BOOST_CHECK_EXCEPTION(
      (void)caller.get_activity<int>("a").result(), activity_failed_error, [](const auto& error) {
        const auto* const cause = dynamic_cast<const application_error*>(error.cause().get());
        return error.activity_id() == "a" && error.run_id() == "run" && cause != nullptr
               && cause->type() == "Poor";
      });
}

BOOST_AUTO_TEST_CASE(a_taken_id_is_its_own_error) {
  temporal::api::errordetails::v1::ActivityExecutionAlreadyStartedFailure detail;
  detail.set_run_id("running");
  google::rpc::Status details;
  details.add_details()->PackFrom(detail);
  service.fail(
      "StartActivityExecution",
      {status_code::already_exists, "already running", details.SerializeAsString()});
  BOOST_CHECK_EXCEPTION(
      (void)caller.start_activity("charge", {.id = "a", .task_queue = "q"}),
      activity_already_started_error,
      [](const auto& error) { return error.activity_id() == "a" && error.run_id() == "running"; });
}

BOOST_AUTO_TEST_CASE(a_handle_looks_at_its_activity_and_ends_it) {
  wire::DescribeActivityExecutionResponse response;
  auto& info = *response.mutable_info();
  info.set_activity_id("a");
  info.set_run_id("run");
  info.mutable_activity_type()->set_name("charge");
  info.set_status(enums::ACTIVITY_EXECUTION_STATUS_RUNNING);
  info.set_run_state(enums::PENDING_ACTIVITY_STATE_SCHEDULED);
  info.set_attempt(2);
  info.mutable_last_failure()->set_message("no money");
  info.mutable_retry_policy()->set_maximum_attempts(3);
  info.mutable_start_to_close_timeout()->set_seconds(10);
  service.answer("DescribeActivityExecution", response);
  const auto handle = caller.get_activity<int>("a", "run");
  const auto found = handle.describe();
  BOOST_TEST(found.id == "a");
  BOOST_TEST(found.type == "charge");
  BOOST_TEST(to_string(found.status) == "Running");
  BOOST_TEST(found.run_state == "Scheduled");
  BOOST_TEST(found.attempt == 2);
  BOOST_TEST(found.last_failure == "no money");
  BOOST_REQUIRE(found.retry_policy);
  BOOST_TEST(found.retry_policy->maximum_attempts == 3);
  BOOST_CHECK(found.start_to_close_timeout == 10s);

  service.answer("RequestCancelActivityExecution", wire::RequestCancelActivityExecutionResponse{});
  handle.cancel("stop");
  const auto cancel = service.request<wire::RequestCancelActivityExecutionRequest>(
      "RequestCancelActivityExecution");
  BOOST_TEST(cancel.activity_id() == "a");
  BOOST_TEST(cancel.run_id() == "run");
  BOOST_TEST(cancel.reason() == "stop");
  BOOST_TEST(cancel.request_id().size() == 36);
  service.answer("TerminateActivityExecution", wire::TerminateActivityExecutionResponse{});
  handle.terminate("enough");
  BOOST_TEST(
      service.request<wire::TerminateActivityExecutionRequest>("TerminateActivityExecution")
          .reason()
      == "enough");
  service.answer("DeleteActivityExecution", wire::DeleteActivityExecutionResponse{});
  handle.remove();
  BOOST_TEST(
      service.request<wire::DeleteActivityExecutionRequest>("DeleteActivityExecution").run_id()
      == "run");
}

BOOST_AUTO_TEST_CASE(activities_are_listed_and_counted) {
  wire::ListActivityExecutionsResponse page;
  page.add_executions()->set_activity_id("one");
  page.set_next_page_token("more");
  service.answer("ListActivityExecutions", page);
  page.clear_next_page_token();
  page.mutable_executions(0)->set_activity_id("two");
  service.answer("ListActivityExecutions", page);
  std::string ids;
  for (const auto& each : caller.list_activities("ActivityType = 'charge'"))
    ids += each.id + " ";
  BOOST_TEST(ids == "one two ");
  wire::CountActivityExecutionsResponse count;
  count.set_count(2);
  service.answer("CountActivityExecutions", count);
  BOOST_TEST(caller.count_activities() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
