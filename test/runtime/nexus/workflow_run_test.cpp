// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/workflow_run.hpp"
#include "test/runtime/nexus/support.hpp"

#include <troupe/nexus/operation_token.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::chrono_literals;
using namespace troupe;
using namespace nexus_test;
using step = nexus::operation_call::step;

namespace {

struct greeter {
  static constexpr std::string_view name = "Greeter";
  async<std::string> run(workflow::context, std::string who, int times);
};

struct greeting_service : nexus::service<"greeting"> {
  static constexpr operation<std::string, std::string> greet{"greet"};
  static constexpr operation<std::string, std::string> greet_later{"greet-later"};
  static constexpr operation<std::string, std::string> nameless{"nameless"};
  static constexpr operation<std::string, std::string> garbled{"garbled"};
  static constexpr auto operations = std::tuple{greet, greet_later, nameless, garbled};
};

const std::string caller_link =
    "temporal:///namespaces/caller-ns/workflows/c%201/r/history"
    "?eventID=6&eventType=NexusOperationScheduled&referenceType=EventReference";

struct greeting : fixture {
  greeting() {
    services->add(nexus::handler_for<greeting_service>(
        nexus::workflow_run<greeting_service::greet>([](nexus::start_context, std::string in) {
          return nexus::start_workflow<greeter>(
              {.id = "greet " + in,
               .id_conflict_policy = workflow_id_conflict_policy::use_existing,
               .run_timeout = 90s,
               .retry_policy = workflow::retry_policy{.maximum_attempts = 4},
               .memo = {{"colour", encode_value(std::string{"red"})}},
               .static_summary = "a greeting"},
              in,
              3);
        }),
        nexus::workflow_run<greeting_service::greet_later>(
            [](nexus::start_context context,
               std::string) -> nexus::async<nexus::workflow_start<std::string>> {
              co_await context.sleep(1s);
              co_return nexus::start_workflow_named<std::string>(
                  "OtherGreeter", {.id = "later", .task_queue = "other-tq"});
            }),
        nexus::workflow_run<greeting_service::nameless>([](nexus::start_context, std::string in) {
          return nexus::start_workflow<greeter>({.id = ""}, in, 1);
        }),
        nexus::workflow_run<greeting_service::garbled>([](nexus::start_context, std::string in) {
          return nexus::start_workflow<greeter>({.id = "caf\xc3"}, in, 1);
        })));
  }

  static service::PollNexusTaskQueueResponse linked_task() {
    auto task = start_task("greeting", "greet");
    auto& start = *task.mutable_request()->mutable_start_operation();
    auto& known = *start.add_links();
    known.set_url(caller_link);
    known.set_type("temporal.api.common.v1.Link.WorkflowEvent");
    auto& unknown = *start.add_links();
    unknown.set_url("https://example.com");
    unknown.set_type("example.Thing");
    return task;
  }

