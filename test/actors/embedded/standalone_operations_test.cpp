// SPDX-License-Identifier: Apache-2.0
// Nexus operations that no workflow asked for, by the calls of clients and handlers.

#include "test/actors/embedded/standalone_fixture.hpp"

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <vector>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
using troupe::test::scripted_store;
namespace wire = temporal::api::workflowservice::v1;
namespace nexus = temporal::api::nexus::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace enums = temporal::api::enums::v1;

struct of_operations {
  using start_request = wire::StartNexusOperationExecutionRequest;
  using start_response = wire::StartNexusOperationExecutionResponse;
  using describe_request = wire::DescribeNexusOperationExecutionRequest;
  using describe_response = wire::DescribeNexusOperationExecutionResponse;
  using list_request = wire::ListNexusOperationExecutionsRequest;
  using list_response = wire::ListNexusOperationExecutionsResponse;
  static constexpr const char* noun = "NexusOperationExecution";
  static const auto& listed_in(const list_response& found) { return found.operations(); }
  static const auto& id_of(const auto& each) { return each.operation_id(); }
  static service_settings enabled() {
    service_settings made;
    made.standalone_operations = true;
    return made;
  }
};

template <class Base>
struct operations : standalone_fixture<of_operations, Base> {
  using parent = standalone_fixture<of_operations, Base>;
  using parent::parent;
  using typename parent::sent;

  void add_endpoint(const std::string& name = "endpoint") {
    operators::CreateNexusEndpointRequest endpoint;
    endpoint.mutable_spec()->set_name(name);
    auto& target = *endpoint.mutable_spec()->mutable_target()->mutable_worker();
    target.set_namespace_("default");
    target.set_task_queue("handlers");
    BOOST_TEST(
        this->call("/temporal.api.operatorservice.v1.OperatorService/CreateNexusEndpoint", endpoint)
            ->status.message
        == "");
  }

  static wire::StartNexusOperationExecutionRequest job(const std::string& id) {
    wire::StartNexusOperationExecutionRequest request;
    request.set_namespace_("default");
    request.set_operation_id(id);
    request.set_identity("me");
    request.set_request_id("request of " + id);
    request.set_endpoint("endpoint");
    request.set_service("service");
    request.set_operation("operation");
    request.mutable_input()->set_data("in");
    (*request.mutable_nexus_header())["Header"] = "value";
    return request;
  }
  template <class Request>
  troupe::rpc_status ask(const std::string& method, const Request& request) {
    return this->call(method + "NexusOperationExecution", request)->status;
  }
  troupe::rpc_status cancel(const std::string& id, const std::string& request_id = "its request") {
    auto request = parent::template of<wire::RequestCancelNexusOperationExecutionRequest>(id);
    request.set_request_id(request_id);
    return ask("RequestCancel", request);
  }
  troupe::rpc_status
  terminate(const std::string& id, const std::string& request_id = "its request") {
    auto request = parent::template of<wire::TerminateNexusOperationExecutionRequest>(id);
    request.set_request_id(request_id);
    return ask("Terminate", request);
  }

  wire::PollNexusTaskQueueResponse poll_task() {
    wire::PollNexusTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("handlers");
    const auto answer = this->call("PollNexusTaskQueue", request);
    BOOST_TEST(answer->status.message == "");
    return answer->template as<wire::PollNexusTaskQueueResponse>();
  }
  void respond(const wire::PollNexusTaskQueueResponse& task, const nexus::Response& response) {
    wire::RespondNexusTaskCompletedRequest request;
    request.set_namespace_("default");
    request.set_task_token(task.task_token());
    *request.mutable_response() = response;
    BOOST_TEST(this->call("RespondNexusTaskCompleted", request)->status.message == "");
  }
  void succeed(const wire::PollNexusTaskQueueResponse& task, const std::string& result = "out") {
    nexus::Response response;
    response.mutable_start_operation()->mutable_sync_success()->mutable_payload()->set_data(result);
    respond(task, response);
  }
  void start_async(const wire::PollNexusTaskQueueResponse& task) {
    nexus::Response response;
    auto& started = *response.mutable_start_operation()->mutable_async_success();
    started.set_operation_token("token");
    auto& link = *started.add_links();
    link.set_type("temporal.api.common.v1.Link.WorkflowEvent");
    link.set_url(
        "temporal:///namespaces/default/workflows/w/r/"
        "history?eventID=1&eventType=WorkflowExecutionStarted&referenceType=EventReference");
    respond(task, response);
  }
  void fail(
      const wire::PollNexusTaskQueueResponse& task,
      const std::string& type,
      const std::string& message = "no") {
    wire::RespondNexusTaskFailedRequest request;
    request.set_namespace_("default");
    request.set_task_token(task.task_token());
    request.mutable_failure()->set_message(message);
    request.mutable_failure()->mutable_nexus_handler_failure_info()->set_type(type);
    BOOST_TEST(this->call("RespondNexusTaskFailed", request)->status.message == "");
  }

