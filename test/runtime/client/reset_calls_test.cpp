// SPDX-License-Identifier: Apache-2.0
// Where a client resets a workflow to, and what it reads before.
#include "test/runtime/client/call_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace troupe;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
using troupe::test::call_fixture;

namespace {

struct reset_fixture : call_fixture {
  static constexpr auto scheduled = enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED;
  static constexpr auto completed = enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED;

  reset_fixture() {
    wire::ResetWorkflowExecutionResponse reply;
    reply.set_run_id("next");
    service.answer("ResetWorkflowExecution", reply);
  }

  static wire::GetWorkflowExecutionHistoryResponse
  page(std::vector<std::pair<std::int64_t, enums::EventType>> events, std::string token = {}) {
    wire::GetWorkflowExecutionHistoryResponse made;
    for (const auto& [id, type] : events) {
      auto& event = *made.mutable_history()->add_events();
      event.set_event_id(id);
      event.set_event_type(type);
    }
    made.set_next_page_token(std::move(token));
    return made;
  }
  /// The fields of both kinds of history are the same.
  void answer_backwards(const wire::GetWorkflowExecutionHistoryResponse& with) {
    service.answer("GetWorkflowExecutionHistoryReverse", with);
  }

  wire::DescribeWorkflowExecutionResponse description() {
    wire::DescribeWorkflowExecutionResponse made;
    auto& info = *made.mutable_workflow_execution_info();
    info.mutable_execution()->set_run_id("current");
    auto& points = *info.mutable_auto_reset_points();
    for (const auto* build : {"a", "b"}) {
      auto& point = *points.add_points();
      point.set_build_id(build);
      point.set_run_id(std::string{"run-of-"} + build);
      point.set_first_workflow_task_completed_id(4);
      point.set_resettable(*build == 'a');
    }
    return made;
  }

