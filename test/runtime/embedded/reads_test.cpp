// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using history_request = wire::GetWorkflowExecutionHistoryRequest;
using history_response = wire::GetWorkflowExecutionHistoryResponse;

history_request ask() {
  history_request request;
  request.mutable_execution()->set_workflow_id("w");
  return request;
}

history_response message(const embedded::read_result& result) {
  if (!result.answer.status.ok())
    service_fixture::fail(result.answer.status.message);
  return static_cast<history_response&>(*result.answer.message);
}

} // namespace

BOOST_AUTO_TEST_SUITE(reads)

BOOST_AUTO_TEST_CASE(pages_follow_each_other_to_the_end) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({complete_workflow()});
  auto request = ask();
  request.set_maximum_page_size(2);
  std::int64_t next = 1;
  for (int page = 0; page < 3; ++page) {
    const auto response = message(embedded::read_history(service.rec(), request, ""));
    for (const auto& event : response.history().events())
      BOOST_TEST(event.event_id() == next++);
    request.set_next_page_token(response.next_page_token());
    BOOST_TEST(request.next_page_token().empty() == (page == 2));
  }
  BOOST_TEST(next == 6);
}

BOOST_AUTO_TEST_CASE(build_ids_are_json_whatever_they_hold) {
  service_fixture service;
  service.start();
  service.poll();
  wire::RespondWorkflowTaskCompletedRequest request;
  request.set_task_token(service.task_token);
  request.mutable_worker_version_stamp()->set_build_id("a\"b\\c\n");
  service.respond(request);
  wire::DescribeWorkflowExecutionRequest ask_for;
  ask_for.mutable_execution()->set_workflow_id("w");
  const auto described = embedded::describe(service.rec(), ask_for);
  const auto& response = static_cast<wire::DescribeWorkflowExecutionResponse&>(*described.message);
  const auto& fields = response.workflow_execution_info().search_attributes().indexed_fields();
  BOOST_REQUIRE(fields.contains("BuildIds"));
  BOOST_TEST(fields.at("BuildIds").data() == R"(["unversioned","unversioned:a\"b\\c\n"])");
}

