// SPDX-License-Identifier: Apache-2.0
// Batch operations: what is done to many workflows, and what is remembered of it.

#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/stored_service.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // executions are named in the older way

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
using troupe::test::scripted_store;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

template <class Base>
struct batches : Base {
  using Base::Base;
  using sent = service_fixture::sent;

  static wire::StartBatchOperationRequest job(const std::string& id) {
    wire::StartBatchOperationRequest request;
    request.set_namespace_("default");
    request.set_job_id(id);
    request.set_reason("why");
    request.set_visibility_query("WorkflowType = 'Type'");
    return request;
  }
  static wire::StartBatchOperationRequest signalling(const std::string& id) {
    auto request = job(id);
    request.mutable_signal_operation()->set_signal("wake");
    request.mutable_signal_operation()->set_identity("me");
    return request;
  }

  void begin(int count) {
    for (int at = 0; at < count; ++at)
      start("w" + std::to_string(at));
  }
  void start(const std::string& id) {
    const auto answer = this->call("StartWorkflowExecution", start_request(id));
    BOOST_TEST(answer->status.message == "");
  }

  /// The status of a start that is refused.
  troupe::rpc_status refusal(const wire::StartBatchOperationRequest& request) {
    return this->call("StartBatchOperation", request)->status;
  }
  void run(const wire::StartBatchOperationRequest& request) {
    BOOST_TEST(refusal(request).message == "");
  }

  sent describe_sent(const std::string& id) {
    wire::DescribeBatchOperationRequest request;
    request.set_namespace_("default");
    request.set_job_id(id);
    return this->call("DescribeBatchOperation", request);
  }
  wire::DescribeBatchOperationResponse describe(const std::string& id) {
    const auto answer = describe_sent(id);
    BOOST_TEST(answer->status.message == "");
    return answer->template as<wire::DescribeBatchOperationResponse>();
  }
  /// `state completed+failed of total`.
  std::string progress(const std::string& id) {
    const auto found = describe(id);
    return enums::BatchOperationState_Name(found.state()).substr(22) + " "
           + std::to_string(found.complete_operation_count()) + "+"
           + std::to_string(found.failure_operation_count()) + " of "
           + std::to_string(found.total_operation_count());
  }
  wire::DescribeWorkflowExecutionResponse workflow(const std::string& id) {
    return this
        ->call("DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>(id))
        ->template as<wire::DescribeWorkflowExecutionResponse>();
  }
  int signals_of(const std::string& id) {
    const auto page =
        this->call(
                "GetWorkflowExecutionHistory", about<wire::GetWorkflowExecutionHistoryRequest>(id))
            ->template as<wire::GetWorkflowExecutionHistoryResponse>();
    int count = 0;
    for (const auto& event : page.history().events())
      count += event.has_workflow_execution_signaled_event_attributes() ? 1 : 0;
    return count;
  }
  sent stop(const std::string& id, const std::string& reason = "enough") {
    wire::StopBatchOperationRequest request;
    request.set_namespace_("default");
    request.set_job_id(id);
    request.set_reason(reason);
    return this->call("StopBatchOperation", request);
  }
};

using fixture = batches<service_fixture>;

std::string
described(const batches<service_fixture>&, const temporal::api::batch::v1::BatchOperationInfo& of) {
  return of.job_id() + (of.has_close_time() ? "" : "*");
}

} // namespace

BOOST_AUTO_TEST_SUITE(batch_operations)

BOOST_FIXTURE_TEST_SUITE(rules, fixture)

BOOST_AUTO_TEST_CASE(all_running_workflows_of_a_query_are_signalled) {
  begin(450);
  this->call("TerminateWorkflowExecution", about<wire::TerminateWorkflowExecutionRequest>("w7"));
  run(signalling("job"));
  BOOST_TEST(progress("job") == "COMPLETED 449+0 of 449");
  for (const auto* id : {"w0", "w200", "w449"})
    BOOST_TEST(signals_of(id) == 1);
  BOOST_TEST(signals_of("w7") == 0);
  const auto found = describe("job");
  BOOST_CHECK(found.operation_type() == enums::BATCH_OPERATION_TYPE_SIGNAL);
  BOOST_TEST(found.identity() == "me");
  BOOST_TEST(found.reason() == "why");
  BOOST_TEST(found.has_start_time());
  BOOST_TEST(found.has_close_time());
}

