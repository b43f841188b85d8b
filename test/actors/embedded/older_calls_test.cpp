// SPDX-License-Identifier: Apache-2.0
// Calls from before there were queries, and those that ask for what this service has none of.

#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

namespace {

using namespace troupe::embedded;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

struct fixture : service_fixture {
  fixture() {
    for (const std::string id : {"open", "closed"}) {
      auto request = start_request(id);
      request.mutable_workflow_type()->set_name("It's " + id);
      BOOST_TEST(call("StartWorkflowExecution", request)->status.message == "");
    }
    BOOST_TEST(
        call("TerminateWorkflowExecution", about<wire::TerminateWorkflowExecutionRequest>("closed"))
            ->status.message
        == "");
    shard.run_until_idle();
  }

  /// The ids that it lists, or why it is refused.
  template <class Response, class Request>
  std::string listed(const std::string& method, Request request) {
    request.set_namespace_("default");
    const auto answer = call(method, request);
    if (!answer->status.ok())
      return answer->status.message;
    std::string all;
    const auto response = answer->template as<Response>();
    for (const auto& each : response.executions())
      all += each.execution().workflow_id() + ' ';
    return all;
  }
  std::string open(const wire::ListOpenWorkflowExecutionsRequest& request) {
    return listed<wire::ListOpenWorkflowExecutionsResponse>("ListOpenWorkflowExecutions", request);
  }
  std::string closed(const wire::ListClosedWorkflowExecutionsRequest& request) {
    return listed<wire::ListClosedWorkflowExecutionsResponse>(
        "ListClosedWorkflowExecutions", request);
  }
  std::string scanned(const std::string& query) {
    wire::ScanWorkflowExecutionsRequest request;
    request.set_query(query);
    return listed<wire::ScanWorkflowExecutionsResponse>("ScanWorkflowExecutions", request);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(older_calls, fixture)

BOOST_AUTO_TEST_CASE(open_ones_are_listed_by_time_id_or_type) {
  wire::ListOpenWorkflowExecutionsRequest request;
  BOOST_TEST(open(request) == "open ");
  request.mutable_start_time_filter()->mutable_latest_time()->set_seconds(1000);
  BOOST_TEST(open(request) == "");
  request.mutable_start_time_filter()->mutable_earliest_time()->set_seconds(2000);
  BOOST_TEST(
      open(request) == "EarliestTime in StartTimeFilter should not be larger than LatestTime.");
  request.mutable_start_time_filter()->mutable_latest_time()->set_seconds(4'000'000'000);
  BOOST_TEST(open(request) == "open ");
  request.mutable_execution_filter()->set_workflow_id("closed");
  BOOST_TEST(open(request) == "");
  request.mutable_execution_filter()->set_workflow_id("open");
  request.mutable_execution_filter()->set_run_id("whichever");
  BOOST_TEST(open(request) == "open ");
  request.mutable_type_filter()->set_name("It's open"); // quotes are no matter
  BOOST_TEST(open(request) == "open ");
  request.mutable_type_filter()->set_name("x' OR WorkflowType != 'x");
  BOOST_TEST(open(request) == "");
}

BOOST_AUTO_TEST_CASE(closed_ones_are_listed_by_status_too) {
  wire::ListClosedWorkflowExecutionsRequest request;
  BOOST_TEST(closed(request) == "closed ");
  request.mutable_status_filter()->set_status(enums::WORKFLOW_EXECUTION_STATUS_TERMINATED);
  BOOST_TEST(closed(request) == "closed ");
  request.mutable_status_filter()->set_status(enums::WORKFLOW_EXECUTION_STATUS_FAILED);
  BOOST_TEST(closed(request) == "");
  for (const auto none :
       {enums::WORKFLOW_EXECUTION_STATUS_UNSPECIFIED, enums::WORKFLOW_EXECUTION_STATUS_RUNNING}) {
    request.mutable_status_filter()->set_status(none);
    BOOST_TEST(closed(request) == "StatusFilter must be specified and must be not Running.");
  }
  request.mutable_status_filter()->set_status(static_cast<enums::WorkflowExecutionStatus>(9));
  BOOST_TEST(
      closed(request) == "invalid query: invalid expression: invalid ExecutionStatus value '9'");
  request.mutable_type_filter()->set_name("It's closed");
  BOOST_TEST(closed(request) == "closed ");
}

BOOST_AUTO_TEST_CASE(a_scan_is_a_list) {
  BOOST_TEST(scanned("") == "open closed ");
  BOOST_TEST(scanned("WorkflowId = 'closed'") == "closed ");
  BOOST_TEST(
      scanned("GROUP BY ExecutionStatus")
      == "invalid query: operation is not supported: 'GROUP BY' clause");
  wire::ScanWorkflowExecutionsRequest request;
  request.set_namespace_("default");
  request.set_page_size(1);
  const auto first =
      call("ScanWorkflowExecutions", request)->as<wire::ScanWorkflowExecutionsResponse>();
  BOOST_TEST(first.executions_size() == 1);
  request.set_next_page_token(first.next_page_token());
  const auto second =
      call("ScanWorkflowExecutions", request)->as<wire::ScanWorkflowExecutionsResponse>();
  BOOST_REQUIRE(second.executions_size() == 1);
  BOOST_TEST(second.executions(0).execution().workflow_id() == "closed");
}

BOOST_AUTO_TEST_CASE(nothing_is_archived) {
  BOOST_TEST(
      listed<wire::ListArchivedWorkflowExecutionsResponse>(
          "ListArchivedWorkflowExecutions", wire::ListArchivedWorkflowExecutionsRequest{})
      == "Cluster is not configured for visibility archival.");
}

BOOST_AUTO_TEST_CASE(a_task_queue_is_one_part) {
  wire::ListTaskQueuePartitionsRequest request;
  request.set_namespace_("default");
  const auto refusal = [&] { return call("ListTaskQueuePartitions", request)->status.message; };
  BOOST_TEST(refusal() == "taskQueue is not set");
  request.mutable_task_queue();
  BOOST_TEST(refusal() == "missing task queue name");
  request.mutable_task_queue()->set_name("/_sys/q/1");
  BOOST_TEST(refusal() == "task queue name cannot start with reserved prefix /_sys/");
  request.mutable_task_queue()->set_name(std::string(2000, 'q'));
  BOOST_TEST(refusal() == "taskQueue length exceeds limit");
  request.mutable_task_queue()->set_name("q");
  const auto found =
      call("ListTaskQueuePartitions", request)->as<wire::ListTaskQueuePartitionsResponse>();
  BOOST_REQUIRE(found.workflow_task_queue_partitions_size() == 1);
  BOOST_REQUIRE(found.activity_task_queue_partitions_size() == 1);
  BOOST_TEST(found.workflow_task_queue_partitions(0).key() == "q");
  BOOST_TEST(found.activity_task_queue_partitions(0).key() == "q");
}

BOOST_AUTO_TEST_SUITE_END()
