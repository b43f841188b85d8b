// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/endpoint_access.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <vector>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
using troupe::protocol::allowed_callers;
using troupe::protocol::set_allowed_callers;
namespace op = temporal::api::operatorservice::v1;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

using names = std::vector<std::string>;

service_settings with_operations() {
  service_settings made;
  made.standalone_operations = true;
  return made;
}

struct fixture : service_fixture {
  fixture() : service_fixture(with_operations()) {}

  static std::string operator_method(const char* name) {
    return std::string{"/temporal.api.operatorservice.v1.OperatorService/"} + name;
  }

  op::CreateNexusEndpointRequest request(const names& callers) {
    op::CreateNexusEndpointRequest made;
    made.mutable_spec()->set_name("greetings");
    made.mutable_spec()->mutable_target()->mutable_worker()->set_namespace_("default");
    made.mutable_spec()->mutable_target()->mutable_worker()->set_task_queue("q");
    set_allowed_callers(*made.mutable_spec(), callers);
    return made;
  }

  temporal::api::nexus::v1::Endpoint create(const names& callers) {
    return call(operator_method("CreateNexusEndpoint"), request(callers))
        ->as<op::CreateNexusEndpointResponse>()
        .endpoint();
  }

  temporal::api::nexus::v1::Endpoint read() {
    return call(operator_method("ListNexusEndpoints"), op::ListNexusEndpointsRequest{})
        ->as<op::ListNexusEndpointsResponse>()
        .endpoints(0);
  }

  /// As a program that does not know of the list: its spec is made anew.
  temporal::api::nexus::v1::Endpoint
  update(const temporal::api::nexus::v1::Endpoint& of, const std::optional<names>& callers) {
    op::UpdateNexusEndpointRequest made;
    made.set_id(of.id());
    made.set_version(of.version());
    made.mutable_spec()->set_name(of.spec().name());
    *made.mutable_spec()->mutable_target() = of.spec().target();
    if (callers)
      set_allowed_callers(*made.mutable_spec(), *callers);
    return call(operator_method("UpdateNexusEndpoint"), made)
        ->as<op::UpdateNexusEndpointResponse>()
        .endpoint();
  }

  /// What a workflow of `default` that schedules an operation there fails its task with; empty: it
  /// is scheduled.
  std::string schedule() {
    wire::StartWorkflowExecutionRequest start;
    start.set_namespace_("default");
    start.set_workflow_id("w" + std::to_string(++count));
    start.mutable_workflow_type()->set_name("Type");
    start.mutable_task_queue()->set_name("workers");
    BOOST_TEST(call("StartWorkflowExecution", start)->status.ok());
    wire::PollWorkflowTaskQueueRequest poll;
    poll.set_namespace_("default");
    poll.mutable_task_queue()->set_name("workers");
    const auto task =
        call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>();
    wire::RespondWorkflowTaskCompletedRequest done;
    done.set_namespace_("default");
    done.set_task_token(task.task_token());
    auto& command = *done.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
    auto& what = *command.mutable_schedule_nexus_operation_command_attributes();
    what.set_endpoint("greetings");
    what.set_service("s");
    what.set_operation("o");
    const auto status = call("RespondWorkflowTaskCompleted", done)->status;
    wire::TerminateWorkflowExecutionRequest end;
    end.set_namespace_("default");
    end.mutable_workflow_execution()->set_workflow_id(start.workflow_id());
    BOOST_TEST(call("TerminateWorkflowExecution", end)->status.ok());
    return status.ok() ? "" : status.message;
  }

  int count = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(endpoint_access, fixture)

BOOST_AUTO_TEST_CASE(namespaces_that_are_not_listed_cannot_schedule) {
  create({"elsewhere", "another"});
  BOOST_TEST(
      schedule().find(R"(caller namespace "default" unauthorized for "greetings")")
      != std::string::npos);
  update(read(), names{"another", "default"});
  BOOST_TEST(schedule() == "");
}

BOOST_AUTO_TEST_CASE(without_a_list_all_can) {
  create({});
  BOOST_TEST(!allowed_callers(read().spec()));
  BOOST_TEST(schedule() == "");
}

BOOST_AUTO_TEST_CASE(a_program_that_does_not_know_of_the_list_keeps_it) {
  create({"elsewhere"});
  const auto changed = update(read(), std::nullopt);
  BOOST_TEST(changed.version() == 2);
  BOOST_TEST((allowed_callers(changed.spec()) == names{"elsewhere"}));
  BOOST_TEST((allowed_callers(read().spec()) == names{"elsewhere"}));
  BOOST_TEST(schedule() != "");
}

BOOST_AUTO_TEST_CASE(an_empty_list_opens_it_to_all) {
  create({"elsewhere"});
  update(read(), names{});
  BOOST_TEST(!allowed_callers(read().spec()));
  BOOST_TEST(schedule() == "");
}

BOOST_AUTO_TEST_CASE(operations_without_a_workflow_are_refused_too) {
  create({"elsewhere"});
  wire::StartNexusOperationExecutionRequest start;
  start.set_namespace_("default");
  start.set_operation_id("op");
  start.set_request_id("r");
  start.set_endpoint("greetings");
  start.set_service("s");
  start.set_operation("o");
  const auto refused = call("StartNexusOperationExecution", start);
  BOOST_TEST((refused->status.code == status_code::permission_denied));
  BOOST_TEST(
      refused->status.message == R"(caller namespace "default" unauthorized for "greetings")");
}

BOOST_AUTO_TEST_CASE(a_list_that_makes_no_sense_is_refused) {
  const auto refusal = [&](const names& callers) {
    return call(operator_method("CreateNexusEndpoint"), request(callers))->status.message;
  };
  BOOST_TEST(refusal({""}) == "the name of an allowed namespace takes 1 to 1000 bytes");
  BOOST_TEST(
      refusal({std::string(1001, 'x')})
      == "the name of an allowed namespace takes 1 to 1000 bytes");
  BOOST_TEST(
      refusal({"a", "*"}) == "* does not stand for all namespaces: without a list all may call");
  BOOST_TEST(refusal(names(1001, "x")) == "more than 1000 allowed namespaces");
}

BOOST_AUTO_TEST_SUITE_END()