BOOST_AUTO_TEST_CASE(no_page_is_larger_than_a_client_takes_in_either_direction) {
  service_fixture service;
  service.start();
  wire::SignalWorkflowExecutionRequest large;
  large.mutable_workflow_execution()->set_workflow_id("w");
  large.set_signal_name("s");
  large.mutable_input()->add_payloads()->set_data(std::string(1'900'000, 'x'));
  for (int i = 0; i < 6; ++i)
    service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{large});
  constexpr std::size_t most = 4 << 20;
  auto forward = ask();
  forward.set_maximum_page_size(1'000'000'000);
  int events = 0;
  do {
    const auto page = message(embedded::read_history(service.rec(), forward, ""));
    BOOST_TEST(page.ByteSizeLong() < most);
    events += page.history().events_size();
    forward.set_next_page_token(page.next_page_token());
  } while (!forward.next_page_token().empty());
  BOOST_TEST(events == 8);
  wire::GetWorkflowExecutionHistoryReverseRequest back;
  back.mutable_execution()->set_workflow_id("w");
  back.set_maximum_page_size(1'000'000'000);
  int next = 8;
  do {
    const auto answer = embedded::read_history_reverse(service.rec(), back);
    const auto& page =
        dynamic_cast<const wire::GetWorkflowExecutionHistoryReverseResponse&>(*answer.message);
    BOOST_TEST(page.ByteSizeLong() < most);
    for (const auto& event : page.history().events())
      BOOST_TEST(event.event_id() == next--);
    back.set_next_page_token(page.next_page_token());
  } while (!back.next_page_token().empty());
  BOOST_TEST(next == 0);
}

BOOST_AUTO_TEST_CASE(a_reader_that_waits_is_told_to_come_back) {
  service_fixture service;
  service.start();
  auto request = ask();
  request.set_wait_new_event(true);
  const auto first = embedded::read_history(service.rec(), request, "");
  BOOST_TEST(!first.wait);
  BOOST_TEST(message(first).history().events_size() == 2);
  request.set_next_page_token(message(first).next_page_token());
  const auto second = embedded::read_history(service.rec(), request, "");
  BOOST_TEST(second.wait);
  BOOST_TEST(message(second).history().events_size() == 0);
  BOOST_TEST(!message(second).next_page_token().empty());
  service.poll();
  const auto third = embedded::read_history(service.rec(), request, "");
  BOOST_TEST(!third.wait);
  BOOST_TEST(message(third).history().events(0).event_id() == 3);
}

BOOST_AUTO_TEST_CASE(the_close_event_alone_can_be_waited_for) {
  service_fixture service;
  service.start();
  auto request = ask();
  request.set_history_event_filter_type(enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  request.set_wait_new_event(true);
  const auto open = embedded::read_history(service.rec(), request, "");
  BOOST_TEST(open.wait);
  BOOST_TEST(!message(open).next_page_token().empty());
  service.poll();
  service.complete({complete_workflow()});
  const auto closed = message(embedded::read_history(service.rec(), request, ""));
  BOOST_TEST(closed.history().events_size() == 1);
  BOOST_TEST(closed.next_page_token().empty());
}

BOOST_AUTO_TEST_CASE(bad_reads_are_refused_in_the_servers_words) {
  service_fixture service;
  service.start();
  auto request = ask();
  request.set_next_page_token("garbage");
  BOOST_TEST(
      embedded::read_history(service.rec(), request, "").answer.status.message
      == "Invalid NextPageToken.");
  request = ask();
  request.mutable_execution()->set_run_id("nope");
  BOOST_TEST(
      embedded::read_history(service.rec(), request, "").answer.status.message == "Invalid RunId.");
  request.mutable_execution()->set_run_id("00000000-0000-0000-0000-000000000001");
  const auto unknown = embedded::read_history(service.rec(), request, "").answer.status;
  BOOST_TEST(to_string(unknown.code) == "NOT_FOUND");
  BOOST_TEST(
      unknown.message
      == "workflow execution not found for workflow ID \"w\" and run ID "
         "\"00000000-0000-0000-0000-000000000001\"");
  BOOST_TEST(!unknown.details.empty());
}

BOOST_AUTO_TEST_CASE(describe_shows_what_is_pending) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({schedule_operation()});
  wire::DescribeWorkflowExecutionRequest request;
  request.mutable_execution()->set_workflow_id("w");
  const auto answer = embedded::describe(service.rec(), request);
  BOOST_REQUIRE(answer.status.ok());
  const auto& response = static_cast<wire::DescribeWorkflowExecutionResponse&>(*answer.message);
  BOOST_TEST(response.workflow_execution_info().history_length() == 5);
  BOOST_REQUIRE(response.pending_nexus_operations_size() == 1);
  BOOST_TEST(
      response.pending_nexus_operations(0).state()
      == enums::PENDING_NEXUS_OPERATION_STATE_SCHEDULED);
  BOOST_TEST(!response.has_pending_workflow_task());
}

BOOST_AUTO_TEST_CASE(tokens_of_others_and_garbage_are_not_read) {
  const embedded::token_key key{1, 2};
  for (const std::string text :
       {"", "garbage", "W", "{\"v\":1}", "{\"v\":1,\"d\":\"%%\"}", "{\"v\":2,\"d\":\"\"}", "{"}) {
    BOOST_TEST(!embedded::decode_workflow_token(text, key).has_value());
    BOOST_TEST(!embedded::decode_callback_token(text, key).has_value());
  }
  const embedded::workflow_token token{"n", "w", "r", 2, 3, 1, 7};
  const auto bytes = embedded::encode(token, key);
  BOOST_TEST((embedded::decode_workflow_token(bytes, key) == token));
  BOOST_TEST(!embedded::decode_workflow_token(bytes.substr(0, bytes.size() - 1), key).has_value());
}

BOOST_AUTO_TEST_CASE(a_query_is_looked_at_before_its_run) {
  service_fixture service;
  constexpr std::size_t limit = 1000;
  wire::QueryWorkflowRequest request;
  const auto told = [&] {
    return embedded::plan_query(service.rec(), request, limit).refused.status.message;
  };
  BOOST_TEST(told() == "Execution is not set on request.");
  request.mutable_execution()->set_workflow_id("w");
  BOOST_TEST(told() == "WorkflowQuery is not set on request.");
  auto& arguments = *request.mutable_query()->mutable_query_args();
  arguments.add_payloads()->set_data(std::string(limit, 'x'));
  BOOST_TEST(told() == "QueryType is not set on request.");
  request.mutable_query()->set_query_type("q");
  BOOST_TEST(told() == "Blob data size exceeds limit.");
  arguments.mutable_payloads(0)->mutable_data()->resize(limit - 10);
  BOOST_TEST(told().starts_with("workflow not found for ID: w"));
  service.start();
  BOOST_TEST(told() == "");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
