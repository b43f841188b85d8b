// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <troupe/client.hpp>
#include <troupe/nexus/error.hpp>

#include <boost/test/unit_test.hpp>
#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

namespace {

struct shop : nexus::service<"Shop"> {
  static constexpr operation<std::string, int> charge{"charge"};
  static constexpr operation<void, void> tidy{"tidy"};
  static constexpr auto operations = std::tuple{charge, tidy};
};

struct fixture {
  test::manual_executor clock;
  test::scripted_service service;
  client caller = local_client(
      service, clock, [this] { return clock.step(); }, {.name_space = "ns", .identity = "me"});

  void starts(const std::string& run_id) {
    wire::StartNexusOperationExecutionResponse response;
    response.set_run_id(run_id);
    service.answer("StartNexusOperationExecution", response);
  }
  void ends_with(const std::string& json) {
    wire::PollNexusOperationExecutionResponse response;
    response.set_run_id("run");
    auto& payload = *response.mutable_result();
    (*payload.mutable_metadata())["encoding"] = json.empty() ? "binary/null" : "json/plain";
    payload.set_data(json);
    service.answer("PollNexusOperationExecution", response);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(operation_calls, fixture)

BOOST_AUTO_TEST_CASE(a_start_carries_everything_that_the_options_say) {
  starts("run");
  const auto started = caller.nexus_client<shop>("endpoint")
                           .start<shop::charge>(
                               "Ann",
                               {.id = "o",
                                .schedule_to_close_timeout = 1min,
                                .start_to_close_timeout = 10s,
                                .id_reuse_policy = operation_id_reuse_policy::reject_duplicate,
                                .id_conflict_policy = operation_id_conflict_policy::use_existing,
                                .headers = {{"name", "value"}},
                                .search_attributes = {keyword_attribute{"Customer"}.set("Ann")},
                                .static_summary = "summary"});
  BOOST_TEST(started.id() == "o");
  BOOST_TEST(started.run_id() == "run");
  const auto sent =
      service.request<wire::StartNexusOperationExecutionRequest>("StartNexusOperationExecution");
  BOOST_TEST(sent.namespace_() == "ns");
  BOOST_TEST(sent.identity() == "me");
  BOOST_TEST(sent.operation_id() == "o");
  BOOST_TEST(sent.endpoint() == "endpoint");
  BOOST_TEST(sent.service() == "Shop");
  BOOST_TEST(sent.operation() == "charge");
  BOOST_TEST(sent.input().data() == "\"Ann\"");
  BOOST_TEST(sent.schedule_to_close_timeout().seconds() == 60);
  BOOST_TEST(!sent.has_schedule_to_start_timeout());
  BOOST_TEST(sent.start_to_close_timeout().seconds() == 10);
  BOOST_TEST(sent.id_reuse_policy() == enums::NEXUS_OPERATION_ID_REUSE_POLICY_REJECT_DUPLICATE);
  BOOST_TEST(sent.id_conflict_policy() == enums::NEXUS_OPERATION_ID_CONFLICT_POLICY_USE_EXISTING);
  BOOST_TEST(sent.nexus_header().at("name") == "value");
  BOOST_TEST(sent.search_attributes().indexed_fields().at("Customer").data() == "\"Ann\"");
  BOOST_TEST(sent.user_metadata().summary().data() == "\"summary\"");
  BOOST_TEST(sent.request_id().size() == 36);
}

BOOST_AUTO_TEST_CASE(the_result_is_waited_for_poll_after_poll) {
  starts("run");
  service.answer("PollNexusOperationExecution", wire::PollNexusOperationExecutionResponse{});
  service.fail("PollNexusOperationExecution", {status_code::deadline_exceeded, "too long", {}});
  ends_with("7");
  BOOST_TEST(caller.nexus_client<shop>("endpoint").execute<shop::charge>("Ann") == 7);
  const auto poll =
      service.request<wire::PollNexusOperationExecutionRequest>("PollNexusOperationExecution", 2);
  BOOST_TEST(poll.run_id() == "run");
  BOOST_TEST(poll.operation_id().size() == 36);
}

BOOST_AUTO_TEST_CASE(an_operation_without_input_and_output_has_none) {
  starts("run");
  ends_with("");
  caller.nexus_client<shop>("endpoint").execute<shop::tidy>({.id = "t"});
  BOOST_TEST(
      service.request<wire::StartNexusOperationExecutionRequest>("StartNexusOperationExecution")
          .input()
          .metadata()
          .at("encoding")
      == "binary/null");
}

BOOST_AUTO_TEST_CASE(operations_are_called_by_name_as_well) {
  starts("run");
  ends_with("\"out\"");
  const auto handle =
      caller.nexus_client("endpoint", "Anything").start<std::string>("do", 5, {.id = "o"});
  BOOST_TEST(handle.result() == "out");
  const auto sent =
      service.request<wire::StartNexusOperationExecutionRequest>("StartNexusOperationExecution");
  BOOST_TEST(sent.service() == "Anything");
  BOOST_TEST(sent.input().data() == "5");
}

BOOST_AUTO_TEST_CASE(one_that_did_not_succeed_says_why) {
  wire::PollNexusOperationExecutionResponse response;
  response.set_run_id("run");
  response.mutable_failure()->set_message("no");
  response.mutable_failure()->mutable_nexus_handler_failure_info()->set_type("BAD_REQUEST");
  service.answer("PollNexusOperationExecution", response);
  BOOST_CHECK_EXCEPTION(
      (void)caller.get_operation<int>("o").result(), operation_failed_error, [](const auto& error) {
        const auto* const cause = dynamic_cast<const nexus::handler_error*>(error.cause().get());
        return error.operation_id() == "o" && error.run_id() == "run" && cause != nullptr
               && cause->type() == nexus::handler_error_type::bad_request;
      });
}

BOOST_AUTO_TEST_CASE(a_taken_id_is_its_own_error) {
  temporal::api::errordetails::v1::NexusOperationExecutionAlreadyStartedFailure detail;
  detail.set_run_id("running");
  google::rpc::Status details;
  details.add_details()->PackFrom(detail);
  service.fail(
      "StartNexusOperationExecution",
      {status_code::already_exists, "already running", details.SerializeAsString()});
  BOOST_CHECK_EXCEPTION(
      (void)caller.nexus_client<shop>("endpoint").start<shop::charge>("Ann", {.id = "o"}),
      operation_already_started_error,
      [](const auto& error) { return error.operation_id() == "o" && error.run_id() == "running"; });
}

BOOST_AUTO_TEST_CASE(handles_describe_and_end_them) {
  wire::DescribeNexusOperationExecutionResponse described;
  auto& info = *described.mutable_info();
  info.set_operation_id("o");
  info.set_endpoint("endpoint");
  info.set_status(enums::NEXUS_OPERATION_EXECUTION_STATUS_RUNNING);
  info.set_state(enums::PENDING_NEXUS_OPERATION_STATE_BACKING_OFF);
  info.set_attempt(3);
  info.mutable_last_attempt_failure()->set_message("no");
  (*info.mutable_nexus_header())["name"] = "value";
  info.mutable_cancellation_info()->set_reason("enough");
  info.mutable_cancellation_info()->set_state(enums::NEXUS_OPERATION_CANCELLATION_STATE_SCHEDULED);
  service.answer("DescribeNexusOperationExecution", described);
  service.answer(
      "RequestCancelNexusOperationExecution", wire::RequestCancelNexusOperationExecutionResponse{});
  service.answer(
      "TerminateNexusOperationExecution", wire::TerminateNexusOperationExecutionResponse{});
  service.answer("DeleteNexusOperationExecution", wire::DeleteNexusOperationExecutionResponse{});
  const auto handle = caller.get_operation("o", "run");
  const auto found = handle.describe();
  BOOST_TEST(found.id == "o");
  BOOST_TEST(found.endpoint == "endpoint");
  BOOST_CHECK(found.status == operation_status::running);
  BOOST_TEST(to_string(found.status) == "Running");
  BOOST_TEST(found.state == "BackingOff");
  BOOST_TEST(found.attempt == 3);
  BOOST_TEST(found.last_failure == "no");
  BOOST_TEST(found.headers.front().second == "value");
  BOOST_TEST(found.is_cancel_requested);
  BOOST_TEST(found.canceled_reason == "enough");
  BOOST_TEST(found.cancel_state == "Scheduled");
  handle.cancel("enough");
  handle.terminate("now");
  handle.remove();
  const auto cancel = service.request<wire::RequestCancelNexusOperationExecutionRequest>(
      "RequestCancelNexusOperationExecution");
  BOOST_TEST(cancel.operation_id() == "o");
  BOOST_TEST(cancel.run_id() == "run");
  BOOST_TEST(cancel.reason() == "enough");
  BOOST_TEST(cancel.request_id().size() == 36);
  BOOST_TEST(
      service
          .request<wire::TerminateNexusOperationExecutionRequest>(
              "TerminateNexusOperationExecution")
          .reason()
      == "now");
}

BOOST_AUTO_TEST_CASE(lists_go_on_page_after_page_and_counts_have_groups) {
  wire::ListNexusOperationExecutionsResponse page;
  page.add_operations()->set_operation_id("a");
  page.set_next_page_token("more");
  service.answer("ListNexusOperationExecutions", page);
  page.clear_next_page_token();
  page.mutable_operations(0)->set_operation_id("b");
  service.answer("ListNexusOperationExecutions", page);
  const auto all = caller.list_operations("Endpoint = 'e'", 1).collect();
  BOOST_REQUIRE(all.size() == 2);
  BOOST_TEST(all[1].id == "b");
  wire::CountNexusOperationExecutionsResponse counted;
  counted.set_count(2);
  counted.add_groups()->set_count(2);
  service.answer("CountNexusOperationExecutions", counted);
  service.answer("CountNexusOperationExecutions", counted);
  BOOST_TEST(caller.count_operations() == 2);
  BOOST_TEST(caller.count_operations_by_group("GROUP BY ExecutionStatus").groups.size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
