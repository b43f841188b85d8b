// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/actors/embedded/standalone_fixture.hpp"

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <vector>

/// Nexus operations that no workflow asked for, by the calls of clients and handlers.
namespace troupe::test::standalone_operations {

using namespace troupe::embedded;
using namespace std::chrono_literals;
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
  using count_request = wire::CountNexusOperationExecutionsRequest;
  using count_response = wire::CountNexusOperationExecutionsResponse;
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

  /// What tells the caller of this task how the operation ended.
  template <class Request>
  static void add_callback(const wire::PollNexusTaskQueueResponse& task, Request& to) {
    const auto& from = task.request().start_operation();
    auto& callback = *to.add_completion_callbacks()->mutable_nexus();
    callback.set_url(from.callback());
    for (const auto& [name, value] : from.callback_header())
      (*callback.mutable_header())[name] = value;
    (*callback.mutable_header())["nexus-operation-token"] = "token";
  }
  /// A handler workflow, begun by the task with its callback.
  void back_with_workflow(const wire::PollNexusTaskQueueResponse& task, const std::string& id) {
    auto request = start_request(id);
    add_callback(task, request);
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

} // namespace troupe::test::standalone_operations
