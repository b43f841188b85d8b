// SPDX-License-Identifier: Apache-2.0
// Update with start, as it was tried with the real server.
#include "runtime/embedded/update/multi_operation.hpp"
#include "test/runtime/embedded/update/update_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>

#include <functional>

namespace troupe::test {
namespace {

namespace details = temporal::api::errordetails::v1;
using start_part = wire::StartWorkflowExecutionRequest;
using update_part = wire::UpdateWorkflowExecutionRequest;

/// `code message | code message` of the two operations.
std::string statuses(const rpc_status& from) {
  google::rpc::Status whole;
  details::MultiOperationExecutionFailure failure;
  if (!whole.ParseFromString(from.details) || whole.details_size() != 1
      || !whole.details(0).UnpackTo(&failure))
    return "no details";
  std::string text;
  for (const auto& each : failure.statuses())
    text += (text.empty() ? "" : " | ") + std::to_string(each.code()) + ' ' + each.message();
  return text;
}

struct fixture : update_fixture {
  wire::ExecuteMultiOperationRequest both(const std::string& update_id) {
    wire::ExecuteMultiOperationRequest request;
    request.set_namespace_(rec().name_space);
    *request.add_operations()->mutable_start_workflow() = start_request();
    *request.add_operations()->mutable_update_workflow() = update_request(update_id);
    return request;
  }
  wire::ExecuteMultiOperationResponse run(const wire::ExecuteMultiOperationRequest& request) {
    return expect<wire::ExecuteMultiOperationResponse>(embedded::execute_operations{request});
  }
  rpc_status fault(const wire::ExecuteMultiOperationRequest& request) {
    return decide(embedded::execute_operations{request}).answer.status;
  }
};

const std::string aborted = "10 Operation was aborted.";

} // namespace

BOOST_FIXTURE_TEST_SUITE(multi_operation, fixture)

BOOST_AUTO_TEST_CASE(the_first_task_of_the_new_run_brings_the_update) {
  const auto answer = run(both("u"));
  BOOST_TEST(answer.responses(0).start_workflow().started());
  BOOST_TEST(answer.responses(0).start_workflow().link().workflow_event().namespace_() != "");
  BOOST_TEST(answer.responses(1).update_workflow().stage() == admitted);
  const auto given = poll();
  BOOST_REQUIRE(given.messages_size() == 1);
  BOOST_TEST(given.messages(0).event_id() == 2);
  BOOST_TEST(given.started_event_id() == 3);
}

BOOST_AUTO_TEST_CASE(a_run_that_knows_the_update_is_not_started_again) {
  run(both("u"));
  const auto given = poll();
  BOOST_TEST(!run(both("u")).responses(0).start_workflow().started());
  answer({complete_workflow()}, {});
  // The end of the run took the update along, so this one starts a run of its own.
  BOOST_TEST(run(both("u")).responses(0).start_workflow().started());
  const auto again = poll();
  answer(
      {message_command("accept u"), message_command("complete u"), complete_workflow()},
      {acceptance(again.messages(0)), response("u")});
  const auto known = run(both("u"));
  const auto& start = known.responses(0).start_workflow();
  BOOST_TEST(!start.started());
  BOOST_TEST(start.run_id() == current().id);
  BOOST_TEST(!start.has_link());
  BOOST_TEST((start.status() == enums::WORKFLOW_EXECUTION_STATUS_COMPLETED));
  BOOST_TEST(known.responses(1).update_workflow().stage() == completed);
}

BOOST_AUTO_TEST_CASE(an_open_run_is_used_terminated_or_in_the_way) {
  idle();
  auto request = both("u");
  const auto in_the_way = fault(request);
  BOOST_TEST(to_string(in_the_way.code) == "ALREADY_EXISTS");
  BOOST_TEST(in_the_way.message == "Update-with-Start could not be executed.");
  BOOST_TEST(
      statuses(in_the_way)
      == "6 Workflow execution is already running. WorkflowId: w, RunId: " + current().id + ". | "
             + aborted);
  auto& start = *request.mutable_operations(0)->mutable_start_workflow();
  start.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  const auto used = run(request).responses(0).start_workflow();
  BOOST_TEST(!used.started());
  BOOST_TEST(used.link().workflow_event().namespace_() == "");
  BOOST_TEST(used.link().workflow_event().event_ref().event_id() == 1);
  BOOST_TEST(poll().messages_size() == 1);
  const auto first = current().id;
  auto other = both("v");
  other.mutable_operations(0)->mutable_start_workflow()->set_workflow_id_conflict_policy(
      enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING);
  BOOST_TEST(run(other).responses(0).start_workflow().started());
  BOOST_TEST(current().id != first);
}

BOOST_AUTO_TEST_CASE(an_update_that_the_run_does_not_take_is_to_blame) {
  settings.max_in_flight_updates = 1;
  idle();
  update("first");
  auto request = both("second");
  request.mutable_operations(0)->mutable_start_workflow()->set_workflow_id_conflict_policy(
      enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  const auto full = fault(request);
  BOOST_TEST(to_string(full.code) == "RESOURCE_EXHAUSTED");
  BOOST_TEST(
      statuses(full)
      == aborted + " | 8 limit on number of concurrent in-flight updates has been reached (1)");
}

BOOST_AUTO_TEST_CASE(each_operation_is_checked_and_the_innocent_one_is_aborted) {
  struct row {
    std::function<void(start_part&, update_part&)> change;
    std::string says;
  };
  const std::vector<row> rows{
      {[](auto& start, auto&) { start.set_cron_schedule("* * * * *"); },
       "3 CronSchedule is not allowed. | " + aborted},
      {[](auto& start, auto&) { start.set_request_eager_execution(true); },
       "3 RequestEagerExecution is not supported. | " + aborted},
      {[](auto& start, auto&) { start.mutable_workflow_start_delay()->set_seconds(1); },
       "3 WorkflowStartDelay is not supported. | " + aborted},
      {[](auto& start, auto&) { start.clear_workflow_type(); },
       "3 WorkflowType is not set on request. | " + aborted},
      {[](auto& start, auto&) { start.set_namespace_("other"); },
       "3 Operation namespace did not match request's namespace. | " + aborted},
      {[](auto& start, auto&) { start.clear_namespace_(); },
       "5 Namespace  is not found. | " + aborted},
      {[](auto&, auto& update) { update.set_first_execution_run_id("x"); },
       aborted + " | 3 FirstExecutionRunId is not allowed."},
      {[](auto&, auto& update) { update.mutable_workflow_execution()->set_run_id("x"); },
       aborted + " | 3 Invalid RunId."},
      {[](auto&, auto& update) {
         update.mutable_workflow_execution()->set_run_id("6fbb24c6-6b01-4c2f-9bd6-3f4b0b1d9a51");
       },
       aborted + " | 3 RunId is not allowed."},
      {[](auto&, auto& update) { update.mutable_workflow_execution()->set_workflow_id("x"); },
       aborted + " | 3 WorkflowId is not consistent with previous operation(s)."},
      {[](auto&, auto& update) { update.mutable_workflow_execution()->clear_workflow_id(); },
       aborted + " | 3 WorkflowId is not set on request."},
      {[](auto&, auto& update) { update.set_namespace_("other"); },
       aborted + " | 3 Operation namespace did not match request's namespace."},
      {[](auto&, auto& update) { update.mutable_wait_policy()->set_lifecycle_stage(admitted); },
       aborted
           + " | 7 UpdateWorkflowExecution issued asynchronously and waiting on update admitted is "
             "not supported."},
      {[](auto& start, auto& update) {
         start.clear_workflow_type();
         update.mutable_request()->mutable_input()->clear_name();
       },
       "3 WorkflowType is not set on request. | 3 Update name is not set on request."}};
  for (const auto& [change, says] : rows)
    BOOST_TEST_CONTEXT(says) {
      auto request = both("u");
      change(
          *request.mutable_operations(0)->mutable_start_workflow(),
          *request.mutable_operations(1)->mutable_update_workflow());
      const auto status = fault(request);
      BOOST_TEST(status.message == "Update-with-Start could not be executed.");
      BOOST_TEST(statuses(status) == says);
      BOOST_TEST(embedded::is_empty(rec()));
    }
  auto fine = both("u");
  fine.mutable_operations(1)->mutable_update_workflow()->clear_workflow_execution();
  fine.mutable_operations(0)->mutable_start_workflow()->mutable_workflow_start_delay();
  BOOST_TEST(run(fine).responses(0).start_workflow().started());
}

BOOST_AUTO_TEST_CASE(operations_other_than_a_start_and_an_update_have_no_workflow) {
  std::string found;
  const auto both_of = [](int first, int second) {
    wire::ExecuteMultiOperationRequest request;
    for (const auto which : {first, second}) {
      if (which == 1)
        request.add_operations()->mutable_start_workflow()->set_workflow_id("w");
      else if (which == 2)
        request.add_operations()->mutable_update_workflow();
      else if (which == 3)
        request.add_operations();
    }
    return request;
  };
  for (const auto& [first, second] :
       std::vector<std::pair<int, int>>{{0, 0}, {1, 0}, {1, 1}, {2, 1}, {3, 3}, {1, 3}})
    BOOST_TEST(
        embedded::find_workflow_id(both_of(first, second), found).message
        == "Operations have to be exactly [Start, Update].");
  BOOST_TEST(embedded::find_workflow_id(both_of(1, 2), found).ok());
  BOOST_TEST(found == "w");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