  std::string status_of(const std::string& id) {
    return enums::NexusOperationExecutionStatus_Name(this->described(id).info().status())
        .substr(33);
  }
  sent poll(
      const std::string& id,
      enums::NexusOperationWaitStage stage = enums::NEXUS_OPERATION_WAIT_STAGE_CLOSED) {
    auto request = parent::template of<wire::PollNexusOperationExecutionRequest>(id);
    request.set_wait_stage(stage);
    auto made = this->send("PollNexusOperationExecution", request);
    this->shard.run_until_idle();
    return made;
  }
  wire::PollNexusOperationExecutionResponse outcome(const std::string& id) {
    const auto answer = poll(id);
    BOOST_REQUIRE(answer->is_answered);
    return answer->template as<wire::PollNexusOperationExecutionResponse>();
  }

  /// A handler workflow, begun by the task with its callback.
  void back_with_workflow(const wire::PollNexusTaskQueueResponse& task, const std::string& id) {
    const auto& from = task.request().start_operation();
    auto request = start_request(id);
    auto& callback = *request.add_completion_callbacks()->mutable_nexus();
    callback.set_url(from.callback());
    for (const auto& [name, value] : from.callback_header())
      (*callback.mutable_header())[name] = value;
    (*callback.mutable_header())["nexus-operation-token"] = "token";
    BOOST_TEST(this->call("StartWorkflowExecution", request)->status.message == "");
  }
  void close_workflow(const std::string& result) {
    wire::PollWorkflowTaskQueueRequest poll;
    poll.set_namespace_("default");
    poll.mutable_task_queue()->set_name("q");
    wire::RespondWorkflowTaskCompletedRequest done;
    done.set_namespace_("default");
    done.set_task_token(this->call("PollWorkflowTaskQueue", poll)
                            ->template as<wire::PollWorkflowTaskQueueResponse>()
                            .task_token());
    auto& command = *done.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
    command.mutable_complete_workflow_execution_command_attributes()
        ->mutable_result()
        ->add_payloads()
        ->set_data(result);
    BOOST_TEST(this->call("RespondWorkflowTaskCompleted", done)->status.message == "");
  }
};

struct fixture : operations<switched_on<of_operations>> {
  fixture() { add_endpoint(); }
};
using texts = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(standalone_operations)

BOOST_FIXTURE_TEST_SUITE(rules, fixture)

