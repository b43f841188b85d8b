// SPDX-License-Identifier: Apache-2.0
#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;

struct fixture : service_fixture {
  std::string start(const std::string& id) {
    return call("StartWorkflowExecution", start_request(id))
        ->as<wire::StartWorkflowExecutionResponse>()
        .run_id();
  }

  template <class Request>
  sent
  on_workflow(const std::string& method, const std::string& id, const std::string& run_id = {}) {
    return call(method, about<Request>(id, run_id));
  }
};

BOOST_FIXTURE_TEST_SUITE(service_host, fixture)

BOOST_AUTO_TEST_CASE(says_what_it_does_not_know) {
  const wire::GetSystemInfoRequest empty;
  auto unknown = call("NoSuchMethod", empty);
  BOOST_TEST((unknown->status.code == status_code::unimplemented));
  BOOST_TEST(
      unknown->status.message
      == "unknown method NoSuchMethod for service temporal.api.workflowservice.v1.WorkflowService");
  BOOST_TEST(
      call("/no.such.Service/Method", empty)->status.message == "unknown service no.such.Service");
  BOOST_TEST(!call("/", empty)->status.ok());
  BOOST_TEST(
      call("CreateWorkflowRule", empty)->status.message
      == "unknown method CreateWorkflowRule for service "
         "temporal.api.workflowservice.v1.WorkflowService");
}

BOOST_AUTO_TEST_CASE(says_what_it_is) {
  const auto info =
      call("GetSystemInfo", wire::GetSystemInfoRequest{})->as<wire::GetSystemInfoResponse>();
  BOOST_TEST(info.server_version() == "1.31.2");
  BOOST_TEST(info.capabilities().nexus());
  const auto cluster =
      call("GetClusterInfo", wire::GetClusterInfoRequest{})->as<wire::GetClusterInfoResponse>();
  BOOST_TEST(cluster.cluster_name() == "active");
  BOOST_TEST(cluster.supported_clients().at("temporal-cli") == "<2.0.0");
}

BOOST_AUTO_TEST_CASE(refuses_requests_that_are_no_messages) {
  auto failed = send_bytes("StartWorkflowExecution", "\xff\xff\xff\xff garbage");
  shard.run_until_idle();
  BOOST_TEST(failed->is_answered);
  BOOST_TEST((failed->status.code == status_code::internal));
}

