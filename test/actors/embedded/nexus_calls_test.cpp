// SPDX-License-Identifier: Apache-2.0
// Nexus requests and completions that come over HTTP, as the service gets them.
#include "runtime/rpc/methods.hpp"
#include "test/actors/embedded/nexus_fixture.hpp"

#include <troupe/embedded/v1/nexus.pb.h>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;
namespace ours = troupe::embedded::v1;
namespace names = troupe::rpc::methods::nexus_service;

struct fixture : nexus_fixture {
  fixture() : id(make_endpoint("endpoint", "handlers")) {}

  static ours::DispatchByEndpointRequest request_to(const std::string& endpoint_id) {
    ours::DispatchByEndpointRequest request;
    request.set_endpoint_id(endpoint_id);
    (*request.mutable_request()->mutable_header())["operation-timeout"] = "30s";
    request.mutable_request()->mutable_start_operation()->set_service("service");
    request.mutable_request()->mutable_start_operation()->set_operation("operation");
    return request;
  }
  sent ask(const google::protobuf::Message& request, troupe::duration timeout = 10s) {
    auto made = send(std::string{names::dispatch_by_endpoint}, request, timeout);
    shard.run_until_idle();
    return made;
  }
  sent ask_queue(const std::string& name_space, const std::string& queue) {
    ours::DispatchByNamespaceAndTaskQueueRequest request;
    request.set_namespace_(name_space);
    request.set_task_queue(queue);
    request.mutable_request()->mutable_start_operation()->set_service("service");
    auto made = send(std::string{names::dispatch_by_task_queue}, request, 10s);
    shard.run_until_idle();
    return made;
  }
  static std::string refusal(const sent& answered) {
    const auto refused = answered->as<ours::DispatchNexusTaskResponse>().refusal();
    return refused.nexus_handler_failure_info().type() + ' '
           + std::to_string(refused.nexus_handler_failure_info().retry_behavior()) + ' '
           + refused.message();
  }
  sent complete(
      const std::string& token,
      const std::string& state = "succeeded",
      const std::string& name_space = "default") {
    ours::CompleteNexusOperationRequest request;
    request.set_namespace_(name_space);
    request.set_callback_token(token);
    request.set_state(state);
    request.set_operation_token("token");
    if (state == "succeeded")
      request.mutable_result()->set_data("1");
    else
      request.mutable_failure()->set_message("no");
    return call(std::string{names::complete_operation}, request);
  }

