// SPDX-License-Identifier: Apache-2.0
// What a request to a handler carries.
#include "test/runtime/embedded/nexus/nexus_fixture.hpp"

#include <array>
#include <optional>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

} // namespace

BOOST_AUTO_TEST_SUITE(nexus_requests)

BOOST_AUTO_TEST_CASE(the_request_carries_what_handlers_need) {
  calling service;
  const auto& dispatch = service.nexus_requests.front();
  BOOST_TEST((dispatch.dispatch_timeout == 9s));
  BOOST_TEST(dispatch.target.target_task_queue == "handler-tq");
  const auto request = parse(dispatch);
  const auto& start = request.start_operation();
  BOOST_TEST(start.callback() == "temporal://system");
  BOOST_TEST(start.links(0).type() == "temporal.api.common.v1.Link.WorkflowEvent");
  const auto token = embedded::decode_callback_token(
      start.callback_header().at("temporal-callback-token"), service.settings.token_key);
  BOOST_REQUIRE(token.has_value());
  BOOST_TEST(token->scheduled_event_id == 5);
  BOOST_TEST(token->request_id == start.request_id());
  BOOST_TEST(request.capabilities().temporal_failure_responses());
}

BOOST_AUTO_TEST_CASE(the_request_carries_the_operations_header_and_the_services) {
  service_fixture service;
  service.start();
  service.poll();
  auto command = schedule_operation();
  auto& attributes = *command.mutable_schedule_nexus_operation_command_attributes();
  attributes.mutable_schedule_to_close_timeout()->set_seconds(5);
  (*attributes.mutable_nexus_header())["Mine"] = "kept";
  service.complete({command});
  const auto request = parse(service.nexus_requests.front());
  const auto& header = request.header();
  BOOST_TEST(header.size() == 5U);
  BOOST_TEST(header.at("mine") == "kept");
  BOOST_TEST(header.at("user-agent") == "temporalio/server");
  BOOST_TEST(header.at("nexus-request-id") == request.start_operation().request_id());
  BOOST_TEST(header.at("operation-timeout") == "5000ms");
  BOOST_TEST(
      header.at("nexus-link")
      == "<" + request.start_operation().links(0).url()
             + ">; type=\"temporal.api.common.v1.Link.WorkflowEvent\"");
  // Once each: readers that do not build a map see no name twice.
  std::string once;
  BOOST_REQUIRE(request.SerializeToString(&once));
  BOOST_TEST(once.size() == service.nexus_requests.front().request->size());
}

BOOST_AUTO_TEST_CASE(callers_may_set_those_headers_that_a_temporal_server_lets_them_set) {
  service_fixture service;
  service.start();
  service.poll();
  auto command = schedule_operation();
  auto& given =
      *command.mutable_schedule_nexus_operation_command_attributes()->mutable_nexus_header();
  for (const auto* name :
       {"Accept-Encoding",
        "Content-Length",
        "Content-Type",
        "Host",
        "Temporal-Nexus-Failure-Support",
        "Trailer",
        "Transfer-Encoding",
        "X-Forwarded-For",
        "Xdc-Redirection-Source-Cell",
        "Nexus-Link"})
    given[name] = "taken out";
  given["Connection"] = "close";
  given["User-Agent"] = "mine";
  given["Nexus-Request-Id"] = "my id";
  given["Nexus-Callback-X"] = "y";
  given["Nexus-Callback-Source"] = "forged";
  given["Nexus-Callback-Temporal-Callback-Token"] = "forged";
  given["Operation-Timeout"] = "1m30s";
  service.complete({command});
  const auto request = parse(service.nexus_requests.front());
  const auto& header = request.header();
  BOOST_TEST(header.size() == 5U);
  BOOST_TEST(header.at("connection") == "close");
  BOOST_TEST(header.at("user-agent") == "mine");
  BOOST_TEST(header.at("nexus-request-id") == "my id");
  BOOST_TEST(header.at("operation-timeout") == "90000ms");
  BOOST_TEST(header.at("nexus-link").starts_with("<temporal:///"));
  const auto& start = request.start_operation();
  BOOST_TEST(start.request_id() == "my id");
  BOOST_TEST(start.callback_header().size() == 3U);
  BOOST_TEST(start.callback_header().at("x") == "y");
  BOOST_TEST(start.callback_header().at("source") != "forged");
  BOOST_TEST(start.callback_header().at("temporal-callback-token") != "forged");
  std::string once;
  BOOST_REQUIRE(request.SerializeToString(&once));
  BOOST_TEST(once.size() == service.nexus_requests.front().request->size());
}