BOOST_AUTO_TEST_CASE(a_handler_gets_it_like_any_other_and_its_result_is_kept) {
  auto request = job("o");
  request.mutable_user_metadata()->mutable_summary()->set_data("summary");
  request.mutable_schedule_to_close_timeout()->set_seconds(60);
  const auto run_id = start(request).run_id();
  const auto waits = poll("o");
  BOOST_TEST(!waits->is_answered);
  auto info = described("o").info();
  BOOST_CHECK(info.status() == enums::NEXUS_OPERATION_EXECUTION_STATUS_RUNNING);
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_SCHEDULED);
  BOOST_TEST(info.attempt() == 1);
  BOOST_TEST(!info.has_last_attempt_complete_time());
  const auto task = poll_task();
  const auto& got = task.request();
  BOOST_TEST(got.endpoint() == "endpoint");
  BOOST_TEST(got.header().at("header") == "value");
  BOOST_TEST(got.start_operation().service() == "service");
  BOOST_TEST(got.start_operation().operation() == "operation");
  BOOST_TEST(got.start_operation().payload().data() == "in");
  BOOST_TEST(got.start_operation().request_id() == info.request_id());
  BOOST_REQUIRE(got.start_operation().links_size() == 1);
  BOOST_TEST(
      got.start_operation().links(0).url()
      == "temporal:///namespaces/default/nexus-operations/o/" + run_id + "/details");
  BOOST_TEST(got.start_operation().links(0).type() == "temporal.api.common.v1.Link.NexusOperation");
  shard.advance(2s);
  succeed(task);
  BOOST_REQUIRE(waits->is_answered);
  const auto told = waits->as<wire::PollNexusOperationExecutionResponse>();
  BOOST_TEST(told.run_id() == run_id);
  BOOST_CHECK(told.wait_stage() == enums::NEXUS_OPERATION_WAIT_STAGE_CLOSED);
  BOOST_TEST(told.result().data() == "out");
  const auto found = described("o");
  BOOST_TEST(found.run_id() == run_id);
  BOOST_TEST(found.input().data() == "in");
  BOOST_TEST(found.result().data() == "out");
  info = found.info();
  BOOST_TEST(info.operation_id() == "o");
  BOOST_CHECK(info.status() == enums::NEXUS_OPERATION_EXECUTION_STATUS_COMPLETED);
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_UNSPECIFIED);
  BOOST_TEST(info.attempt() == 1);
  BOOST_TEST(info.identity() == "me");
  BOOST_TEST(info.nexus_header().at("header") == "value");
  BOOST_TEST(info.user_metadata().summary().data() == "summary");
  BOOST_TEST(info.execution_duration().seconds() == 2);
  BOOST_TEST(info.expiration_time().seconds() == info.schedule_time().seconds() + 60);
  BOOST_TEST(info.operation_token() == "");
}

BOOST_AUTO_TEST_CASE(a_workflow_behind_it_ends_it) {
  start(job("o"));
  const auto started = poll("o", enums::NEXUS_OPERATION_WAIT_STAGE_STARTED);
  const auto closed = poll("o");
  const auto task = poll_task();
  back_with_workflow(task, "w");
  start_async(task);
  BOOST_REQUIRE(started->is_answered);
  const auto told = started->as<wire::PollNexusOperationExecutionResponse>();
  BOOST_CHECK(told.wait_stage() == enums::NEXUS_OPERATION_WAIT_STAGE_STARTED);
  BOOST_TEST(told.operation_token() == "token");
  BOOST_TEST(!closed->is_answered);
  const auto info = described("o").info();
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_STARTED);
  BOOST_TEST(info.operation_token() == "token");
  BOOST_REQUIRE(info.links_size() == 1);
  BOOST_TEST(info.links(0).workflow_event().workflow_id() == "w");
  close_workflow("done");
  BOOST_REQUIRE(closed->is_answered);
  BOOST_TEST(closed->as<wire::PollNexusOperationExecutionResponse>().result().data() == "done");
  BOOST_TEST(closed->as<wire::PollNexusOperationExecutionResponse>().operation_token() == "token");
  BOOST_TEST(described("o").info().links_size() == 1);
  BOOST_TEST(status_of("o") == "COMPLETED");
}

BOOST_AUTO_TEST_CASE(a_completion_may_overtake_the_answer_to_the_start) {
  start(job("o"));
  const auto task = poll_task();
  back_with_workflow(task, "w");
  close_workflow("done");
  BOOST_TEST(outcome("o").result().data() == "done");
  const auto info = described("o").info();
  BOOST_TEST(info.operation_token() == "token");
  BOOST_TEST(info.attempt() == 1);
  BOOST_TEST(info.links_size() == 1);
  start_async(task); // late, and changes nothing
  BOOST_TEST(status_of("o") == "COMPLETED");
}

BOOST_AUTO_TEST_CASE(it_is_tried_again_until_the_handler_says_it_makes_no_sense) {
  start(job("o"));
  fail(poll_task(), "INTERNAL", "first");
  auto info = described("o").info();
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_BACKING_OFF);
  BOOST_TEST(info.attempt() == 1);
  BOOST_TEST(info.last_attempt_failure().message() == "first");
  BOOST_TEST(info.has_next_attempt_schedule_time());
  shard.advance(1s);
  info = described("o").info();
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_SCHEDULED);
  BOOST_TEST(info.attempt() == 2);
  fail(poll_task(), "BAD_REQUEST", "second");
  BOOST_TEST(status_of("o") == "FAILED");
  const auto failure = outcome("o").failure();
  BOOST_TEST(failure.message() == "second"); // as it is: no workflow wraps it
  BOOST_TEST(failure.nexus_handler_failure_info().type() == "BAD_REQUEST");
  info = described("o").info();
  BOOST_TEST(info.attempt() == 2);
  BOOST_TEST(info.last_attempt_failure().message() == "second");
  BOOST_TEST(!info.has_next_attempt_schedule_time());
}