  std::string id;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(nexus_calls, fixture)

BOOST_AUTO_TEST_CASE(a_request_waits_for_a_worker_and_gets_what_it_says) {
  auto asked = ask(request_to(id));
  BOOST_TEST(!asked->is_answered);
  shard.advance(1s);
  const auto task = poll_nexus()->as<wire::PollNexusTaskQueueResponse>();
  BOOST_TEST(task.request().endpoint() == "endpoint");
  BOOST_TEST(task.request().start_operation().operation() == "operation");
  BOOST_TEST(task.request().header().at("request-timeout") == "8000ms"); // a second is kept back
  BOOST_TEST(task.request().header().at("operation-timeout") == "29000ms");
  succeed(task.task_token());
  BOOST_REQUIRE(asked->is_answered);
  BOOST_TEST(
      asked->as<ours::DispatchNexusTaskResponse>()
          .response()
          .start_operation()
          .sync_success()
          .payload()
          .data()
      == "1");
  BOOST_TEST((succeed(task.task_token())->status.code == status_code::not_found));
}

BOOST_AUTO_TEST_CASE(a_refusal_comes_back_in_the_form_it_had) {
  auto asked = ask(request_to(id));
  fail(token_of(poll_nexus()), "CONFLICT");
  BOOST_TEST(
      asked->as<ours::DispatchNexusTaskResponse>().failure().nexus_handler_failure_info().type()
      == "CONFLICT");
  asked = ask(request_to(id));
  wire::RespondNexusTaskFailedRequest old;
  old.set_namespace_("default");
  old.set_task_token(token_of(poll_nexus()));
  old.mutable_error()->set_error_type("NOT_FOUND");
  call("RespondNexusTaskFailed", old);
  BOOST_TEST(
      asked->as<ours::DispatchNexusTaskResponse>().handler_error().error_type() == "NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(without_a_worker_it_ends_before_its_client_gives_up) {
  auto asked = ask_queue("default", "nobody");
  shard.advance(8s);
  BOOST_TEST(!asked->is_answered);
  shard.advance(1s);
  BOOST_REQUIRE(asked->is_answered);
  BOOST_TEST(asked->as<ours::DispatchNexusTaskResponse>().has_timeout());
}

BOOST_AUTO_TEST_CASE(a_worker_that_is_silent_ends_it_too) {
  auto asked = ask(request_to(id));
  poll_nexus();
  shard.advance(9s);
  BOOST_REQUIRE(asked->is_answered);
  BOOST_TEST(asked->as<ours::DispatchNexusTaskResponse>().has_timeout());
}

BOOST_AUTO_TEST_CASE(a_client_that_left_is_no_task) {
  auto asked = ask(request_to(id));
  asked->cancel();
  shard.run_until_idle();
  BOOST_TEST((asked->status.code == status_code::cancelled));
  auto poll = poll_nexus();
  BOOST_TEST(!poll->is_answered);
  auto next = ask(request_to(id));
  BOOST_TEST(poll->is_answered);
}

BOOST_AUTO_TEST_CASE(who_cannot_be_reached_is_told) {
  BOOST_TEST(refusal(ask(request_to("nope"))) == "NOT_FOUND 2 nexus endpoint not found");
  const auto outside = make_endpoint_outside("outside", "http://127.0.0.1:1");
  BOOST_TEST(refusal(ask(request_to(outside))) == "BAD_REQUEST 0 invalid endpoint target");
  BOOST_TEST(ask_queue("nope", "q")->status.message == "namespace not found: \"nope\"");
  BOOST_TEST(ask_queue("default", "")->status.message == "missing task queue name");
  BOOST_TEST(
      ask_queue("default", std::string(1001, 'q'))->status.message
      == "taskQueue length exceeds limit");
  auto large = request_to(id);
  large.mutable_request()->mutable_start_operation()->mutable_payload()->set_data(
      std::string(3 << 20, 'x'));
  BOOST_TEST(ask(large)->status.message == "input exceeds size limit");
}

BOOST_AUTO_TEST_CASE(a_completion_ends_the_operation_once) {
  start_caller("w");
  const auto task = poll_nexus()->as<wire::PollNexusTaskQueueResponse>();
  const auto token =
      task.request().start_operation().callback_header().at("temporal-callback-token");
  start_async(task.task_token(), "token");
  BOOST_TEST(complete("nonsense")->status.message == "invalid callback token");
  BOOST_TEST(complete(token, "succeeded", "other")->status.message == "invalid callback token");
  BOOST_TEST(complete(token)->status.message == "");
  BOOST_TEST((complete(token)->status.code == status_code::not_found));
  BOOST_TEST(last_event("w").has_nexus_operation_completed_event_attributes());
}

BOOST_AUTO_TEST_CASE(what_was_cancelled_is_not_completed_any_more) {
  start_caller("w");
  const auto task = poll_nexus()->as<wire::PollNexusTaskQueueResponse>();
  const auto token =
      task.request().start_operation().callback_header().at("temporal-callback-token");
  start_async(task.task_token(), "token");
  BOOST_TEST(complete(token, "canceled")->status.message == "");
  BOOST_TEST((complete(token)->status.code == status_code::not_found));
  BOOST_TEST((complete(token, "canceled")->status.code == status_code::not_found));
  BOOST_TEST(last_event("w").has_nexus_operation_canceled_event_attributes());
}

BOOST_AUTO_TEST_CASE(a_caller_that_has_ended_is_told_nothing) {
  start_caller("w");
  const auto task = poll_nexus()->as<wire::PollNexusTaskQueueResponse>();
  const auto token =
      task.request().start_operation().callback_header().at("temporal-callback-token");
  start_async(task.task_token(), "token");
  wire::TerminateWorkflowExecutionRequest end;
  end.set_namespace_("default");
  end.mutable_workflow_execution()->set_workflow_id("w");
  call("TerminateWorkflowExecution", end);
  BOOST_TEST((complete(token)->status.code == status_code::not_found));
}

BOOST_AUTO_TEST_CASE(an_operation_that_runs_outlives_its_endpoint) {
  start_caller("w");
  const auto task = poll_nexus()->as<wire::PollNexusTaskQueueResponse>();
  start_async(task.task_token(), "token");
  BOOST_TEST(remove_endpoint(id, 1)->status.message == "");
  BOOST_TEST(refusal(ask(request_to(id))) == "NOT_FOUND 2 nexus endpoint not found");
  BOOST_TEST(
      complete(task.request().start_operation().callback_header().at("temporal-callback-token"))
          ->status.message
      == "");
  BOOST_TEST(last_event("w").has_nexus_operation_completed_event_attributes());
}

BOOST_AUTO_TEST_CASE(a_request_that_waits_is_served_where_its_endpoint_led_when_it_came) {
  auto asked = ask(request_to(id));
  temporal::api::nexus::v1::EndpointTarget target;
  target.mutable_worker()->set_namespace_("default");
  target.mutable_worker()->set_task_queue("others");
  BOOST_TEST(update(id, target, 1)->status.message == "");
  succeed(token_of(poll_nexus()));
  BOOST_TEST(asked->is_answered);
  asked = ask(request_to(id));
  auto poll = poll_nexus();
  BOOST_TEST(!poll->is_answered);
}

BOOST_AUTO_TEST_CASE(a_completion_may_come_before_the_answer_to_the_start) {
  start_caller("w");
  const auto task = poll_nexus()->as<wire::PollNexusTaskQueueResponse>();
  BOOST_TEST(
      complete(
          task.request().start_operation().callback_header().at("temporal-callback-token"),
          "failed",
          "")
          ->status.message
      == "");
  BOOST_TEST(last_event("w").has_nexus_operation_failed_event_attributes());
}

BOOST_AUTO_TEST_SUITE_END()
