// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

namespace {

struct fixture {
  test::manual_executor clock;
  test::scripted_service service;
  client caller = local_client(
      service, clock, [this] { return clock.step(); }, {.name_space = "ns", .identity = "me"});

  wire::StartBatchOperationRequest start(batch_operation what) {
    service.answer("StartBatchOperation", wire::StartBatchOperationResponse{});
    caller.start_batch({.query = "q", .reason = "why", .id = "job"}, std::move(what));
    return sent();
  }
  wire::StartBatchOperationRequest sent() {
    return service.request<wire::StartBatchOperationRequest>(
        "StartBatchOperation", service.asked.at("StartBatchOperation").size() - 1);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(batch_calls, fixture)

BOOST_AUTO_TEST_CASE(a_signal_for_many_is_encoded_as_any_other) {
  service.answer("StartBatchOperation", wire::StartBatchOperationResponse{});
  const auto id = caller.start_batch(
      {.query = "WorkflowType = 'x'", .reason = "why", .operations_per_second = 5},
      message("approve", 7));
  const auto request = sent();
  BOOST_TEST(id.size() == 36);
  BOOST_TEST(request.job_id() == id);
  BOOST_TEST(request.namespace_() == "ns");
  BOOST_TEST(request.visibility_query() == "WorkflowType = 'x'");
  BOOST_TEST(request.reason() == "why");
  BOOST_TEST(request.max_operations_per_second() == 5);
  BOOST_TEST(request.signal_operation().signal() == "approve");
  BOOST_TEST(request.signal_operation().identity() == "me");
  BOOST_TEST(request.signal_operation().input().payloads(0).data() == "7");
}

BOOST_AUTO_TEST_CASE(workflows_may_be_named) {
  service.answer("StartBatchOperation", wire::StartBatchOperationResponse{});
  caller.start_batch({.workflows = {{"a", ""}, {"b", "run"}}, .reason = "why"}, batch_cancel{});
  const auto request = sent();
  BOOST_REQUIRE(request.executions_size() == 2);
  BOOST_TEST(request.executions(1).workflow_id() == "b");
  BOOST_TEST(request.executions(1).run_id() == "run");
  BOOST_TEST(request.cancellation_operation().identity() == "me");
}

BOOST_AUTO_TEST_CASE(every_kind_says_what_is_wanted) {
  BOOST_TEST(
      start(batch_terminate{make_payloads(1)}).termination_operation().details().payloads_size()
      == 1);
  BOOST_TEST(start(batch_delete{}).deletion_operation().identity() == "me");
  const auto reset = start(batch_reset{
                               .to = batch_reset::point::first_workflow_task,
                               .exclude = {reset_exclusion::signals}})
                         .reset_operation();
  BOOST_TEST(reset.options().has_first_workflow_task());
  BOOST_TEST(
      reset.options().reset_reapply_exclude_types(0) == enums::RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL);
  BOOST_TEST(
      start(batch_reset{.to = batch_reset::point::build_id, .build_id = "b"})
          .reset_operation()
          .options()
          .build_id()
      == "b");
  const auto changed = start(batch_change_options{{.priority = priority{.key = 2}}})
                           .update_workflow_options_operation();
  BOOST_TEST(changed.update_mask().paths(0) == "priority");
  BOOST_TEST(changed.workflow_execution_options().priority().priority_key() == 2);
  BOOST_TEST(start(batch_unpause_activities{}).unpause_activities_operation().match_all());
  const auto again =
      start(batch_reset_activities{.type = "charge", .jitter = 2s}).reset_activities_operation();
  BOOST_TEST(again.type() == "charge");
  BOOST_TEST(again.reset_attempts());
  BOOST_TEST(again.jitter().seconds() == 2);
}

BOOST_AUTO_TEST_CASE(options_of_activities_change_one_by_one) {
  const auto all = start(batch_change_activity_options{
                             .type = "charge",
                             .change =
                                 {.task_queue = "other",
                                  .schedule_to_close_timeout = 4h,
                                  .schedule_to_start_timeout = 3h,
                                  .start_to_close_timeout = 2h,
                                  .heartbeat_timeout = 0s,
                                  .retry_policy = workflow::retry_policy{.maximum_attempts = 3},
                                  .priority = priority{.key = 2}}})
                       .update_activity_options_operation();
  BOOST_TEST(all.identity() == "me");
  BOOST_TEST(all.type() == "charge");
  std::string paths;
  for (const auto& path : all.update_mask().paths())
    paths += path + " ";
  BOOST_TEST(
      paths
      == "task_queue.name schedule_to_close_timeout schedule_to_start_timeout "
         "start_to_close_timeout heartbeat_timeout retry_policy priority ");
  const auto& options = all.activity_options();
  BOOST_TEST(options.task_queue().name() == "other");
  BOOST_TEST(options.schedule_to_close_timeout().seconds() == 4 * 3600);
  BOOST_TEST(options.schedule_to_start_timeout().seconds() == 3 * 3600);
  BOOST_TEST(options.start_to_close_timeout().seconds() == 2 * 3600);
  BOOST_TEST(options.has_heartbeat_timeout());
  BOOST_TEST(options.retry_policy().maximum_attempts() == 3);
  BOOST_TEST(options.priority().priority_key() == 2);

  const auto back = start(batch_change_activity_options{.restores_original = true})
                        .update_activity_options_operation();
  BOOST_TEST(back.match_all());
  BOOST_TEST(back.restore_original());
  BOOST_TEST(!back.has_activity_options());
  BOOST_TEST(!back.has_update_mask());
}

BOOST_AUTO_TEST_CASE(a_batch_is_described_listed_and_stopped) {
  wire::DescribeBatchOperationResponse response;
  response.set_job_id("job");
  response.set_state(enums::BATCH_OPERATION_STATE_RUNNING);
  response.set_operation_type(enums::BATCH_OPERATION_TYPE_SIGNAL);
  response.set_total_operation_count(9);
  response.set_complete_operation_count(4);
  response.set_failure_operation_count(1);
  response.set_identity("me");
  response.set_reason("why");
  service.answer("DescribeBatchOperation", response);
  const auto found = caller.describe_batch("job");
  BOOST_TEST(found.id == "job");
  BOOST_CHECK(found.state == batch_state::running);
  BOOST_TEST(found.operation == "SignalWorkflow");
  BOOST_TEST(found.total_count == 9);
  BOOST_TEST(found.completed_count == 4);
  BOOST_TEST(found.failed_count == 1);
  BOOST_TEST(found.identity == "me");
  BOOST_TEST(found.reason == "why");
  BOOST_TEST(to_string(found.state) == "Running");

  wire::ListBatchOperationsResponse page;
  page.add_operation_info()->set_job_id("one");
  page.mutable_operation_info(0)->set_state(enums::BATCH_OPERATION_STATE_FAILED);
  page.set_next_page_token("more");
  service.answer("ListBatchOperations", page);
  page.clear_next_page_token();
  page.mutable_operation_info(0)->set_job_id("two");
  service.answer("ListBatchOperations", page);
  std::string ids;
  for (const auto& each : caller.list_batches(1))
    ids += each.id + " ";
  BOOST_TEST(ids == "one two ");

  service.answer("StopBatchOperation", wire::StopBatchOperationResponse{});
  caller.stop_batch("job", "enough");
  const auto stop = service.request<wire::StopBatchOperationRequest>("StopBatchOperation");
  BOOST_TEST(stop.job_id() == "job");
  BOOST_TEST(stop.reason() == "enough");
  BOOST_TEST(stop.identity() == "me");
}

BOOST_AUTO_TEST_SUITE_END()
