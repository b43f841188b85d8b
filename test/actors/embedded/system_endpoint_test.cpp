// SPDX-License-Identifier: Apache-2.0
// The endpoint that the service itself serves: workflows signal others with a start.

#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <vector>

namespace {

using namespace troupe::embedded;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
using history_events = std::vector<temporal::api::history::v1::HistoryEvent>;

service_settings enabled() {
  service_settings made;
  made.signal_with_start_from_workflow = true;
  return made;
}

struct callers : service_fixture {
  using service_fixture::service_fixture;

  static wire::SignalWithStartWorkflowExecutionRequest wanted() {
    wire::SignalWithStartWorkflowExecutionRequest request;
    request.set_workflow_id("target");
    request.mutable_workflow_type()->set_name("Target");
    request.mutable_task_queue()->set_name("targets");
    request.set_signal_name("signal");
    request.mutable_signal_input()->add_payloads()->set_data("in");
    return request;
  }

  /// A new workflow calls the endpoint with its first task.
  sent call_it(
      const std::string& id,
      const wire::SignalWithStartWorkflowExecutionRequest& what,
      const std::string& operation = "SignalWithStartWorkflowExecution",
      const std::string& header = "") {
    auto start = start_request(id);
    start.mutable_task_queue()->set_name("queue of " + id);
    BOOST_TEST(call("StartWorkflowExecution", start)->status.message == "");
    wire::RespondWorkflowTaskCompletedRequest done;
    done.set_namespace_("default");
    done.set_task_token(poll("queue of " + id).task_token());
    auto& command = *done.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
    auto& to = *command.mutable_schedule_nexus_operation_command_attributes();
    to.set_endpoint("__temporal_system");
    to.set_service("temporal.api.workflowservice.v1.WorkflowService");
    to.set_operation(operation);
    (*to.mutable_input()->mutable_metadata())["encoding"] = "binary/protobuf";
    to.mutable_input()->set_data(what.SerializeAsString());
    if (!header.empty())
      (*to.mutable_nexus_header())[header] = "x";
    return call("RespondWorkflowTaskCompleted", done);
  }

  wire::PollWorkflowTaskQueueResponse poll(const std::string& queue) {
    wire::PollWorkflowTaskQueueRequest request;
    request.set_namespace_("default");
    request.mutable_task_queue()->set_name(queue);
    return call("PollWorkflowTaskQueue", request)->as<wire::PollWorkflowTaskQueueResponse>();
  }

  history_events events(const std::string& id) {
    const auto found =
        call("GetWorkflowExecutionHistory", about<wire::GetWorkflowExecutionHistoryRequest>(id))
            ->as<wire::GetWorkflowExecutionHistoryResponse>();
    return {found.history().events().begin(), found.history().events().end()};
  }
  temporal::api::history::v1::HistoryEvent event(const std::string& id, enums::EventType type) {
    for (auto& each : events(id))
      if (each.event_type() == type)
        return each;
    BOOST_FAIL("no " << enums::EventType_Name(type));
    return {};
  }

  wire::SignalWithStartWorkflowExecutionResponse result(const std::string& id) {
    const auto completed = event(id, enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED);
    const auto& payload = completed.nexus_operation_completed_event_attributes().result();
    BOOST_TEST(payload.metadata().at("encoding") == "binary/protobuf");
    BOOST_TEST(
        payload.metadata().at("messageType")
        == "temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionResponse");
    // sdk-python 1.31 cannot read an answer with the mark that servers after 1.32 give it.
    BOOST_TEST(!payload.metadata().contains("__temporal_system_payload"));
    wire::SignalWithStartWorkflowExecutionResponse response;
    BOOST_TEST(response.ParseFromString(payload.data()));
    return response;
  }

  std::string refusal(const std::string& id) {
    return event(id, enums::EVENT_TYPE_WORKFLOW_TASK_FAILED)
        .workflow_task_failed_event_attributes()
        .failure()
        .message();
  }
};

struct fixture : callers {
  fixture() : callers(enabled()) {}
};

} // namespace

BOOST_AUTO_TEST_SUITE(system_endpoint)

BOOST_FIXTURE_TEST_SUITE(on, fixture)

BOOST_AUTO_TEST_CASE(a_workflow_starts_another_with_a_signal_and_signals_it_again) {
  BOOST_TEST(call_it("caller", wanted())->status.message == "");
  const auto first = result("caller");
  BOOST_TEST(first.started());
  const auto target = poll("targets");
  BOOST_TEST(target.workflow_execution().run_id() == first.run_id());
  const auto scheduled = event("caller", enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED);
  const auto started = event("target", enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  BOOST_REQUIRE(started.links_size() == 1);
  const auto& link = started.links(0).workflow_event();
  BOOST_TEST(link.workflow_id() == "caller");
  BOOST_TEST(link.event_ref().event_id() == scheduled.event_id());
  const auto signaled = event("target", enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
  BOOST_TEST(
      signaled.workflow_execution_signaled_event_attributes().input().payloads(0).data() == "in");
  wire::DescribeWorkflowExecutionResponse described =
      call("DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>("target"))
          ->as<wire::DescribeWorkflowExecutionResponse>();
  BOOST_TEST(described.workflow_extended_info().request_id_infos().contains(
      scheduled.nexus_operation_scheduled_event_attributes().request_id()));

  BOOST_TEST(call_it("second caller", wanted())->status.message == "");
  const auto second = result("second caller");
  BOOST_TEST(!second.started());
  BOOST_TEST(second.run_id() == first.run_id());
}

BOOST_AUTO_TEST_CASE(what_the_other_side_refuses_fails_the_operation) {
  auto request = wanted();
  request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  BOOST_TEST(call_it("caller", request)->status.message == "");
  const auto failure = event("caller", enums::EVENT_TYPE_NEXUS_OPERATION_FAILED)
                           .nexus_operation_failed_event_attributes()
                           .failure();
  BOOST_TEST(failure.nexus_operation_execution_failure_info().endpoint() == "__temporal_system");
  BOOST_TEST(
      failure.cause().message()
      == "InvalidArgument: Invalid WorkflowIDConflictPolicy: WORKFLOW_ID_CONFLICT_POLICY_FAIL is "
         "not supported for this operation.");
  BOOST_TEST(failure.cause().server_failure_info().non_retryable());
}

BOOST_AUTO_TEST_CASE(bad_calls_fail_the_workflow_task) {
  auto request = wanted();
  request.set_request_id("mine");
  call_it("request id", request);
  BOOST_TEST(
      refusal("request id")
      == "BadScheduleNexusOperationAttributes: RequestID should not be set on the request");
  request = wanted();
  request.set_namespace_("other");
  call_it("namespace", request);
  BOOST_TEST(
      refusal("namespace")
      == "BadScheduleNexusOperationAttributes: Namespace in request \"other\" does not match "
         "namespace in context \"default\"");
  call_it("header", wanted(), "SignalWithStartWorkflowExecution", "name");
  BOOST_TEST(
      refusal("header")
      == "BadScheduleNexusOperationAttributes: ScheduleNexusOperationCommandAttributes.NexusHeader "
         "must be empty when using __temporal_system endpoint");
  call_it("operation", wanted(), "Nothing");
  BOOST_TEST(
      refusal("operation")
      == "BadScheduleNexusOperationAttributes: operation \"Nothing\" not found");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(off, callers)

BOOST_AUTO_TEST_CASE(it_is_refused_where_it_is_switched_off) {
  call_it("caller", wanted());
  BOOST_TEST(refusal("caller") == "FeatureDisabled: SignalWithStart operation is disabled");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
