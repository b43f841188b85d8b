// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/from_wire.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <troupe/client.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;
namespace operators = temporal::api::operatorservice::v1;
namespace enums = temporal::api::enums::v1;

namespace {

struct fixture {
  test::manual_executor clock;
  test::scripted_service service;
  client caller =
      local_client(service, clock, [this] { return clock.step(); }, {.name_space = "ns"});
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client, fixture)

BOOST_AUTO_TEST_CASE(the_connection_check_tolerates_a_service_without_system_info) {
  service.fail("GetSystemInfo", {status_code::unimplemented, "", {}});
  caller.connection()->check();
  service.answer("GetSystemInfo", wire::GetSystemInfoResponse{});
  caller.connection()->check();
  service.fail("GetSystemInfo", {status_code::permission_denied, "go away", {}});
  BOOST_CHECK_EXCEPTION(caller.connection()->check(), connection_error, [](const auto& error) {
    return std::string{error.what()}.find("does not let us in: go away") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_call_that_nothing_will_ever_answer_does_not_hang) {
  struct deaf : rpc::local_service {
    cancel_function handle(request, rpc::reply_handler) override { return {}; }
  } service_without_answers;
  const auto alone = local_client(service_without_answers, clock, [this] { return clock.step(); });
  BOOST_CHECK_EXCEPTION((void)alone.describe_namespace("x"), rpc_error, [](const auto& error) {
    return error.code() == status_code::deadline_exceeded;
  });
}

BOOST_AUTO_TEST_CASE(lists_over_all_pages) {
  wire::ListWorkflowExecutionsResponse page;
  page.add_executions()->mutable_execution()->set_workflow_id("a");
  page.mutable_executions(0)->set_status(enums::WORKFLOW_EXECUTION_STATUS_COMPLETED);
  page.set_next_page_token("2");
  service.answer("ListWorkflowExecutions", page);
  page.Clear();
  page.set_next_page_token("3");
  service.answer("ListWorkflowExecutions", page); // an empty page is not the end
  page.Clear();
  page.add_executions()->mutable_execution()->set_workflow_id("b");
  service.answer("ListWorkflowExecutions", page);

  std::string ids;
  for (const auto& each : caller.list_workflows("WorkflowType = 'x'"))
    ids += each.id + std::string{to_string(each.status)} + " ";
  BOOST_TEST(ids == "aCompleted bUnspecified ");
  const auto sent =
      service.request<wire::ListWorkflowExecutionsRequest>("ListWorkflowExecutions", 2);
  BOOST_TEST(sent.query() == "WorkflowType = 'x'");
  BOOST_TEST(sent.next_page_token() == "3");
}

BOOST_AUTO_TEST_CASE(streams_a_history_with_the_names_of_the_tools) {
  wire::GetWorkflowExecutionHistoryResponse page;
  auto& event = *page.mutable_history()->add_events();
  event.set_event_id(5);
  event.set_event_type(enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED);
  event.mutable_nexus_operation_scheduled_event_attributes()->set_endpoint("ep");
  service.answer("GetWorkflowExecutionHistory", page);
  const auto all = caller.get_workflow("id").history().collect();
  BOOST_REQUIRE(all.size() == 1);
  BOOST_TEST(all[0].id() == 5);
  BOOST_TEST(all[0].type() == "NexusOperationScheduled");
  BOOST_TEST(all[0].to_json().find("\"endpoint\":\"ep\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(describes_what_is_pending) {
  wire::DescribeWorkflowExecutionResponse response;
  response.mutable_workflow_execution_info()->mutable_type()->set_name("Type");
  auto& operation = *response.add_pending_nexus_operations();
  operation.set_state(enums::PENDING_NEXUS_OPERATION_STATE_BACKING_OFF);
  operation.mutable_last_attempt_failure()->set_message("away");
  operation.set_attempt(3);
  auto& callback = *response.add_callbacks();
  callback.mutable_callback()->mutable_nexus()->set_url("temporal://system");
  callback.set_state(enums::CALLBACK_STATE_STANDBY);
  service.answer("DescribeWorkflowExecution", response);
  const auto description = caller.get_workflow("id").describe();
  BOOST_TEST(description.type == "Type");
  BOOST_REQUIRE(description.nexus_operations.size() == 1);
  BOOST_TEST(description.nexus_operations[0].state == "BackingOff");
  BOOST_TEST(description.nexus_operations[0].last_failure == "away");
  BOOST_REQUIRE(description.callbacks.size() == 1);
  BOOST_TEST(description.callbacks[0].state == "Standby");
}

BOOST_AUTO_TEST_CASE(resets_pauses_and_changes_the_options_of_the_run_of_the_handle) {
  wire::ResetWorkflowExecutionResponse reset_to;
  reset_to.set_run_id("next");
  service.answer("ResetWorkflowExecution", reset_to);
  service.answer("PauseWorkflowExecution", wire::PauseWorkflowExecutionResponse{});
  service.answer("UnpauseWorkflowExecution", wire::UnpauseWorkflowExecutionResponse{});
  const auto handle = caller.get_workflow("id", "run");
  BOOST_TEST(
      handle.reset(
          {.event_id = 4,
           .reason = "why",
           .exclude = {reset_exclusion::signals, reset_exclusion::nexus_operations},
           .request_id = "once"})
      == "next");
  const auto reset = service.request<wire::ResetWorkflowExecutionRequest>("ResetWorkflowExecution");
  BOOST_TEST(reset.workflow_execution().workflow_id() == "id");
  BOOST_TEST(reset.workflow_execution().run_id() == "run");
  BOOST_TEST(reset.workflow_task_finish_event_id() == 4);
  BOOST_TEST(reset.reason() == "why");
  BOOST_TEST(reset.request_id() == "once");
  BOOST_REQUIRE(reset.reset_reapply_exclude_types_size() == 2);
  BOOST_TEST(
      reset.reset_reapply_exclude_types(1)
      == temporal::api::enums::v1::RESET_REAPPLY_EXCLUDE_TYPE_NEXUS);

  std::size_t changes = 0;
  const auto changed = [&](const workflow_options_change& change) {
    service.answer(
        "UpdateWorkflowExecutionOptions", wire::UpdateWorkflowExecutionOptionsResponse{});
    handle.change_options(change);
    const auto request = service.request<wire::UpdateWorkflowExecutionOptionsRequest>(
        "UpdateWorkflowExecutionOptions", changes++);
    BOOST_TEST(request.workflow_execution().run_id() == "run");
    std::string text;
    for (const auto& path : request.update_mask().paths())
      text += path + " ";
    return text + request.workflow_execution_options().ShortDebugString();
  };
  BOOST_TEST(
      changed({.priority = troupe::priority{.key = 2, .fairness_key = "a"}})
      == "priority priority { priority_key: 2 fairness_key: \"a\" }");
  BOOST_TEST(
      changed({.versioning = versioning_override::auto_upgrade})
      == "versioning_override versioning_override { auto_upgrade: true }");
  BOOST_TEST(changed({.versioning = versioning_override::none}) == "versioning_override ");
  BOOST_TEST(changed({}) == "");

  handle.pause("lunch");
  handle.unpause("back");
  const auto pause = service.request<wire::PauseWorkflowExecutionRequest>("PauseWorkflowExecution");
  BOOST_TEST(pause.workflow_id() == "id");
  BOOST_TEST(pause.run_id() == "run");
  BOOST_TEST(pause.reason() == "lunch");
  BOOST_TEST(!pause.request_id().empty());
  BOOST_TEST(
      service.request<wire::UnpauseWorkflowExecutionRequest>("UnpauseWorkflowExecution").reason()
      == "back");
}

BOOST_AUTO_TEST_CASE(signals_cancels_and_terminates_the_run_of_the_handle) {
  service.answer("SignalWorkflowExecution", wire::SignalWorkflowExecutionResponse{});
  service.answer("RequestCancelWorkflowExecution", wire::RequestCancelWorkflowExecutionResponse{});
  service.answer("TerminateWorkflowExecution", wire::TerminateWorkflowExecutionResponse{});
  const auto handle = caller.get_workflow("id", "run");
  handle.signal("name", 1, std::string{"two"});
  handle.cancel("why");
  handle.terminate("enough");
  const auto signal =
      service.request<wire::SignalWorkflowExecutionRequest>("SignalWorkflowExecution");
  BOOST_TEST(signal.signal_name() == "name");
  BOOST_TEST(signal.input().payloads_size() == 2);
  BOOST_TEST(signal.workflow_execution().run_id() == "run");
  BOOST_TEST(
      service.request<wire::RequestCancelWorkflowExecutionRequest>("RequestCancelWorkflowExecution")
          .reason()
      == "why");
  BOOST_TEST(
      service.request<wire::TerminateWorkflowExecutionRequest>("TerminateWorkflowExecution")
          .reason()
      == "enough");
}

BOOST_AUTO_TEST_CASE(writes_and_reads_endpoints) {
  operators::CreateNexusEndpointResponse created;
  created.mutable_endpoint()->set_id("1");
  created.mutable_endpoint()->set_version(1);
  created.mutable_endpoint()->mutable_spec()->mutable_target()->mutable_external()->set_url(
      "http://x");
  service.answer("CreateNexusEndpoint", created);
  const auto endpoint = caller.create_nexus_endpoint(
      {.name = "ep", .target_namespace = "ns", .target_task_queue = "q", .description = "text"});
  BOOST_TEST(endpoint.id == "1");
  BOOST_TEST(endpoint.target_url == "http://x");
  const auto sent = service.request<operators::CreateNexusEndpointRequest>("CreateNexusEndpoint");
  BOOST_TEST(sent.spec().target().worker().namespace_() == "ns");
  BOOST_TEST(sent.spec().target().worker().task_queue() == "q");
  BOOST_TEST(sent.spec().description().data() == "\"text\"");

  service.answer("ListNexusEndpoints", operators::ListNexusEndpointsResponse{});
  BOOST_CHECK_EXCEPTION(
      (void)caller.find_nexus_endpoint("absent"), rpc_error, [](const auto& error) {
        return error.code() == status_code::not_found;
      });
}

BOOST_AUTO_TEST_CASE(names_of_enums_are_written_as_the_tools_do) {
  BOOST_TEST(to_string(workflow_status::continued_as_new) == "ContinuedAsNew");
  BOOST_TEST(to_string(static_cast<workflow_status>(77)) == "Unspecified");
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf8_is_refused_before_it_leaves) {
  const std::string bad = "caf\xc3";
  const auto refused = [](const std::string& field) {
    return [field](const rpc_error& error) {
      return error.code() == status_code::invalid_argument
             && std::string{error.what()}.find("field " + field + " is not valid UTF-8")
                    != std::string::npos;
    };
  };
  BOOST_CHECK_EXCEPTION((void)caller.describe_namespace(bad), rpc_error, refused("namespace"));
  BOOST_CHECK_EXCEPTION(
      (void)caller.start_workflow<int>("W", {.id = bad, .task_queue = "q"}),
      rpc_error,
      refused("workflow_id"));
  BOOST_CHECK_EXCEPTION(
      (void)caller.start_workflow<int>(bad, {.id = "w", .task_queue = "q"}),
      rpc_error,
      refused("workflow_type.name"));
  BOOST_CHECK_EXCEPTION(
      (void)caller.start_workflow<int>(
          "W", {.id = "w", .task_queue = "q", .memo = {{bad, encode_value(1)}}}),
      rpc_error,
      refused("memo.fields (a key)"));
  BOOST_CHECK_EXCEPTION(
      caller.get_workflow<int>(bad).terminate("enough"),
      rpc_error,
      refused("workflow_execution.workflow_id"));
  BOOST_TEST(service.asked.empty());
}

BOOST_AUTO_TEST_CASE(its_calls_are_counted_by_operation) {
  service.answer("GetSystemInfo", wire::GetSystemInfoResponse{});
  caller.connection()->check();
  service.fail("DescribeNamespace", {status_code::unavailable, "later", {}});
  service.answer("DescribeNamespace", wire::DescribeNamespaceResponse{});
  (void)caller.describe_namespace("x");
  wire::GetWorkflowExecutionHistoryResponse closed;
  auto& event = *closed.mutable_history()->add_events();
  event.set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);
  event.mutable_workflow_execution_completed_event_attributes();
  service.answer("GetWorkflowExecutionHistory", closed);
  caller.get_workflow<void>("w").result();
  const auto seen = caller.connection()->metrics()->read();
  const auto total = [&](const char* name, const char* operation) {
    return seen.total(name, {{"operation", operation}, {"namespace", "ns"}});
  };
  BOOST_TEST(total("request", "GetSystemInfo") == 1);
  BOOST_TEST(total("request", "DescribeNamespace") == 2);
  BOOST_TEST(total("request_failure", "DescribeNamespace") == 1);
  BOOST_TEST(seen.total("request_failure", {{"status_code", "UNAVAILABLE"}}) == 1);
  BOOST_TEST(total("long_request", "GetWorkflowExecutionHistory") == 1);
  BOOST_TEST(total("request", "GetWorkflowExecutionHistory") == 0);
  BOOST_TEST(seen.histogram("request_latency").count == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