BOOST_AUTO_TEST_CASE(an_operation_that_fails_or_is_canceled_says_why) {
  for (const bool is_canceled : {false, true}) {
    const std::string id = is_canceled ? "canceled" : "failed";
    start(job(id));
    nexus::Response response;
    auto& failure = *response.mutable_start_operation()->mutable_failure();
    failure.set_message("the reason");
    if (is_canceled)
      failure.mutable_canceled_failure_info();
    else
      failure.mutable_application_failure_info()->set_type("T");
    respond(poll_task(), response);
    BOOST_TEST(status_of(id) == (is_canceled ? "CANCELED" : "FAILED"));
    BOOST_TEST(outcome(id).failure().message() == "the reason");
    BOOST_TEST(outcome(id).failure().has_canceled_failure_info() == is_canceled);
    BOOST_TEST(!outcome(id).failure().has_cause());
    BOOST_TEST(described(id).failure().message() == "the reason");
  }
}

BOOST_AUTO_TEST_CASE(its_time_may_be_over) {
  auto request = job("start");
  request.mutable_schedule_to_start_timeout()->set_seconds(5);
  start(request);
  request = job("all");
  request.mutable_schedule_to_close_timeout()->set_seconds(7);
  request.mutable_schedule_to_start_timeout()->set_seconds(700); // cut to the whole
  start(request);
  BOOST_TEST(described("all").info().schedule_to_start_timeout().seconds() == 7);
  request = job("run");
  request.mutable_start_to_close_timeout()->set_seconds(3);
  start(request);
  for (int at = 0; at < 3; ++at) {
    const auto task = poll_task();
    if (task.request().header().contains("operation-timeout")
        && task.request().header().at("operation-timeout") == "3000ms")
      start_async(task);
  }
  shard.advance(11s);
  for (const auto& [id, type] :
       {std::pair{"start", enums::TIMEOUT_TYPE_SCHEDULE_TO_START},
        std::pair{"all", enums::TIMEOUT_TYPE_SCHEDULE_TO_START},
        std::pair{"run", enums::TIMEOUT_TYPE_START_TO_CLOSE}}) {
    BOOST_TEST_CONTEXT(id) {
      BOOST_TEST(status_of(id) == "TIMED_OUT");
      const auto failure = outcome(id).failure();
      BOOST_TEST(failure.message() == "operation timed out");
      BOOST_CHECK(failure.timeout_failure_info().timeout_type() == type);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_handler_is_asked_to_cancel_once_it_has_started) {
  start(job("o"));
  const auto task = poll_task();
  BOOST_TEST(cancel("o", "one").message == "");
  auto info = described("o").info();
  BOOST_TEST(info.cancellation_info().reason() == "why");
  BOOST_TEST(info.cancellation_info().has_requested_time());
  BOOST_CHECK(
      info.cancellation_info().state() == enums::NEXUS_OPERATION_CANCELLATION_STATE_UNSPECIFIED);
  BOOST_TEST(cancel("o", "one").message == ""); // the same request
  BOOST_TEST(cancel("o", "two").message == "cancellation already requested with request ID one");
  BOOST_CHECK(cancel("o", "two").code == status_code::failed_precondition);
  start_async(task);
  info = described("o").info();
  BOOST_CHECK(
      info.cancellation_info().state() == enums::NEXUS_OPERATION_CANCELLATION_STATE_SCHEDULED);
  BOOST_TEST(info.cancellation_info().attempt() == 1);
  const auto asked = poll_task();
  BOOST_TEST(asked.request().cancel_operation().operation_token() == "token");
  BOOST_TEST(asked.request().cancel_operation().operation() == "operation");
  nexus::Response acknowledged;
  acknowledged.mutable_cancel_operation();
  respond(asked, acknowledged);
  info = described("o").info();
  BOOST_CHECK(
      info.cancellation_info().state() == enums::NEXUS_OPERATION_CANCELLATION_STATE_SUCCEEDED);
  BOOST_TEST(info.cancellation_info().has_last_attempt_complete_time());
  BOOST_TEST(status_of("o") == "RUNNING"); // until the handler tells its end
  BOOST_TEST(terminate("o").message == "");
  BOOST_TEST(cancel("o", "one").message == "");
  BOOST_TEST(cancel("o", "two").message == "operation already completed");
}

BOOST_AUTO_TEST_CASE(it_is_terminated_and_deleted) {
  start(job("o"));
  const auto task = poll_task();
  BOOST_TEST(terminate("o", "one").message == "");
  BOOST_TEST(terminate("o", "one").message == "");
  BOOST_TEST(terminate("o", "two").message == "already terminated with request ID one");
  BOOST_TEST(status_of("o") == "TERMINATED");
  const auto failure = outcome("o").failure();
  BOOST_TEST(failure.message() == "why");
  BOOST_TEST(failure.terminated_failure_info().identity() == "me");
  succeed(task); // nobody waits for it
  BOOST_TEST(status_of("o") == "TERMINATED");
  start(job("done"));
  succeed(poll_task());
  BOOST_TEST(terminate("done").message == "invalid transition from Succeeded");
  const auto remove = [&](const std::string& id) {
    return ask("Delete", of<wire::DeleteNexusOperationExecutionRequest>(id));
  };
  BOOST_TEST(remove("o").message == "");
  start(job("runs"));
  BOOST_TEST(remove("runs").message == "");
  for (const auto* id : {"o", "runs"})
    BOOST_TEST(
        ask("Describe", of<wire::DescribeNexusOperationExecutionRequest>(id)).message
        == std::string{"operation not found for ID: "} + id);
  BOOST_CHECK(remove("o").code == status_code::not_found);
  BOOST_TEST(listed("") == texts{"done"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_id_is_used_as_the_policies_say) {
  const auto first = start(job("o"));
  BOOST_TEST(first.started());
  const auto again = start(job("o")); // the same request
  BOOST_TEST(again.run_id() == first.run_id());
  BOOST_TEST(!again.started());
  auto other = job("o");
  other.set_request_id("another");
  BOOST_TEST(
      refusal(other).message
      == "nexus operation execution already started: request_id=request of o, run_id="
             + first.run_id());
  BOOST_CHECK(refusal(other).code == status_code::already_exists);
  other.set_id_conflict_policy(enums::NEXUS_OPERATION_ID_CONFLICT_POLICY_USE_EXISTING);
  BOOST_TEST(start(other).run_id() == first.run_id());
  BOOST_TEST(!start(other).started());
  succeed(poll_task());
  other.set_id_reuse_policy(enums::NEXUS_OPERATION_ID_REUSE_POLICY_REJECT_DUPLICATE);
  BOOST_CHECK(refusal(other).code == status_code::already_exists);
  other.set_id_reuse_policy(enums::NEXUS_OPERATION_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY);
  BOOST_CHECK(refusal(other).code == status_code::already_exists);
  other.set_id_reuse_policy(enums::NEXUS_OPERATION_ID_REUSE_POLICY_ALLOW_DUPLICATE);
  const auto second = start(other);
  BOOST_TEST(second.run_id() != first.run_id());
  BOOST_TEST(status_of("o") == "RUNNING");
  const auto former = call(
      "DescribeNexusOperationExecution",
      of<wire::DescribeNexusOperationExecutionRequest>("o", first.run_id()));
  BOOST_CHECK(
      former->as<wire::DescribeNexusOperationExecutionResponse>().info().status()
      == enums::NEXUS_OPERATION_EXECUTION_STATUS_COMPLETED);
}

BOOST_AUTO_TEST_CASE(bad_requests_are_refused_as_the_real_server_refuses_them) {
  const auto says = [&](auto change) {
    auto request = job("o");
    change(request);
    const auto status = refusal(request);
    BOOST_CHECK(status.code == status_code::invalid_argument);
    return status.message;
  };
  BOOST_TEST(says([](auto& r) { r.clear_operation_id(); }) == "operation_id is required");
  BOOST_TEST(says([](auto& r) { r.clear_endpoint(); }) == "endpoint is required");
  BOOST_TEST(says([](auto& r) { r.clear_service(); }) == "service is required");
  BOOST_TEST(says([](auto& r) { r.clear_operation(); }) == "operation is required");
  const std::string long_name(1001, 'a');
  const std::string too_long = " exceeds length limit. Length=1001 Limit=1000";
  BOOST_TEST(says([&](auto& r) { r.set_operation_id(long_name); }) == "operation_id" + too_long);
  BOOST_TEST(says([&](auto& r) { r.set_request_id(long_name); }) == "request_id" + too_long);
  BOOST_TEST(says([&](auto& r) { r.set_identity(long_name); }) == "identity" + too_long);
  BOOST_TEST(says([&](auto& r) { r.set_service(long_name); }) == "service" + too_long);
  BOOST_TEST(says([&](auto& r) { r.set_operation(long_name); }) == "operation" + too_long);
  BOOST_TEST(
      says([](auto& r) { r.mutable_start_to_close_timeout()->set_seconds(-1); })
      == "start_to_close_timeout is invalid: negative duration");
  BOOST_TEST(
      says([](auto& r) { r.mutable_input()->set_data(std::string(3'000'000, 'x')); })
      == "input exceeds size limit. Length=3000005 Limit=2097152");
  BOOST_TEST(
      says([](auto& r) {
        r.mutable_user_metadata()->mutable_summary()->set_data(std::string(500, 'x'));
      })
      == "user_metadata.summary exceeds size limit. Length=503 Limit=400");
  BOOST_TEST(
      says([](auto& r) { (*r.mutable_nexus_header())["Request-Timeout"] = "1s"; })
      == "nexus_header contains a disallowed key: \"Request-Timeout\"");
  BOOST_TEST(
      says([](auto& r) { (*r.mutable_nexus_header())["a"] = std::string(9000, 'x'); })
      == "nexus_header exceeds size limit");
  auto request = job("o");
  request.set_endpoint("nowhere");
  BOOST_TEST(refusal(request).message == "could not find Nexus endpoint by name: nowhere");
  BOOST_CHECK(refusal(request).code == status_code::not_found);

  const auto describe = [&](const auto& of_what) { return ask("Describe", of_what).message; };
  BOOST_TEST(
      describe(of<wire::DescribeNexusOperationExecutionRequest>("")) == "operation_id is required");
  BOOST_TEST(
      describe(of<wire::DescribeNexusOperationExecutionRequest>("o", "x"))
      == "run_id is not a valid UUID");
  BOOST_TEST(
      describe(of<wire::DescribeNexusOperationExecutionRequest>("o"))
      == "operation not found for ID: o");
  auto reason = of<wire::TerminateNexusOperationExecutionRequest>("o");
  reason.set_reason(long_name);
  BOOST_TEST(ask("Terminate", reason).message == "reason" + too_long);
  // No workflow can take the place of one.
  auto workflow = start_request("\x01"
                                "operation/o");
  BOOST_CHECK(
      call("StartWorkflowExecution", workflow)->status.code == status_code::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_description_waits_for_a_change) {
  start(job("o"));
  auto request = of<wire::DescribeNexusOperationExecutionRequest>("o");
  const auto first = described("o");
  request.set_long_poll_token(first.long_poll_token());
  BOOST_TEST(
      ask("Describe", request).message == "run_id is required when long_poll_token is provided");
  request.set_run_id(first.run_id());
  const auto waits = send("DescribeNexusOperationExecution", request);
  shard.run_until_idle();
  BOOST_TEST(!waits->is_answered);
  start_async(poll_task());
  BOOST_REQUIRE(waits->is_answered);
  BOOST_CHECK(
      waits->as<wire::DescribeNexusOperationExecutionResponse>().info().state()
      == enums::PENDING_NEXUS_OPERATION_STATE_STARTED);
  request.set_long_poll_token("x");
  BOOST_TEST(ask("Describe", request).message == "invalid long poll token");
}

BOOST_AUTO_TEST_CASE(lists_and_counts_have_them_apart_from_workflows) {
  BOOST_TEST(call("StartWorkflowExecution", start_request("w"))->status.message == "");
  add_endpoint("other");
  start(job("a"));
  succeed(poll_task());
  shard.advance(1s);
  auto other = job("b");
  other.set_endpoint("other");
  other.set_service("S2");
  other.set_operation("O2");
  start(other);
  using boost::test_tools::per_element;
  BOOST_TEST(listed("") == (texts{"b", "a"}), per_element());
  BOOST_TEST(listed("Endpoint = 'other'") == texts{"b"}, per_element());
  BOOST_TEST(
      listed("Service = \"service\" AND Operation = 'operation'") == texts{"a"}, per_element());
  BOOST_TEST(listed("ExecutionStatus = 'Running'") == texts{"b"}, per_element());
  BOOST_TEST(listed("`OperationId`=\"a\"") == texts{"a"}, per_element());
  BOOST_TEST(
      listed("RequestId = '" + described("b").info().request_id() + "'") == texts{"b"},
      per_element());
  wire::ListNexusOperationExecutionsRequest request;
  request.set_namespace_("default");
  request.set_query("OperationId = 'a'");
  const auto row = call("ListNexusOperationExecutions", request)
                       ->as<wire::ListNexusOperationExecutionsResponse>()
                       .operations(0);
  BOOST_TEST(row.endpoint() == "endpoint");
  BOOST_TEST(row.service() == "service");
  BOOST_TEST(row.operation() == "operation");
  BOOST_TEST(row.has_close_time());
  BOOST_TEST(row.search_attributes().indexed_fields().empty());
  BOOST_CHECK(row.status() == enums::NEXUS_OPERATION_EXECUTION_STATUS_COMPLETED);
  wire::ListWorkflowExecutionsRequest workflows;
  workflows.set_namespace_("default");
  BOOST_TEST(
      call("ListWorkflowExecutions", workflows)
          ->as<wire::ListWorkflowExecutionsResponse>()
          .executions_size()
      == 1);
  wire::CountNexusOperationExecutionsRequest count;
  count.set_namespace_("default");
  count.set_query("GROUP BY ExecutionStatus");
  const auto counted = call("CountNexusOperationExecutions", count)
                           ->as<wire::CountNexusOperationExecutionsResponse>();
  BOOST_TEST(counted.count() == 2);
  BOOST_TEST(counted.groups_size() == 2);
}

BOOST_AUTO_TEST_CASE(the_breaker_holds_back_what_its_endpoint_refuses) {
  for (int at = 0; at < 6; ++at) {
    start(job("o" + std::to_string(at)));
    fail(poll_task(), "INTERNAL");
  }
  start(job("held"));
  const auto info = described("held").info();
  BOOST_CHECK(info.state() == enums::PENDING_NEXUS_OPERATION_STATE_BLOCKED);
  BOOST_TEST(info.blocked_reason() == "The circuit breaker is open. Failed: service/operation x6");
}

BOOST_AUTO_TEST_CASE(closed_ones_go_when_their_retention_is_over) {
  start(job("o"));
  succeed(poll_task());
  shard.advance(24h * 31);
  BOOST_TEST(listed("").empty());
  BOOST_CHECK(
      ask("Describe", of<wire::DescribeNexusOperationExecutionRequest>("o")).code
      == status_code::not_found);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(off, operations<service_fixture>)

BOOST_AUTO_TEST_CASE(they_are_refused_where_they_are_switched_off) {
  BOOST_TEST(refusal(job("o")).message == "Standalone Nexus operation is disabled");
  BOOST_CHECK(refusal(job("o")).code == status_code::unimplemented);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

using life = operations<stored_life<of_operations>>;

} // namespace

BOOST_AUTO_TEST_SUITE(durability)

BOOST_AUTO_TEST_CASE(they_go_on_in_the_next_life) {
  const auto disk = std::make_shared<scripted_store::disk>();
  wire::PollNexusTaskQueueResponse task;
  {
    life first{disk};
    first.add_endpoint();
    first.start(life::job("done"));
    first.succeed(first.poll_task());
    first.start(life::job("runs"));
    task = first.poll_task();
    first.back_with_workflow(task, "w");
    first.start_async(task);
    BOOST_TEST(first.cancel("runs").message == "");
    first.start(life::job("again"));
  }
  life second{disk, 8};
  BOOST_TEST(second.outcome("done").result().data() == "out");
  BOOST_TEST(second.described("done").info().identity() == "me");
  BOOST_TEST(second.described("runs").info().cancellation_info().reason() == "why");
  for (int at = 0; at < 2; ++at) {
    const auto got = second.poll_task();
    if (got.request().has_cancel_operation())
      BOOST_TEST(got.request().cancel_operation().operation_token() == "token");
    else
      second.succeed(got, "late");
  }
  BOOST_TEST(second.outcome("again").result().data() == "late");
  second.close_workflow("out");
  BOOST_TEST(second.outcome("runs").result().data() == "out");
  BOOST_TEST(second.listed("").size() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