BOOST_AUTO_TEST_CASE(named_workflows_are_cancelled_and_what_is_gone_needs_nothing) {
  begin(2);
  auto request = job("job");
  request.clear_visibility_query();
  for (const auto* id : {"w0", "w1", "nobody"})
    request.add_executions()->set_workflow_id(id);
  request.mutable_cancellation_operation()->set_identity("me");
  run(request);
  BOOST_TEST(progress("job") == "COMPLETED 3+0 of 3");
  BOOST_TEST(workflow("w1").workflow_extended_info().cancel_requested());
}

BOOST_AUTO_TEST_CASE(workflows_are_terminated_and_deleted) {
  begin(3);
  auto request = job("end");
  request.mutable_termination_operation()->set_identity("me");
  run(request);
  BOOST_TEST(progress("end") == "COMPLETED 3+0 of 3");
  BOOST_CHECK(
      workflow("w1").workflow_execution_info().status()
      == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED);
  request = job("remove");
  request.mutable_deletion_operation();
  run(request); // closed ones, too
  BOOST_TEST(progress("remove") == "COMPLETED 3+0 of 3");
  BOOST_CHECK(
      call("DescribeWorkflowExecution", about<wire::DescribeWorkflowExecutionRequest>("w1"))
          ->status.code
      == status_code::not_found);
}

BOOST_AUTO_TEST_CASE(each_run_is_reset_once_to_the_point_that_is_asked_for) {
  begin(3);
  for (int at = 0; at < 3; ++at) {
    wire::PollWorkflowTaskQueueRequest poll;
    poll.set_namespace_("default");
    poll.mutable_task_queue()->set_name("q");
    wire::RespondWorkflowTaskCompletedRequest done;
    done.set_namespace_("default");
    done.set_task_token(call("PollWorkflowTaskQueue", poll)
                            ->as<wire::PollWorkflowTaskQueueResponse>()
                            .task_token());
    BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.message == "");
  }
  std::set<std::string> before;
  for (const auto* id : {"w0", "w1", "w2"})
    before.insert(workflow(id).workflow_execution_info().execution().run_id());
  shard.advance(1s);
  auto request = job("job");
  request.mutable_reset_operation()->mutable_options()->mutable_last_workflow_task();
  run(request);
  BOOST_TEST(progress("job") == "COMPLETED 3+0 of 3");
  wire::CountWorkflowExecutionsRequest count;
  count.set_namespace_("default");
  BOOST_TEST(
      call("CountWorkflowExecutions", count)->as<wire::CountWorkflowExecutionsResponse>().count()
      == 6); // a new run each, and no more
  BOOST_TEST(!before.contains(workflow("w0").workflow_execution_info().execution().run_id()));
}

BOOST_AUTO_TEST_CASE(a_workflow_that_refuses_counts_as_failed) {
  start("w0");
  auto request = job("job");
  request.mutable_reset_operation()->mutable_options()->set_build_id("unknown");
  run(request);
  BOOST_TEST(progress("job") == "COMPLETED 0+1 of 1");
}

BOOST_AUTO_TEST_CASE(options_are_changed) {
  begin(2);
  auto request = job("job");
  auto& change = *request.mutable_update_workflow_options_operation();
  change.mutable_workflow_execution_options()->mutable_priority()->set_priority_key(2);
  change.mutable_update_mask()->add_paths("priority");
  run(request);
  BOOST_TEST(progress("job") == "COMPLETED 2+0 of 2");
  BOOST_TEST(workflow("w1").workflow_execution_info().priority().priority_key() == 2);
}

BOOST_AUTO_TEST_CASE(paused_activities_of_every_type_go_on) {
  start("w0");
  wire::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  wire::RespondWorkflowTaskCompletedRequest done;
  done.set_namespace_("default");
  done.set_task_token(
      call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>().task_token());
  for (const auto* type : {"A", "B", "C"}) {
    auto& command = *done.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
    auto& to = *command.mutable_schedule_activity_task_command_attributes();
    to.set_activity_id(type);
    to.mutable_activity_type()->set_name(type);
    to.mutable_task_queue()->set_name("aq");
    to.mutable_start_to_close_timeout()->set_seconds(10);
  }
  BOOST_TEST(call("RespondWorkflowTaskCompleted", done)->status.message == "");
  for (const auto* id : {"A", "B"}) {
    auto pause = about<wire::PauseActivityRequest>("w0");
    pause.set_id(id);
    BOOST_TEST(call("PauseActivity", pause)->status.message == "");
  }
  auto request = job("job");
  request.mutable_unpause_activities_operation()->set_match_all(true);
  run(request);
  BOOST_TEST(progress("job") == "COMPLETED 1+0 of 1");
  const auto after = workflow("w0");
  BOOST_TEST(after.pending_activities_size() == 3);
  for (const auto& each : after.pending_activities())
    BOOST_TEST(!each.paused());
}

