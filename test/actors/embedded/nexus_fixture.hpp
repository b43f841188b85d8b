// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/actors/embedded/service_fixture.hpp"

#include <temporal/api/enums/v1/command_type.pb.h>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

namespace troupe::embedded {

/// A service with callers (queue `callers`) and handlers (queue `handlers`), both played by the
/// test.
struct nexus_fixture : service_fixture {
  explicit nexus_fixture(service_settings settings = {}) : service_fixture(std::move(settings)) {}

  std::string
  create(const temporal::api::operatorservice::v1::CreateNexusEndpointRequest& request) {
    return call("/temporal.api.operatorservice.v1.OperatorService/CreateNexusEndpoint", request)
        ->as<temporal::api::operatorservice::v1::CreateNexusEndpointResponse>()
        .endpoint()
        .id();
  }
  std::string make_endpoint(const std::string& name, const std::string& queue) {
    temporal::api::operatorservice::v1::CreateNexusEndpointRequest request;
    request.mutable_spec()->set_name(name);
    request.mutable_spec()->mutable_target()->mutable_worker()->set_namespace_("default");
    request.mutable_spec()->mutable_target()->mutable_worker()->set_task_queue(queue);
    return create(request);
  }
  std::string make_endpoint_outside(const std::string& name, const std::string& url) {
    temporal::api::operatorservice::v1::CreateNexusEndpointRequest request;
    request.mutable_spec()->set_name(name);
    request.mutable_spec()->mutable_target()->mutable_external()->set_url(url);
    return create(request);
  }

  sent update(
      const std::string& id, const temporal::api::nexus::v1::EndpointTarget& target, long version) {
    temporal::api::operatorservice::v1::UpdateNexusEndpointRequest request;
    request.set_id(id);
    request.set_version(version);
    request.mutable_spec()->set_name("endpoint");
    *request.mutable_spec()->mutable_target() = target;
    return call("/temporal.api.operatorservice.v1.OperatorService/UpdateNexusEndpoint", request);
  }
  sent remove_endpoint(const std::string& id, long version) {
    temporal::api::operatorservice::v1::DeleteNexusEndpointRequest request;
    request.set_id(id);
    request.set_version(version);
    return call("/temporal.api.operatorservice.v1.OperatorService/DeleteNexusEndpoint", request);
  }

  /// A workflow that schedules one operation in its first task.
  void start_caller(const std::string& id, const std::string& endpoint = "endpoint") {
    namespace wire = temporal::api::workflowservice::v1;
    wire::StartWorkflowExecutionRequest start;
    start.set_namespace_("default");
    start.set_workflow_id(id);
    start.mutable_workflow_type()->set_name("Caller");
    start.mutable_task_queue()->set_name("callers");
    call("StartWorkflowExecution", start);
    auto done = complete_task(id);
    auto& command = *done.add_commands();
    command.set_command_type(temporal::api::enums::v1::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
    auto& what = *command.mutable_schedule_nexus_operation_command_attributes();
    what.set_endpoint(endpoint);
    what.set_service("service");
    what.set_operation("operation");
    BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.message == "");
  }

  /// The answer to the next task of this caller, without commands yet; those of others are left.
  temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest
  complete_task(const std::string& id) {
    namespace wire = temporal::api::workflowservice::v1;
    wire::PollWorkflowTaskQueueRequest poll;
    poll.set_namespace_("default");
    poll.mutable_task_queue()->set_name("callers");
    for (;;) {
      const auto task =
          call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>();
      if (task.workflow_execution().workflow_id() != id)
        continue;
      wire::RespondWorkflowTaskCompletedRequest done;
      done.set_namespace_("default");
      done.set_task_token(task.task_token());
      return done;
    }
  }

  sent poll_nexus() {
    temporal::api::workflowservice::v1::PollNexusTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name("handlers");
    auto made = send("PollNexusTaskQueue", request, std::chrono::seconds{70});
    shard.run_until_idle();
    return made;
  }
  static std::string token_of(const sent& poll) {
    return poll->as<temporal::api::workflowservice::v1::PollNexusTaskQueueResponse>().task_token();
  }

  sent
  respond(const std::string& token, const temporal::api::nexus::v1::StartOperationResponse& with) {
    temporal::api::workflowservice::v1::RespondNexusTaskCompletedRequest request;
    request.set_namespace_("default");
    request.set_task_token(token);
    *request.mutable_response()->mutable_start_operation() = with;
    return call("RespondNexusTaskCompleted", request);
  }
  sent succeed(const std::string& token) {
    temporal::api::nexus::v1::StartOperationResponse with;
    with.mutable_sync_success()->mutable_payload()->set_data("1");
    return respond(token, with);
  }
  sent start_async(const std::string& token, const std::string& operation_token) {
    temporal::api::nexus::v1::StartOperationResponse with;
    with.mutable_async_success()->set_operation_token(operation_token);
    return respond(token, with);
  }
  sent fail(const std::string& token, const std::string& type) {
    temporal::api::workflowservice::v1::RespondNexusTaskFailedRequest request;
    request.set_namespace_("default");
    request.set_task_token(token);
    request.mutable_failure()->set_message("no");
    request.mutable_failure()->mutable_nexus_handler_failure_info()->set_type(type);
    return call("RespondNexusTaskFailed", request);
  }

  temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse
  describe(const std::string& id) {
    temporal::api::workflowservice::v1::DescribeWorkflowExecutionRequest request;
    request.set_namespace_("default");
    request.mutable_execution()->set_workflow_id(id);
    return call("DescribeWorkflowExecution", request)
        ->as<temporal::api::workflowservice::v1::DescribeWorkflowExecutionResponse>();
  }
  /// The last event about the operation.
  temporal::api::history::v1::HistoryEvent last_event(const std::string& id) {
    temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryRequest request;
    request.set_namespace_("default");
    request.mutable_execution()->set_workflow_id(id);
    const auto read =
        call("GetWorkflowExecutionHistory", request)
            ->as<temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse>();
    temporal::api::history::v1::HistoryEvent found;
    for (const auto& event : read.history().events())
      if (event.worker_may_ignore()
          || temporal::api::enums::v1::EventType_Name(event.event_type()).find("NEXUS_OPERATION")
                 != std::string::npos)
        found = event;
    return found;
  }
};

} // namespace troupe::embedded