  wire::ResetWorkflowExecutionRequest sent() {
    return service.request<wire::ResetWorkflowExecutionRequest>("ResetWorkflowExecution");
  }
  /// `run event` of the reset.
  std::string target() {
    const auto request = sent();
    return request.workflow_execution().run_id() + " "
           + std::to_string(request.workflow_task_finish_event_id());
  }
  bool is_refused(const workflow_handle<int>& to, reset_options options, std::string_view why) {
    bool was = false;
    BOOST_CHECK_EXCEPTION((void)to.reset(std::move(options)), rpc_error, [&](const auto& error) {
      was = error.code() == status_code::failed_precondition;
      BOOST_TEST(std::string_view{error.what()}.find(why) != std::string_view::npos, error.what());
      return true;
    });
    return was && !service.asked.contains("ResetWorkflowExecution");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reset_calls, reset_fixture)

BOOST_AUTO_TEST_CASE(the_first_task_is_looked_for_page_after_page) {
  service.answer("GetWorkflowExecutionHistory", page({{1, {}}, {2, scheduled}}, "2"));
  service.answer(
      "GetWorkflowExecutionHistory", page({{5, scheduled}, {7, completed}, {10, completed}}, "3"));
  BOOST_TEST(handle().reset({.to = reset_point::first_workflow_task}) == "next");
  BOOST_TEST(target() == "run 7");
  const auto second =
      service.request<wire::GetWorkflowExecutionHistoryRequest>("GetWorkflowExecutionHistory", 1);
  BOOST_TEST(second.next_page_token() == "2");
  BOOST_TEST(second.execution().run_id() == "run");
  BOOST_TEST(!sent().request_id().empty());
}

BOOST_AUTO_TEST_CASE(the_last_task_is_looked_for_from_the_end) {
  answer_backwards(page({{12, scheduled}, {10, completed}, {4, completed}}));
  BOOST_TEST(handle().reset({.to = reset_point::last_workflow_task}) == "next");
  BOOST_TEST(target() == "run 10");
}

BOOST_AUTO_TEST_CASE(a_run_without_a_completed_task_goes_back_to_the_first_one_that_was_scheduled) {
  for (const auto to : {reset_point::first_workflow_task, reset_point::last_workflow_task}) {
    reset_fixture other;
    other.service.answer(
        "GetWorkflowExecutionHistory", page({{1, {}}, {2, scheduled}, {5, scheduled}}));
    other.answer_backwards(page({{5, scheduled}, {2, scheduled}, {1, {}}}));
    (void)other.handle().reset({.to = to});
    BOOST_TEST(other.target() == "run 3");
  }
}

BOOST_AUTO_TEST_CASE(a_handle_without_a_run_asks_which_one_is_the_current_one) {
  service.answer("DescribeWorkflowExecution", description());
  answer_backwards(page({{4, completed}}));
  (void)caller->get_workflow<int>("id").reset({.to = reset_point::last_workflow_task});
  BOOST_TEST(target() == "current 4");
  BOOST_TEST(
      service
          .request<wire::GetWorkflowExecutionHistoryReverseRequest>(
              "GetWorkflowExecutionHistoryReverse")
          .execution()
          .run_id()
      == "current");
}

BOOST_AUTO_TEST_CASE(the_run_before_is_reset_where_this_one_was_continued) {
  auto first = page({{1, enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED}}, "more");
  first.mutable_history()
      ->mutable_events(0)
      ->mutable_workflow_execution_started_event_attributes()
      ->set_continued_execution_run_id("before");
  service.answer("GetWorkflowExecutionHistory", first);
  answer_backwards(page({{8, {}}, {7, completed}}));
  (void)handle().reset({.to = reset_point::last_continued_as_new});
  BOOST_TEST(target() == "before 7");
}

BOOST_AUTO_TEST_CASE(the_first_task_of_a_build_is_where_the_description_says) {
  service.answer("DescribeWorkflowExecution", description());
  (void)handle().reset({.to = reset_point::build_id, .build_id = "a"});
  BOOST_TEST(target() == "run-of-a 4");
}

BOOST_AUTO_TEST_CASE(a_point_that_is_not_there_is_told_before_anything_is_reset) {
  service.answer("DescribeWorkflowExecution", description());
  BOOST_TEST(is_refused(
      handle(),
      {.to = reset_point::build_id, .build_id = "b"},
      "workflow id cannot be reset there: what workers of build b did first cannot be reset"));
  service.answer("DescribeWorkflowExecution", description());
  BOOST_TEST(is_refused(
      handle(), {.to = reset_point::build_id, .build_id = "c"}, "no workers of build c completed"));
  service.answer("GetWorkflowExecutionHistory", page({{1, {}}}));
  BOOST_TEST(is_refused(
      handle(), {.to = reset_point::first_workflow_task}, "no workflow task of it was completed"));
  service.answer("GetWorkflowExecutionHistory", page({{1, {}}}));
  BOOST_TEST(is_refused(
      handle(), {.to = reset_point::last_continued_as_new}, "not continued from another run"));
  BOOST_CHECK_THROW((void)handle().reset({.to = reset_point::build_id}), std::invalid_argument);

  service.fail("DescribeWorkflowExecution", {status_code::not_found, "gone", {}});
  BOOST_CHECK_EXCEPTION(
      (void)caller->get_workflow<int>("id").reset({.to = reset_point::last_workflow_task}),
      rpc_error,
      [](const auto& error) { return error.code() == status_code::not_found; });
}

BOOST_AUTO_TEST_CASE(options_of_the_new_run_go_along) {
  (void)handle().reset({.event_id = 4, .change = {.priority = priority{.key = 2}}});
  const auto request = sent();
  BOOST_REQUIRE(request.post_reset_operations_size() == 1);
  const auto& change = request.post_reset_operations(0).update_workflow_options();
  BOOST_TEST(change.update_mask().paths(0) == "priority");
  BOOST_TEST(change.workflow_execution_options().priority().priority_key() == 2);
}

BOOST_AUTO_TEST_CASE(a_workflow_is_removed_with_the_run_of_its_handle) {
  service.answer("DeleteWorkflowExecution", wire::DeleteWorkflowExecutionResponse{});
  handle().remove();
  const auto request =
      service.request<wire::DeleteWorkflowExecutionRequest>("DeleteWorkflowExecution");
  BOOST_TEST(request.namespace_() == "ns");
  BOOST_TEST(request.workflow_execution().workflow_id() == "id");
  BOOST_TEST(request.workflow_execution().run_id() == "run");
}

BOOST_AUTO_TEST_SUITE_END()