BOOST_AUTO_TEST_CASE(checks_the_namespace_first) {
  wire::StartWorkflowExecutionRequest request;
  BOOST_TEST(call("StartWorkflowExecution", request)->status.message == "Namespace is empty.");
  request.set_namespace_("no-such-ns");
  const auto unknown = call("StartWorkflowExecution", request);
  BOOST_TEST(unknown->status.message == "Namespace no-such-ns is not found.");
  BOOST_TEST(unknown->status.details.find("NamespaceNotFoundFailure") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_the_services_own_search_attributes_some_may_be_set) {
  const auto with = [&](const std::string& name) {
    auto request = start_request("with " + name);
    auto& value = (*request.mutable_search_attributes()->mutable_indexed_fields())[name];
    (*value.mutable_metadata())["encoding"] = "json/plain";
    value.set_data("\"x\"");
    return call("StartWorkflowExecution", request)->status.message;
  };
  for (const std::string name :
       {"StartTime", "WorkflowId", "TaskQueue", "TemporalWorkerDeployment"})
    BOOST_TEST(with(name) == name + " attribute can't be set in SearchAttributes");
  for (const auto* name : {"BatcherUser", "BatcherNamespace", "TemporalScheduledById"})
    BOOST_TEST(with(name) == "");
  BOOST_TEST(
      with("VisibilityTime")
      == "Namespace default has no mapping defined for search attribute VisibilityTime");
}

BOOST_AUTO_TEST_CASE(an_unknown_workflow_is_not_found_by_any_call_and_leaves_nothing_behind) {
  // One whose id nobody may have is not found like others.
  for (const auto& id : {std::string{"nope"}, std::string(1001, 'n')}) {
    const sent answers[] = {
        on_workflow<wire::SignalWorkflowExecutionRequest>("SignalWorkflowExecution", id),
        on_workflow<wire::RequestCancelWorkflowExecutionRequest>(
            "RequestCancelWorkflowExecution", id),
        on_workflow<wire::TerminateWorkflowExecutionRequest>("TerminateWorkflowExecution", id),
        on_workflow<wire::DescribeWorkflowExecutionRequest>("DescribeWorkflowExecution", id),
        on_workflow<wire::GetWorkflowExecutionHistoryRequest>("GetWorkflowExecutionHistory", id),
        on_workflow<wire::DeleteWorkflowExecutionRequest>("DeleteWorkflowExecution", id),
        on_workflow<wire::QueryWorkflowRequest>("QueryWorkflow", id),
    };
    for (const auto& answer : answers) {
      BOOST_TEST(answer->status.message == "workflow not found for ID: " + id);
      BOOST_TEST((answer->status.code == status_code::not_found));
    }
  }
  auto start = start_request(std::string(1001, 'n'));
  BOOST_TEST(
      call("StartWorkflowExecution", start)->status.message == "WorkflowId length exceeds limit.");
  BOOST_TEST(host->here().loaded_executions() == 0);
}

BOOST_AUTO_TEST_CASE(a_closed_workflow_takes_no_signal_but_any_cancel) {
  start("w");
  BOOST_TEST(on_workflow<wire::TerminateWorkflowExecutionRequest>("TerminateWorkflowExecution", "w")
                 ->status.ok());
  BOOST_TEST(
      on_workflow<wire::SignalWorkflowExecutionRequest>("SignalWorkflowExecution", "w")
          ->status.message
      == "workflow execution already completed");
  BOOST_TEST(on_workflow<wire::RequestCancelWorkflowExecutionRequest>(
                 "RequestCancelWorkflowExecution", "w")
                 ->status.ok());
}

BOOST_AUTO_TEST_CASE(refuses_wrong_runs) {
  start("w");
  const std::string other = "00000000-0000-0000-0000-000000000001";
  BOOST_TEST(
      on_workflow<wire::SignalWorkflowExecutionRequest>("SignalWorkflowExecution", "w", other)
          ->status.message
      == "workflow execution not found for workflow ID \"w\" and run ID \"" + other + "\"");
  BOOST_TEST(
      on_workflow<wire::SignalWorkflowExecutionRequest>("SignalWorkflowExecution", "w", "no-uuid")
          ->status.message
      == "Invalid RunId.");
  wire::SignalWorkflowExecutionRequest nothing;
  nothing.set_namespace_("default");
  BOOST_TEST(
      call("SignalWorkflowExecution", nothing)->status.message
      == "Execution is not set on request.");
}

BOOST_AUTO_TEST_CASE(refuses_garbage_and_stale_task_tokens) {
  wire::RespondWorkflowTaskCompletedRequest request;
  request.set_namespace_("default");
  BOOST_TEST(
      call("RespondWorkflowTaskCompleted", request)->status.message
      == "Task token not set on request.");
  request.set_task_token("garbage");
  BOOST_TEST(
      call("RespondWorkflowTaskCompleted", request)->status.message
      == "Error deserializing task token.");
  wire::RespondActivityTaskCompletedRequest activity;
  activity.set_namespace_("default");
  activity.set_task_token("garbage");
  BOOST_TEST(
      call("RespondActivityTaskCompleted", activity)->status.message
      == "Error deserializing task token.");

  start("w");
  wire::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  request.set_task_token(
      call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>().task_token());
  auto elsewhere = request;
  elsewhere.set_namespace_("temporal-system");
  BOOST_TEST(
      call("RespondWorkflowTaskCompleted", elsewhere)->status.message
      == "Operation requested with a token from a different namespace.");
  BOOST_TEST(call("RespondWorkflowTaskCompleted", request)->status.ok());
  const auto again = call("RespondWorkflowTaskCompleted", request);
  BOOST_TEST(again->status.message == "Workflow task not found.");
  BOOST_TEST((again->status.code == status_code::not_found));
}

BOOST_AUTO_TEST_CASE(no_answer_to_a_task_is_taken_without_its_token) {
  start("w");
  wire::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  const auto ours =
      call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>().task_token();
  const auto refuses = [&]<class Request>(const char* method, Request request) {
    for (const std::string name_space : {"default", "", "nope", "temporal-system"})
      for (const std::string& token : {std::string{}, std::string{"garbage"}, ours}) {
        // A name that is not there is told first, then what is wrong with the token.
        std::string text = "Namespace nope is not found.";
        if (name_space != "nope")
          text = token.empty()   ? "Task token not set on request."
                 : token != ours ? "Error deserializing task token."
                 : name_space == "temporal-system"
                     ? "Operation requested with a token from a different namespace."
                     : "";
        if (text.empty())
          continue;
        BOOST_TEST_CONTEXT(method << " in '" << name_space << "', token '" << token << '\'') {
          request.set_namespace_(name_space);
          request.set_task_token(token);
          const auto refused = call(method, request);
          BOOST_TEST(
              (refused->status.code
               == (name_space == "nope" ? status_code::not_found : status_code::invalid_argument)));
          BOOST_TEST(refused->status.message == text);
        }
      }
  };
  refuses("RespondWorkflowTaskCompleted", wire::RespondWorkflowTaskCompletedRequest{});
  refuses("RespondWorkflowTaskFailed", wire::RespondWorkflowTaskFailedRequest{});
  refuses("RespondQueryTaskCompleted", wire::RespondQueryTaskCompletedRequest{});
  refuses("RespondNexusTaskCompleted", wire::RespondNexusTaskCompletedRequest{});
  refuses("RespondNexusTaskFailed", wire::RespondNexusTaskFailedRequest{});
  refuses("RespondActivityTaskCompleted", wire::RespondActivityTaskCompletedRequest{});
  refuses("RespondActivityTaskFailed", wire::RespondActivityTaskFailedRequest{});
  refuses("RespondActivityTaskCanceled", wire::RespondActivityTaskCanceledRequest{});
  refuses("RecordActivityTaskHeartbeat", wire::RecordActivityTaskHeartbeatRequest{});
}

BOOST_AUTO_TEST_CASE(refuses_bad_signals_in_the_real_servers_words) {
  start("w");
  wire::SignalWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.mutable_workflow_execution()->set_workflow_id("w");
  const auto refused = [&](const std::string& text) {
    const auto answer = call("SignalWorkflowExecution", request);
    BOOST_TEST((answer->status.code == status_code::invalid_argument));
    BOOST_TEST(answer->status.message == text);
  };
  refused("SignalName is not set on request.");
  request.set_signal_name("s");
  request.mutable_input()->add_payloads()->set_data(std::string(3'000'000, 'x'));
  refused("Blob data size exceeds limit.");
  wire::SignalWithStartWorkflowExecutionRequest both;
  both.set_namespace_("default");
  both.set_workflow_id("v");
  both.mutable_workflow_type()->set_name("Type");
  both.mutable_task_queue()->set_name("q");
  const auto answer = call("SignalWithStartWorkflowExecution", both);
  BOOST_TEST((answer->status.code == status_code::invalid_argument));
  BOOST_TEST(answer->status.message == "SignalName is not set on request.");
}

BOOST_AUTO_TEST_CASE(a_history_long_poll_waits_for_the_close_and_ends_in_time) {
  start("w");
  wire::GetWorkflowExecutionHistoryRequest request;
  request.set_namespace_("default");
  request.mutable_execution()->set_workflow_id("w");
  request.set_wait_new_event(true);
  request.set_history_event_filter_type(
      temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  auto ends = send("GetWorkflowExecutionHistory", request, 10s);
  auto vanishes = send("GetWorkflowExecutionHistory", request, 60s);
  shard.advance(8999ms);
  BOOST_TEST(!ends->is_answered);
  shard.advance(1ms);
  BOOST_REQUIRE(ends->is_answered);
  const auto empty = ends->as<wire::GetWorkflowExecutionHistoryResponse>();
  BOOST_TEST(empty.history().events_size() == 0);
  BOOST_TEST(!empty.next_page_token().empty());
  vanishes->cancel();
  shard.run_until_idle();
  BOOST_TEST((vanishes->status.code == status_code::cancelled));
  auto closes = send("GetWorkflowExecutionHistory", request, 60s);
  shard.run_until_idle();
  BOOST_TEST(!closes->is_answered);
  on_workflow<wire::TerminateWorkflowExecutionRequest>("TerminateWorkflowExecution", "w");
  BOOST_REQUIRE(closes->is_answered);
  BOOST_TEST(closes->as<wire::GetWorkflowExecutionHistoryResponse>().history().events_size() == 1);
}

BOOST_AUTO_TEST_CASE(lists_what_was_started) {
  start("one");
  start("two");
  wire::ListWorkflowExecutionsRequest request;
  request.set_namespace_("default");
  request.set_query("WorkflowId = 'two'");
  const auto listed =
      call("ListWorkflowExecutions", request)->as<wire::ListWorkflowExecutionsResponse>();
  BOOST_REQUIRE(listed.executions_size() == 1);
  BOOST_TEST(listed.executions(0).execution().workflow_id() == "two");
  request.set_query("Nope = 1");
  BOOST_TEST(
      (call("ListWorkflowExecutions", request)->status.code == status_code::invalid_argument));
  request.clear_query();
  request.set_next_page_token("garbage");
  BOOST_TEST((call("ListWorkflowExecutions", request)->status.code == status_code::unknown));
}

BOOST_AUTO_TEST_CASE(a_list_that_asks_much_is_answered_in_slices_and_ends_with_its_call) {
  for (int i = 0; i < 40; ++i)
    start("w" + std::to_string(i));
  std::string filter = "WorkflowId = 'w0'";
  for (int i = 1; i < 900; ++i)
    filter += " OR WorkflowId = 'w" + std::to_string(i * 2) + '\'';
  wire::ListWorkflowExecutionsRequest request;
  request.set_namespace_("default");
  request.set_query(filter);
  const auto listed =
      call("ListWorkflowExecutions", request)->as<wire::ListWorkflowExecutionsResponse>();
  BOOST_TEST(listed.executions_size() == 20);
  wire::CountWorkflowExecutionsRequest count;
  count.set_namespace_("default");
  count.set_query(filter);
  BOOST_TEST(
      call("CountWorkflowExecutions", count)->as<wire::CountWorkflowExecutionsResponse>().count()
      == 20);
  auto gone = send("ListWorkflowExecutions", request, 60s);
  gone->cancel();
  shard.run_until_idle();
  BOOST_REQUIRE(gone->is_answered);
  BOOST_TEST((gone->status.code == status_code::cancelled));
  BOOST_TEST(call("ListWorkflowExecutions", request)->status.ok());
}

BOOST_AUTO_TEST_CASE(a_deleted_workflow_is_gone_from_the_list_too) {
  start("w");
  BOOST_TEST(on_workflow<wire::DeleteWorkflowExecutionRequest>("DeleteWorkflowExecution", "w")
                 ->status.ok());
  BOOST_TEST(
      on_workflow<wire::DescribeWorkflowExecutionRequest>("DescribeWorkflowExecution", "w")
          ->status.message
      == "workflow not found for ID: w");
  wire::ListWorkflowExecutionsRequest request;
  request.set_namespace_("default");
  BOOST_TEST(
      call("ListWorkflowExecutions", request)
          ->as<wire::ListWorkflowExecutionsResponse>()
          .executions_size()
      == 0);
  BOOST_TEST(!start("w").empty());
}

BOOST_AUTO_TEST_CASE(a_namespace_that_is_a_target_is_not_deleted) {
  temporal::api::operatorservice::v1::CreateNexusEndpointRequest create;
  create.mutable_spec()->set_name("endpoint");
  create.mutable_spec()->mutable_target()->mutable_worker()->set_namespace_("default");
  create.mutable_spec()->mutable_target()->mutable_worker()->set_task_queue("q");
  const std::string operators = "/temporal.api.operatorservice.v1.OperatorService/";
  BOOST_TEST(call(operators + "CreateNexusEndpoint", create)->status.ok());
  temporal::api::operatorservice::v1::DeleteNamespaceRequest remove;
  remove.set_namespace_("default");
  BOOST_TEST(
      call(operators + "DeleteNamespace", remove)->status.message
      == "cannot delete a namespace that is a target of a Nexus endpoint endpoint");
}

BOOST_AUTO_TEST_CASE(before_it_stops_long_polls_end_as_if_their_time_were_over) {
  start("w");
  wire::GetWorkflowExecutionHistoryRequest request;
  request.set_namespace_("default");
  request.mutable_execution()->set_workflow_id("w");
  request.set_wait_new_event(true);
  request.set_history_event_filter_type(
      temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  wire::PollNexusTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  auto reader = send("GetWorkflowExecutionHistory", request, 60s);
  auto worker = send("PollNexusTaskQueue", poll);
  shard.run_until_idle();
  BOOST_TEST(!reader->is_answered);
  BOOST_TEST(!worker->is_answered);
  host->release_long_polls();
  BOOST_REQUIRE(reader->is_answered);
  BOOST_TEST(reader->status.ok());
  const auto read = reader->as<wire::GetWorkflowExecutionHistoryResponse>();
  BOOST_TEST(read.history().events_size() == 0);
  BOOST_TEST(!read.next_page_token().empty()); // the reader goes on from there, elsewhere or later
  BOOST_REQUIRE(worker->is_answered);
  BOOST_TEST(worker->status.ok());
  // Who comes back now would hold up the end again; what needs no wait is still served.
  request.set_next_page_token(read.next_page_token());
  for (const auto& late :
       {call("GetWorkflowExecutionHistory", request, 60s), call("PollNexusTaskQueue", poll)}) {
    BOOST_TEST((late->status.code == status_code::unavailable));
    BOOST_TEST(late->status.message == "the service is shutting down");
  }
  BOOST_TEST(on_workflow<wire::TerminateWorkflowExecutionRequest>("TerminateWorkflowExecution", "w")
                 ->status.ok());
  BOOST_TEST(call("GetWorkflowExecutionHistory", request, 60s)->status.ok());
  shard.advance(1min);
}

BOOST_AUTO_TEST_CASE(stopping_answers_everything_that_is_under_way) {
  wire::PollNexusTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  auto waiting = send("PollNexusTaskQueue", poll);
  shard.run_until_idle();
  host->stop();
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST(waiting->status.ok());
  auto late = send("PollNexusTaskQueue", poll);
  BOOST_REQUIRE(late->is_answered);
  BOOST_TEST((late->status.code == status_code::unavailable));
  waiting->cancel(); // may come late
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
