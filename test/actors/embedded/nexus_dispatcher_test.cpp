// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/pinned_actor.hpp"
#include "runtime/protocol/endpoint_breakers.hpp"
#include "test/actors/embedded/service_fixture.hpp"
#include "test/support/captured_log.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <array>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace enums = temporal::api::enums::v1;

struct fixture : service_fixture {
  fixture() { make_endpoint("endpoint"); }

  void make_endpoint(const std::string& name) {
    operators::CreateNexusEndpointRequest request;
    request.mutable_spec()->set_name(name);
    request.mutable_spec()->mutable_target()->mutable_worker()->set_namespace_("default");
    request.mutable_spec()->mutable_target()->mutable_worker()->set_task_queue("handlers");
    call("/temporal.api.operatorservice.v1.OperatorService/CreateNexusEndpoint", request);
  }

  /// A workflow that schedules one operation in its first task.
  void start_caller(
      const std::string& id,
      std::int64_t schedule_to_close_seconds = 0,
      const std::string& endpoint = "endpoint") {
    wire::StartWorkflowExecutionRequest start;
    start.set_namespace_("default");
    start.set_workflow_id(id);
    start.mutable_workflow_type()->set_name("Caller");
    start.mutable_task_queue()->set_name("callers");
    call("StartWorkflowExecution", start);
    wire::RespondWorkflowTaskCompletedRequest done;
    done.set_namespace_("default");
    done.set_task_token(poll_workflow().task_token());
    auto& command = *done.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
    auto& what = *command.mutable_schedule_nexus_operation_command_attributes();
    what.set_endpoint(endpoint);
    what.set_service("service");
    what.set_operation("operation");
    if (schedule_to_close_seconds != 0)
      what.mutable_schedule_to_close_timeout()->set_seconds(schedule_to_close_seconds);
    BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.message == "");
  }

  wire::PollWorkflowTaskQueueResponse poll_workflow() {
    wire::PollWorkflowTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("callers");
    return call("PollWorkflowTaskQueue", request)->as<wire::PollWorkflowTaskQueueResponse>();
  }

  sent poll_nexus(troupe::duration timeout = 70s) {
    wire::PollNexusTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("handlers");
    auto made = send("PollNexusTaskQueue", request, timeout);
    shard.run_until_idle();
    return made;
  }

  sent succeed(const std::string& token) {
    wire::RespondNexusTaskCompletedRequest request;
    request.set_namespace_("default");
    request.set_task_token(token);
    request.mutable_response()
        ->mutable_start_operation()
        ->mutable_sync_success()
        ->mutable_payload()
        ->set_data("1");
    return call("RespondNexusTaskCompleted", request);
  }

  sent fail(const std::string& token, const std::string& type = "INTERNAL") {
    wire::RespondNexusTaskFailedRequest request;
    request.set_namespace_("default");
    request.set_task_token(token);
    request.mutable_failure()->set_message("no");
    request.mutable_failure()->mutable_nexus_handler_failure_info()->set_type(type);
    return call("RespondNexusTaskFailed", request);
  }

  std::vector<troupe::protocol::endpoint_breaker> breakers() {
    operators::ListNexusEndpointsRequest request;
    return troupe::protocol::circuit_breakers(
        call("/temporal.api.operatorservice.v1.OperatorService/ListNexusEndpoints", request)
            ->as<operators::ListNexusEndpointsResponse>()
            .endpoints(0));
  }

  static std::string token_of(const sent& answer) {
    return answer->as<wire::PollNexusTaskQueueResponse>().task_token();
  }

  wire::DescribeWorkflowExecutionResponse describe(const std::string& id) {
    wire::DescribeWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.mutable_execution()->set_workflow_id(id);
    return call("DescribeWorkflowExecution", request)
        ->as<wire::DescribeWorkflowExecutionResponse>();
  }
};

BOOST_FIXTURE_TEST_SUITE(nexus_dispatcher, fixture)