BOOST_AUTO_TEST_CASE(it_goes_no_faster_than_it_is_told_and_one_runs_at_a_time) {
  begin(10);
  auto request = signalling("slow");
  request.set_max_operations_per_second(2);
  run(request);
  BOOST_TEST(progress("slow") == "RUNNING 1+0 of 10");
  BOOST_CHECK(refusal(signalling("other")).code == status_code::resource_exhausted);
  BOOST_TEST(refusal(signalling("other")).message == "Max concurrent batch operations is reached");
  shard.advance(2s);
  BOOST_TEST(progress("slow") == "RUNNING 5+0 of 10");
  shard.advance(10s);
  BOOST_TEST(progress("slow") == "COMPLETED 10+0 of 10");
  run(signalling("other"));
}

BOOST_AUTO_TEST_CASE(it_is_stopped_where_it_stands) {
  begin(10);
  auto request = signalling("job");
  request.set_max_operations_per_second(1);
  run(request);
  shard.advance(2s);
  BOOST_TEST(stop("job")->status.message == "");
  BOOST_TEST(progress("job") == "FAILED 3+0 of 10");
  shard.advance(1min);
  int signalled = 0;
  for (int at = 0; at < 10; ++at)
    signalled += signals_of("w" + std::to_string(at));
  BOOST_TEST(signalled == 3);
  BOOST_TEST(stop("job")->status.message == "workflow execution already completed");
  BOOST_TEST(stop("nobody")->status.message == "workflow not found for ID: nobody");
  BOOST_TEST(stop("job", "")->status.message == "Reason is not set on request.");
}

BOOST_AUTO_TEST_CASE(bad_requests_are_refused_as_the_real_server_refuses_them) {
  auto request = signalling("");
  BOOST_TEST(refusal(request).message == "JobId is not set on request.");
  request = signalling("job");
  request.clear_reason();
  BOOST_TEST(
      refusal(request).message
      == "must provide required parameters: BatchType/Reason/Namespace/Query/Executions");
  request = signalling("job");
  request.add_executions();
  BOOST_TEST(refusal(request).message == "batch query and executions are mutually exclusive");
  BOOST_CHECK(refusal(request).code == status_code::unknown);
  request = job("job");
  request.mutable_signal_operation();
  BOOST_TEST(refusal(request).message == "must provide signal name");
  request.mutable_reset_operation()->mutable_options();
  BOOST_TEST(refusal(request).message == "batch reset missing target");
  request.mutable_unpause_activities_operation();
  BOOST_TEST(refusal(request).message == "activity filter must be set");
  request.mutable_reset_activities_operation()->set_type("");
  BOOST_TEST(
      refusal(request).message
      == "Either activity type must be set, or match all should be set to true");
  request = signalling("job");
  for (const auto& [query, problem] : std::initializer_list<std::pair<const char*, const char*>>{
           {"()", "29"},
           {" a =", "31"},
           {"a = 'x", "33 near 'x'"},
           {"  ", "29"},
           {"GROUP BY ExecutionStatus", "32 near 'group'"},
           {" ORDER BY StartTime", "33 near 'order'"}}) {
    request.set_visibility_query(query);
    BOOST_TEST(
        refusal(request).message
        == std::string{"invalid visibility query: syntax error at position "} + problem);
  }
  BOOST_TEST(describe_sent("job")->status.message == "workflow not found for ID: job");
  BOOST_TEST(describe_sent("")->status.message == "JobId is not set on request.");
  // What only the index knows to be wrong fails the operation.
  request.set_visibility_query("Nope = 1");
  run(request);
  BOOST_TEST(progress("job") == "FAILED 0+0 of 0");
  for (const auto* query :
       {"WorkflowType = 'x' GROUP BY ExecutionStatus", "WorkflowType = 'x' ORDER BY StartTime"}) {
    request.set_visibility_query(query);
    request.set_job_id(query);
    run(request);
    BOOST_TEST(progress(query) == "FAILED 0+0 of 0");
  }
  BOOST_CHECK(refusal(signalling("job")).code == status_code::already_exists);
}