BOOST_AUTO_TEST_CASE(a_time_that_nobody_can_read_reaches_the_handler_as_it_is) {
  service_fixture service;
  service.start();
  service.poll();
  auto command = schedule_operation();
  auto& attributes = *command.mutable_schedule_nexus_operation_command_attributes();
  (*attributes.mutable_nexus_header())["operation-timeout"] = "junk";
  service.complete({command});
  BOOST_TEST(parse(service.nexus_requests.front()).header().at("operation-timeout") == "junk");
}

BOOST_AUTO_TEST_CASE(an_operation_without_input_has_an_input_of_nothing) {
  service_fixture service;
  service.start();
  service.poll();
  auto command = schedule_operation();
  command.mutable_schedule_nexus_operation_command_attributes()->clear_input();
  service.complete({command});
  const auto request = parse(service.nexus_requests.front());
  const auto& input = request.start_operation().payload();
  BOOST_TEST(input.metadata().size() == 1U);
  BOOST_TEST(input.metadata().at("encoding") == "binary/null");
  BOOST_TEST(input.data() == "");
}

BOOST_AUTO_TEST_CASE(no_operation_outlives_the_run_of_its_caller) {
  // Schedule to close, schedule to start, start to close; as the real server has them. None of a
  // kind is not the same as one of zero.
  using limits = std::array<std::optional<int>, 3>;
  constexpr auto none = std::nullopt;
  const struct {
    int run;
    int execution;
    limits asked;
    limits kept;
  } rows[] = {
      {0, 0, {none, none, none}, {none, none, none}},
      {60, 0, {none, none, none}, {60, none, none}},
      {60, 0, {0, none, none}, {60, none, none}},
      {60, 0, {0, 0, 0}, {60, 0, 0}},
      {60, 0, {none, 90, 100}, {60, 60, 60}},
      {60, 0, {30, 90, 100}, {30, 30, 30}},
      {60, 0, {90, 90, 100}, {60, 60, 60}},
      {60, 0, {60, 60, 60}, {60, 60, 60}},
      {60, 0, {none, 20, 10}, {60, 20, 10}},
      {60, 0, {90, none, 80}, {60, none, 60}},
      {0, 0, {30, 90, 100}, {30, 30, 30}},
      {0, 0, {none, 90, 100}, {none, 90, 100}},
      {0, 0, {0, 90, 100}, {0, 90, 100}},
      {0, 50, {none, 90, 100}, {50, 50, 50}},
      {0, 50, {90, 95, 100}, {50, 50, 50}},
      {70, 50, {none, 90, 100}, {50, 50, 50}},
  };
  for (const auto& row : rows) {
    service_fixture service;
    auto request = service.start_request();
    request.mutable_workflow_run_timeout()->set_seconds(row.run);
    request.mutable_workflow_execution_timeout()->set_seconds(row.execution);
    service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
    service.poll();
    auto command = schedule_operation();
    auto& asked = *command.mutable_schedule_nexus_operation_command_attributes();
    asked.clear_schedule_to_close_timeout();
    if (row.asked[0])
      asked.mutable_schedule_to_close_timeout()->set_seconds(*row.asked[0]);
    if (row.asked[1])
      asked.mutable_schedule_to_start_timeout()->set_seconds(*row.asked[1]);
    if (row.asked[2])
      asked.mutable_start_to_close_timeout()->set_seconds(*row.asked[2]);
    BOOST_REQUIRE(service.complete({command}).answer.status.ok());
    const auto& kept =
        service.current().history.back()->nexus_operation_scheduled_event_attributes();
    const auto seconds = [](bool is_there, const auto& timeout) {
      return is_there ? std::optional{static_cast<int>(timeout.seconds())} : std::nullopt;
    };
    BOOST_TEST_CONTEXT("row " << &row - rows)
    BOOST_TEST(
        (limits{
             seconds(kept.has_schedule_to_close_timeout(), kept.schedule_to_close_timeout()),
             seconds(kept.has_schedule_to_start_timeout(), kept.schedule_to_start_timeout()),
             seconds(kept.has_start_to_close_timeout(), kept.start_to_close_timeout())}
         == row.kept));
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