BOOST_AUTO_TEST_CASE(gives_a_waiting_handler_the_request_with_the_time_that_is_left) {
  auto handler = poll_nexus();
  start_caller("w");
  BOOST_REQUIRE(handler->is_answered);
  const auto task = handler->as<wire::PollNexusTaskQueueResponse>();
  BOOST_TEST(task.request().start_operation().operation() == "operation");
  BOOST_TEST(task.request().endpoint() == "endpoint");
  const auto& left = task.request().header().at("request-timeout");
  BOOST_TEST(left == task.request().header().at("Request-Timeout"));
  BOOST_TEST(left.ends_with("ms"));
  BOOST_TEST(std::stoi(left) > 8000);
  BOOST_TEST(std::stoi(left) <= 10'000);
  BOOST_TEST(succeed(task.task_token())->status.message == "");
  BOOST_TEST(poll_workflow().history().events_size() > 0);
  BOOST_TEST(describe("w").pending_nexus_operations_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_handler_that_comes_late_still_finds_the_request) {
  start_caller("w");
  shard.advance(5s);
  auto handler = poll_nexus();
  BOOST_REQUIRE(handler->is_answered);
  BOOST_TEST(
      std::stoi(
          handler->as<wire::PollNexusTaskQueueResponse>().request().header().at("request-timeout"))
      <= 5000);
}

BOOST_AUTO_TEST_CASE(a_request_that_nobody_takes_is_tried_again_later) {
  start_caller("w");
  shard.advance(11s);
  const auto pending = describe("w").pending_nexus_operations(0);
  BOOST_TEST(pending.attempt() == 1);
  BOOST_TEST(
      pending.last_attempt_failure().nexus_handler_failure_info().type() == "UPSTREAM_TIMEOUT");
  auto handler = poll_nexus();
  shard.advance(3s);
  BOOST_TEST(handler->is_answered);
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_twice_or_late_is_refused) {
  auto handler = poll_nexus();
  start_caller("w");
  const auto token = token_of(handler);
  BOOST_TEST(succeed(token)->status.ok());
  const auto again = succeed(token);
  BOOST_TEST((again->status.code == status_code::not_found));
  BOOST_TEST(again->status.message == "Nexus task not found or already expired");
  start_caller("v");
  const auto late = token_of(poll_nexus());
  shard.advance(30s);
  BOOST_TEST(fail(late)->status.message == "Nexus task not found or already expired");
}

BOOST_AUTO_TEST_CASE(refuses_tokens_as_the_real_server_does) {
  BOOST_TEST(succeed("")->status.message == "Task token not set on request.");
  BOOST_TEST(succeed("garbage")->status.message == "Error deserializing task token.");
  BOOST_TEST(
      fail(std::string("\x7fn\x01", 3))->status.message == "Error deserializing task token.");
  wire::RespondNexusTaskCompletedRequest request;
  request.set_namespace_("temporal-system");
  auto handler = poll_nexus();
  start_caller("w");
  request.set_task_token(token_of(handler));
  BOOST_TEST(
      call("RespondNexusTaskCompleted", request)->status.message
      == "Operation requested with a token from a different namespace.");
  // What it stands for elsewhere is not found.
  wire::RespondWorkflowTaskCompletedRequest other;
  other.set_task_token(request.task_token());
  BOOST_TEST(
      call("RespondWorkflowTaskCompleted", other)->status.message == "Workflow task not found.");
}

BOOST_AUTO_TEST_CASE(a_vanished_handler_takes_no_request) {
  auto vanished = poll_nexus();
  vanished->cancel();
  shard.run_until_idle();
  start_caller("w");
  auto handler = poll_nexus();
  BOOST_TEST(handler->is_answered);
  BOOST_TEST((vanished->status.code == status_code::cancelled));
}

BOOST_AUTO_TEST_CASE(six_failures_in_a_row_hold_requests_back_for_a_minute) {
  for (int i = 0; i < 6; ++i)
    start_caller("w" + std::to_string(i));
  std::vector<std::string> counted;
  host->here().count_opened_breaker = [&](const auto& endpoint, const auto& operation) {
    counted.push_back(endpoint + ' ' + operation);
  };
  troupe::test::captured_log log;
  for (int i = 0; i < 6; ++i)
    BOOST_TEST(fail(token_of(poll_nexus()))->status.ok());
  const auto lines = log.lines_of("the circuit breaker of a Nexus endpoint opened");
  BOOST_REQUIRE(lines.size() == 1u);
  BOOST_TEST(lines[0].at("endpoint") == "endpoint");
  BOOST_TEST(lines[0].at("failed") == "service/operation x6");
  BOOST_TEST(lines[0].at("caller_namespace") == "default");
  BOOST_TEST(lines[0].at("last_workflow_id").starts_with("w"));
  BOOST_TEST((counted == std::vector<std::string>{"endpoint service/operation"}));
  shard.advance(5s); // the retries come and are held
  for (int i = 0; i < 6; ++i) {
    const auto pending = describe("w" + std::to_string(i)).pending_nexus_operations(0);
    BOOST_TEST(pending.state() == enums::PENDING_NEXUS_OPERATION_STATE_BLOCKED);
    BOOST_TEST(
        pending.blocked_reason() == "The circuit breaker is open. Failed: service/operation x6");
    BOOST_TEST(pending.attempt() == 1);
  }
  auto handler = poll_nexus(10min);
  BOOST_TEST(!handler->is_answered);
  shard.advance(56s);
  BOOST_REQUIRE(handler->is_answered); // the probe
  auto next = poll_nexus(10min);
  BOOST_TEST(!next->is_answered);
  shard.advance(5s);
  BOOST_TEST(fail(token_of(handler))->status.ok());
  const auto again =
      log.lines_of("the circuit breaker of a Nexus endpoint stays open: its probe failed");
  BOOST_REQUIRE(again.size() == 1u);
  BOOST_TEST(again[0].at("failed") == "service/operation x1");
  BOOST_TEST(again[0].at("open_for_seconds") == "60");
  BOOST_TEST(log.lines_of("the circuit breaker of a Nexus endpoint opened").size() == 1u);
  BOOST_REQUIRE(breakers().size() == 1u);
  BOOST_TEST(breakers()[0].opened_by == "service/operation x6"); // not the probe
  BOOST_TEST(!next->is_answered);
  shard.advance(56s);
  BOOST_TEST(next->is_answered); // the poll's time was over
  handler = poll_nexus(10min);
  BOOST_TEST(!handler->is_answered);
  shard.advance(5s);
  BOOST_REQUIRE(handler->is_answered); // the next probe
  next = poll_nexus(10min);
  BOOST_TEST(!next->is_answered);
  BOOST_TEST(succeed(token_of(handler))->status.ok());
  shard.advance(1s);
  BOOST_TEST(next->is_answered);
}

BOOST_AUTO_TEST_CASE(an_endpoint_tells_what_its_circuit_breakers_are_doing) {
  using troupe::protocol::endpoint_breaker;
  std::vector<std::size_t> open;
  host->here().show_open_breakers = [&](const auto& endpoint, std::size_t count) {
    BOOST_TEST(endpoint == "endpoint");
    open.push_back(count);
  };
  for (int i = 0; i < 6; ++i)
    start_caller("w" + std::to_string(i));
  BOOST_TEST(breakers().empty());
  for (int i = 0; i < 5; ++i)
    fail(token_of(poll_nexus()));
  endpoint_breaker expected{.caller_namespace = "default", .failures = 5};
  BOOST_TEST((breakers() == std::vector{expected}));

  const auto opened_at = shard.now();
  fail(token_of(poll_nexus()));
  expected.failures = 0;
  expected.state = endpoint_breaker::states::open;
  expected.opened_by = "service/operation x6";
  expected.open_until = opened_at + 60s;
  BOOST_TEST((breakers() == std::vector{expected}));
  BOOST_TEST(open.back() == 1u);

  shard.advance(5s);
  auto handler = poll_nexus(10min);
  shard.advance(56s);
  BOOST_REQUIRE(breakers().size() == 1u);
  BOOST_TEST((breakers()[0].state == endpoint_breaker::states::half_open));
  BOOST_TEST(breakers()[0].opened_by == "service/operation x6");
  BOOST_TEST(open.back() == 1u);
  BOOST_REQUIRE(handler->is_answered);
  BOOST_TEST(succeed(token_of(handler))->status.message == "");
  BOOST_TEST(breakers().empty());
  BOOST_TEST(open.back() == 0u);

  // One failure is told of until nobody has called for a while.
  fail(token_of(poll_nexus()));
  BOOST_TEST(breakers().size() == 1u);
  for (int i = 0; i < 6; ++i) {
    wire::TerminateWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.mutable_workflow_execution()->set_workflow_id("w" + std::to_string(i));
    call("TerminateWorkflowExecution", request);
  }
  shard.advance(11min);
  BOOST_TEST(host->here().dispatchers() == 0u);
  BOOST_TEST(breakers().empty());
}

BOOST_AUTO_TEST_CASE(a_dispatcher_that_ends_by_an_error_takes_its_breakers_with_it) {
  std::vector<std::size_t> open;
  auto& here = host->here();
  here.show_open_breakers = [&](const auto&, std::size_t count) { open.push_back(count); };
  for (int i = 0; i < 6; ++i)
    start_caller("w" + std::to_string(i));
  for (int i = 0; i < 6; ++i)
    fail(token_of(poll_nexus()));
  BOOST_TEST(breakers().size() == 1u);
  BOOST_TEST(open.back() == 1u);
  const auto* caller = here.namespaces.find("default");
  BOOST_REQUIRE(caller != nullptr);
  caf::anon_send_exit(here.dispatcher(caller->id, "endpoint"), caf::exit_reason::kill);
  shard.run_until_idle();
  BOOST_TEST(breakers().empty());
  BOOST_TEST(open.back() == 0u);
  here.show_open_breakers = nullptr;
}

BOOST_AUTO_TEST_CASE(endpoints_that_nobody_calls_any_more_leave_nothing) {
  for (int i = 0; i < 50; ++i) {
    const auto name = "endpoint-" + std::to_string(i);
    make_endpoint(name);
    start_caller("w" + std::to_string(i), 3, name);
  }
  BOOST_TEST(host->here().dispatchers() == 50U);
  shard.advance(11min); // the operations time out, and a while goes by
  BOOST_TEST(host->here().dispatchers() == 0U);
  start_caller("again", 0, "endpoint-7");
  BOOST_TEST(succeed(token_of(poll_nexus()))->status.message == "");
  BOOST_TEST(describe("again").pending_nexus_operations_size() == 0);
}

BOOST_AUTO_TEST_CASE(destinations_of_callbacks_that_are_used_no_more_leave_nothing) {
  const auto source = std::make_shared<execution_key>(
      execution_key{host->here().namespaces.find("default")->id, "w"});
  for (int i = 0; i < 50; ++i) {
    callback_delivery what;
    what.url = "http://host-" + std::to_string(i);
    const auto whom = host->here().deliverer(what.url);
    troupe::actors::tell(whom, deliver_callback{source, std::move(what)});
  }
  shard.run_until_idle();
  BOOST_TEST(host->here().deliverers() == 50U);
  shard.advance(11min);
  BOOST_TEST(host->here().deliverers() == 0U);
}

BOOST_AUTO_TEST_CASE(operations_are_handed_out_no_faster_than_the_limit_of_their_queue) {
  wire::UpdateTaskQueueConfigRequest limit;
  limit.set_namespace_("default");
  limit.set_task_queue("handlers");
  limit.set_task_queue_type(enums::TASK_QUEUE_TYPE_NEXUS);
  limit.mutable_update_queue_rate_limit()->mutable_rate_limit()->set_requests_per_second(1);
  BOOST_TEST(call("UpdateTaskQueueConfig", limit)->status.message == "");
  for (const char* id : {"one", "two", "three"})
    start_caller(id);
  const std::array polls{poll_nexus(), poll_nexus(), poll_nexus()};
  const auto answered = [&] {
    return std::count_if(
        polls.begin(), polls.end(), [](const sent& each) { return each->is_answered; });
  };
  BOOST_TEST(answered() == 2);
  shard.advance(999ms);
  BOOST_TEST(answered() == 2);
  shard.advance(1ms);
  BOOST_TEST(answered() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