BOOST_AUTO_TEST_CASE(long_requests_are_refused_and_what_ended_is_kept_within_bounds) {
  BOOST_TEST(
      refusal(signalling(std::string(1'001, 'j'))).message == "WorkflowId exceeds length limit.");
  auto request = signalling("large");
  request.set_reason(std::string(2'200'000, 'r'));
  BOOST_TEST(refusal(request).message.starts_with("grpc: received message larger than max (4400"));
  request.set_reason(std::string(1'900'000, 'r'));
  constexpr int count = 12;
  for (int at = 0; at < count; ++at) {
    request.set_job_id("job-" + std::to_string(at));
    run(request);
    shard.advance(1min);
  }
  wire::ListBatchOperationsRequest all;
  all.set_namespace_("default");
  const auto listed =
      call("ListBatchOperations", all)->as<wire::ListBatchOperationsResponse>().operation_info();
  BOOST_TEST(listed.size() < count); // the oldest are forgotten
  BOOST_TEST(listed.size() > count / 2);
  BOOST_TEST(listed.begin()->job_id() == "job-11");
}

BOOST_AUTO_TEST_CASE(a_list_has_those_that_run_first_then_the_newest) {
  start("w0");
  for (const auto* id : {"a", "b", "c"}) {
    run(signalling(id));
    shard.advance(1s);
  }
  begin(5);
  auto slow = signalling("slow");
  slow.set_max_operations_per_second(0.1F);
  BOOST_TEST(call("StartBatchOperation", slow)->status.message == "");
  std::vector<std::string> found;
  wire::ListBatchOperationsRequest request;
  request.set_namespace_("default");
  request.set_page_size(3);
  do {
    const auto page = call("ListBatchOperations", request)->as<wire::ListBatchOperationsResponse>();
    for (const auto& each : page.operation_info())
      found.push_back(described(*this, each));
    request.set_next_page_token(page.next_page_token());
  } while (!request.next_page_token().empty());
  BOOST_TEST(
      found == (std::vector<std::string>{"slow*", "c", "b", "a"}),
      boost::test_tools::per_element());
  request.set_next_page_token("x");
  BOOST_CHECK(!call("ListBatchOperations", request)->status.ok());
}

BOOST_AUTO_TEST_CASE(closed_ones_are_forgotten_with_the_workflows_of_their_time) {
  start("w0");
  run(signalling("old"));
  shard.advance(24h * 30);
  start("w1");
  run(signalling("new"));
  BOOST_TEST(progress("new") == "COMPLETED 2+0 of 2");
  BOOST_TEST(describe_sent("old")->status.message == "workflow not found for ID: old");
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

using life = batches<stored_service>;

} // namespace

BOOST_AUTO_TEST_SUITE(durability)

BOOST_AUTO_TEST_CASE(one_goes_on_in_the_next_life_and_asks_nothing_twice) {
  const auto disk = std::make_shared<scripted_store::disk>();
  {
    life first{disk};
    first.begin(450);
    int written = 0;
    first.where->fails = [&](const commit_batch& what) {
      for (const auto& each : what.rows)
        written += each.key.where == table::batch ? 1 : 0;
      return false;
    };
    first.where->after = [&] {
      if (written == 2) // its start, and the first page
        first.where->crash();
    };
    (void)first.send("StartBatchOperation", life::signalling("job"));
    first.shard.run_until_idle();
    BOOST_TEST(first.where->is_dead());
  }
  life second{disk, 8};
  second.shard.advance(1min);
  BOOST_TEST(second.progress("job") == "COMPLETED 450+0 of 450");
  for (int at = 0; at < 450; ++at)
    BOOST_REQUIRE(second.signals_of("w" + std::to_string(at)) == 1);
}

BOOST_AUTO_TEST_CASE(nothing_is_told_before_it_is_durable) {
  const auto disk = std::make_shared<scripted_store::disk>();
  life one{disk};
  one.start("w0");
  one.where->fails = [](const commit_batch& what) {
    return !what.rows.empty() && what.rows.front().key.where == table::batch;
  };
  BOOST_CHECK(one.refusal(life::signalling("job")).code == status_code::unavailable);
  BOOST_TEST(one.describe_sent("job")->status.message == "workflow not found for ID: job");
  one.where->fails = {};
  one.run(life::signalling("job"));
  BOOST_TEST(one.progress("job") == "COMPLETED 1+0 of 1");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