  std::shared_ptr<nexus::operation_call>
  described(const service::PollNexusTaskQueueResponse& task) {
    auto call = accept(task);
    run(*call);
    BOOST_REQUIRE(call->next() == step::call_service);
    return call;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(workflow_run, greeting)

BOOST_AUTO_TEST_CASE(the_workflow_is_started_with_all_that_the_protocol_wants) {
  const auto call = described(linked_task());
  const auto asked = call->service_call();
  BOOST_TEST(
      asked.method == "/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution");
  const auto request = sent<service::StartWorkflowExecutionRequest>(asked);
  BOOST_TEST(request.namespace_() == "handler-ns");
  BOOST_TEST(request.identity() == "handler-worker");
  BOOST_TEST(request.request_id() == "request-id");
  BOOST_TEST(request.workflow_id() == "greet in");
  BOOST_TEST(request.workflow_type().name() == "Greeter");
  BOOST_TEST(request.task_queue().name() == "handler-tq");
  BOOST_REQUIRE_EQUAL(request.input().payloads_size(), 2);
  BOOST_TEST(request.input().payloads(0).data() == "\"in\"");
  BOOST_TEST(request.input().payloads(1).data() == "3");
  BOOST_TEST(request.workflow_run_timeout().seconds() == 90);
  BOOST_TEST(!request.has_workflow_execution_timeout());
  BOOST_CHECK(
      request.workflow_id_conflict_policy()
      == temporal::api::enums::v1::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  BOOST_TEST(request.user_metadata().summary().data() == "\"a greeting\"");
  BOOST_TEST(request.retry_policy().maximum_attempts() == 4);
  BOOST_TEST(request.memo().fields().at("colour").data() == "\"red\"");
  BOOST_TEST(request.on_conflict_options().attach_request_id());
  BOOST_TEST(request.on_conflict_options().attach_completion_callbacks());
  BOOST_TEST(request.on_conflict_options().attach_links());

  BOOST_REQUIRE_EQUAL(request.completion_callbacks_size(), 1);
  const auto& callback = request.completion_callbacks(0);
  BOOST_TEST(callback.nexus().url() == "temporal://system");
  BOOST_TEST(callback.nexus().header().at("temporal-callback-token") == "callback-token");
  BOOST_TEST(
      callback.nexus().header().at("nexus-operation-token")
      == nexus::make_token(nexus::workflow_run_token{"handler-ns", "greet in"}));
  BOOST_REQUIRE_EQUAL(callback.links_size(), 1);
  BOOST_TEST(callback.links(0).workflow_event().workflow_id() == "c 1");
  BOOST_REQUIRE_EQUAL(request.links_size(), 1);
  BOOST_TEST(request.links(0).workflow_event().event_ref().event_id() == 6);
}

BOOST_AUTO_TEST_CASE(the_started_workflow_is_answered_with_its_token_and_the_services_link) {
  const auto call = described(linked_task());
  service::StartWorkflowExecutionResponse reply;
  reply.set_run_id("run-1");
  auto& event = *reply.mutable_link()->mutable_workflow_event();
  event.set_namespace_("handler-ns");
  event.set_workflow_id("greet in");
  event.set_run_id("run-1");
  event.mutable_event_ref()->set_event_id(1);
  event.mutable_event_ref()->set_event_type(
      temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  call->on_reply({}, reply.SerializeAsString());
  BOOST_REQUIRE(call->next() == step::answer);
  const auto success = completed(*call).response().start_operation().async_success();
  BOOST_TEST(
      success.operation_token()
      == nexus::make_token(nexus::workflow_run_token{"handler-ns", "greet in"}));
  BOOST_REQUIRE_EQUAL(success.links_size(), 1);
  BOOST_TEST(
      success.links(0).url()
      == "temporal:///namespaces/handler-ns/workflows/greet%20in/run-1/history"
         "?eventID=1&eventType=WorkflowExecutionStarted&referenceType=EventReference");
}

BOOST_AUTO_TEST_CASE(a_service_without_links_gets_one_made_up) {
  const auto call = described(start_task("greeting", "greet"));
  service::StartWorkflowExecutionResponse reply;
  reply.set_run_id("run-1");
  call->on_reply({}, reply.SerializeAsString());
  const auto success = completed(*call).response().start_operation().async_success();
  BOOST_REQUIRE_EQUAL(success.links_size(), 1);
  BOOST_TEST(
      success.links(0).url()
      == "temporal:///namespaces/handler-ns/workflows/greet%20in/run-1/history"
         "?eventType=WorkflowExecutionStarted&referenceType=EventReference");
}

BOOST_AUTO_TEST_CASE(without_a_callback_nobody_is_told) {
  auto task = start_task("greeting", "greet");
  task.mutable_request()->mutable_start_operation()->clear_callback();
  const auto request =
      sent<service::StartWorkflowExecutionRequest>(described(task)->service_call());
  BOOST_TEST(request.completion_callbacks_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_coroutine_may_describe_the_workflow_too) {
  const auto call = accept(start_task("greeting", "greet-later"));
  BOOST_REQUIRE(call->next() == step::run_on_shard);
  call->run_on_shard([] {});
  where.advance(1s);
  BOOST_REQUIRE(call->next() == step::call_service);
  const auto request = sent<service::StartWorkflowExecutionRequest>(call->service_call());
  BOOST_TEST(request.workflow_type().name() == "OtherGreeter");
  BOOST_TEST(request.task_queue().name() == "other-tq");
  BOOST_TEST(!request.has_input());
}

BOOST_AUTO_TEST_CASE(a_workflow_without_id_is_the_handlers_bug) {
  const auto call = accept(start_task("greeting", "nameless"));
  run(*call);
  BOOST_REQUIRE(call->next() == step::answer);
  BOOST_TEST(failed(*call).failure().nexus_handler_failure_info().type() == "INTERNAL");
  BOOST_CHECK(
      failed(*call).failure().nexus_handler_failure_info().retry_behavior()
      == temporal::api::enums::v1::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
}

BOOST_AUTO_TEST_CASE(a_workflow_that_runs_already_is_not_retried) {
  const auto call = described(start_task("greeting", "greet"));
  call->on_reply(
      {status_code::already_exists,
       "Workflow execution is already running. WorkflowId: x, RunId: y.",
       {}},
      {});
  const auto failure = failed(*call).failure();
  BOOST_TEST(failure.message() == "Workflow execution already started");
  BOOST_TEST(failure.nexus_handler_failure_info().type() == "INTERNAL");
  BOOST_CHECK(
      failure.nexus_handler_failure_info().retry_behavior()
      == temporal::api::enums::v1::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
  BOOST_TEST(failure.cause().message() == "Workflow execution already started");
  const auto& refusal = failure.cause().cause();
  BOOST_TEST(
      refusal.message() == "Workflow execution is already running. WorkflowId: x, RunId: y.");
  BOOST_TEST(refusal.application_failure_info().type() == "RPCError");
}

BOOST_AUTO_TEST_CASE(a_service_that_is_away_makes_the_caller_try_again) {
  const auto call = described(start_task("greeting", "greet"));
  call->on_reply({status_code::unavailable, "not now", {}}, {});
  BOOST_TEST(failed(*call).failure().nexus_handler_failure_info().type() == "UNAVAILABLE");
}

BOOST_AUTO_TEST_CASE(a_reply_that_cannot_be_read_makes_the_caller_try_again) {
  const auto call = described(start_task("greeting", "greet"));
  call->on_reply({}, std::string{"\xff\xff"});
  BOOST_TEST(failed(*call).failure().nexus_handler_failure_info().type() == "INTERNAL");
}

BOOST_AUTO_TEST_CASE(cancelling_cancels_the_workflow_that_the_token_names) {
  const auto token = nexus::make_token(nexus::workflow_run_token{"handler-ns", "greet in"});
  const auto call = accept(cancel_task("greeting", "greet", token));
  BOOST_REQUIRE(call->next() == step::call_service);
  const auto asked = call->service_call();
  BOOST_TEST(
      asked.method
      == "/temporal.api.workflowservice.v1.WorkflowService/RequestCancelWorkflowExecution");
  const auto request = sent<service::RequestCancelWorkflowExecutionRequest>(asked);
  BOOST_TEST(request.namespace_() == "handler-ns");
  BOOST_TEST(request.workflow_execution().workflow_id() == "greet in");
  BOOST_TEST(request.workflow_execution().run_id().empty());
  BOOST_TEST(!request.request_id().empty());
  BOOST_TEST(
      sent<service::RequestCancelWorkflowExecutionRequest>(
          accept(cancel_task("greeting", "greet", token))->service_call())
          .request_id()
      == request.request_id());
  call->on_reply({}, {});
  BOOST_TEST(completed(*call).response().has_cancel_operation());
}

BOOST_AUTO_TEST_CASE(cancelling_a_workflow_that_is_gone_is_not_found) {
  const auto call = accept(cancel_task(
      "greeting", "greet", nexus::make_token(nexus::workflow_run_token{"handler-ns", "gone"})));
  call->on_reply({status_code::not_found, "workflow execution already completed", {}}, {});
  BOOST_TEST(failed(*call).failure().nexus_handler_failure_info().type() == "NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(cancelling_by_a_garbage_token_is_a_bad_request) {
  const auto call = accept(cancel_task("greeting", "greet", "garbage"));
  BOOST_REQUIRE(call->next() == step::answer);
  BOOST_TEST(failed(*call).failure().nexus_handler_failure_info().type() == "BAD_REQUEST");
  BOOST_TEST(failed(*call).failure().message() == "invalid operation token");
}

BOOST_AUTO_TEST_CASE(cancelling_an_update_is_not_implemented) {
  const auto call = accept(cancel_task(
      "greeting",
      "greet",
      nexus::make_token(nexus::workflow_update_token{"handler-ns", "w", "r", "u"})));
  BOOST_TEST(failed(*call).failure().nexus_handler_failure_info().type() == "NOT_IMPLEMENTED");
}

BOOST_AUTO_TEST_CASE(a_workflow_whose_id_is_not_utf8_is_the_handlers_bug) {
  const auto call = accept(start_task("greeting", "garbled"));
  run(*call);
  BOOST_REQUIRE(call->next() == step::answer);
  const auto answer = sent<service::RespondNexusTaskFailedRequest>(call->answer());
  BOOST_TEST(
      answer.failure().message()
      == "the handler described a workflow that cannot be started: field workflow_id is not valid "
         "UTF-8");
  BOOST_TEST(answer.failure().nexus_handler_failure_info().type() == "INTERNAL");
  BOOST_CHECK(
      answer.failure().nexus_handler_failure_info().retry_behavior()
      == temporal::api::enums::v1::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
}

BOOST_AUTO_TEST_SUITE_END()
