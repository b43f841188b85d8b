// SPDX-License-Identifier: Apache-2.0
// What clients' interceptors see, change and hear of, call by call.
#include "runtime/client/client_connection.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <troupe/client/activity_handle.hpp>
#include <troupe/client/interceptor.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;

namespace {

/// Has each call go to another workflow or activity, and notes how it ended.
class diverting final : public client_interceptor {
public:
  explicit diverting(std::shared_ptr<std::string> to) : seen_(std::move(to)) {}

  void update_result(update_result_input& in) const override { divert(in, "update_result"); }
  void workflow_result(workflow_result_input& in) const override { divert(in, "result"); }
  void describe_workflow(describe_workflow_input& in) const override { divert(in, "describe"); }
  void workflow_history(workflow_history_input& in) const override {
    divert(in, "history" + in.page_token);
  }
  void list_workflows(list_workflows_input& in) const override {
    in.query += " AND x";
    note(in, "list" + in.page_token);
  }
  void count_workflows(count_workflows_input& in) const override {
    in.query += " AND x";
    note(in, "count");
  }
  void reset_workflow(reset_workflow_input& in) const override {
    in.options.event_id = 4;
    divert(in, "reset");
  }
  void remove_workflow(remove_workflow_input& in) const override { divert(in, "remove"); }
  void change_workflow_options(change_workflow_options_input& in) const override {
    in.change.priority = priority{.key = 5};
    divert(in, "change");
  }
  void pause_workflow(pause_workflow_input& in) const override { divert(in, "pause"); }
  void unpause_workflow(pause_workflow_input& in) const override { divert(in, "unpause"); }
  void complete_async_activity(complete_async_activity_input& in) const override {
    in.result = make_payloads(8);
    divert(in, "complete");
  }
  void fail_async_activity(fail_async_activity_input& in) const override { divert(in, "fail"); }
  void report_async_cancellation(report_async_cancellation_input& in) const override {
    divert(in, "canceled");
  }
  void heartbeat_async_activity(heartbeat_async_activity_input& in) const override {
    divert(in, "heartbeat");
  }
  void start_activity(start_activity_input& in) const override {
    in.options.task_queue = "other";
    in.headers.set("h", "x");
    note(in, "start_activity");
  }
  void activity_result(activity_result_input& in) const override { divert_activity(in, "ended"); }
  void describe_activity(describe_activity_input& in) const override {
    divert_activity(in, "described");
  }
  void cancel_activity(cancel_activity_input& in) const override { divert_activity(in, "cancel"); }
  void terminate_activity(terminate_activity_input& in) const override {
    divert_activity(in, "terminate");
  }
  void list_activities(list_activities_input& in) const override {
    in.query = "y";
    note(in, "list_activities");
  }
  void count_activities(count_activities_input& in) const override {
    in.query = "y";
    note(in, "count_activities");
  }
  void start_batch(start_batch_input& in) const override {
    in.options.reason += "!";
    note(in, "batch");
  }

private:
  void note(client_call& in, const std::string& what) const {
    *seen_ += what + " ";
    in.when_ended(
        [seen = seen_](const std::exception_ptr& error) { *seen += error ? "- " : "+ "; });
  }
  void divert(auto& in, const std::string& what) const {
    in.workflow_id = "other";
    note(in, what);
  }
  void divert_activity(auto& in, const std::string& what) const {
    in.activity_id = "other";
    note(in, what);
  }

  std::shared_ptr<std::string> seen_;
};

struct fixture {
  std::shared_ptr<std::string> seen = std::make_shared<std::string>();
  test::manual_executor clock;
  test::scripted_service service;
  client caller = local_client(
      service,
      clock,
      [this] { return clock.step(); },
      {.name_space = "ns", .identity = "me", .interceptors = {std::make_shared<diverting>(seen)}});

  template <class Response>
  Response& answer(const char* method) {
    static Response empty;
    service.answer(method, empty);
    return empty;
  }
  std::string heard() { return std::exchange(*seen, {}); }
  template <class Request>
  std::string asked_for(const char* method) {
    const auto request = service.request<Request>(method);
    if constexpr (requires { request.execution(); })
      return request.execution().workflow_id();
    else if constexpr (requires { request.workflow_execution(); })
      return request.workflow_execution().workflow_id();
    else if constexpr (requires { request.workflow_id(); })
      return request.workflow_id();
    else
      return request.activity_id();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(client_interceptors, fixture)

BOOST_AUTO_TEST_CASE(what_is_asked_of_workflows_passes) {
  const auto handle = caller.get_workflow<int>("w");
  answer<wire::DescribeWorkflowExecutionResponse>("DescribeWorkflowExecution");
  (void)handle.describe();
  BOOST_TEST(heard() == "describe + ");
  BOOST_TEST(
      asked_for<wire::DescribeWorkflowExecutionRequest>("DescribeWorkflowExecution") == "other");

  wire::GetWorkflowExecutionHistoryResponse page;
  page.set_next_page_token("2");
  service.answer("GetWorkflowExecutionHistory", page);
  service.fail("GetWorkflowExecutionHistory", {status_code::not_found, "gone", {}});
  BOOST_CHECK_THROW((void)handle.history().collect(), rpc_error);
  BOOST_TEST(heard() == "history + history2 - ");
  BOOST_TEST(
      asked_for<wire::GetWorkflowExecutionHistoryRequest>("GetWorkflowExecutionHistory")
      == "other");
  service.answer("GetWorkflowExecutionHistory", page);
  answer<wire::GetWorkflowExecutionHistoryResponse>("GetWorkflowExecutionHistory");
  BOOST_TEST(handle.fetch_history().workflow_id == "other");
  BOOST_TEST(heard() == "history + "); // one call

  service.fail("GetWorkflowExecutionHistory", {status_code::not_found, "gone", {}});
  BOOST_CHECK_THROW((void)handle.result(), rpc_error);
  BOOST_TEST(heard() == "result - ");

  service.fail("PollWorkflowExecutionUpdate", {status_code::not_found, "gone", {}});
  BOOST_CHECK_THROW((void)handle.get_update<int>("u").result(), rpc_error);
  BOOST_TEST(heard() == "update_result - ");
  BOOST_TEST(
      service.request<wire::PollWorkflowExecutionUpdateRequest>("PollWorkflowExecutionUpdate")
          .update_ref()
          .workflow_execution()
          .workflow_id()
      == "other");
}

BOOST_AUTO_TEST_CASE(lists_and_counts_pass) {
  wire::ListWorkflowExecutionsResponse page;
  page.set_next_page_token("2");
  service.answer("ListWorkflowExecutions", page);
  answer<wire::ListWorkflowExecutionsResponse>("ListWorkflowExecutions");
  BOOST_TEST(caller.list_workflows("q").collect().empty());
  BOOST_TEST(heard() == "list + list2 + ");
  BOOST_TEST(
      service.request<wire::ListWorkflowExecutionsRequest>("ListWorkflowExecutions", 1).query()
      == "q AND x");
  answer<wire::CountWorkflowExecutionsResponse>("CountWorkflowExecutions");
  (void)caller.count_workflows("q");
  BOOST_TEST(heard() == "count + ");
  BOOST_TEST(
      service.request<wire::CountWorkflowExecutionsRequest>("CountWorkflowExecutions").query()
      == "q AND x");
}

BOOST_AUTO_TEST_CASE(changes_pass) {
  const auto handle = caller.get_workflow<int>("w");
  answer<wire::ResetWorkflowExecutionResponse>("ResetWorkflowExecution");
  (void)handle.reset({.event_id = 3});
  BOOST_TEST(heard() == "reset + ");
  const auto reset = service.request<wire::ResetWorkflowExecutionRequest>("ResetWorkflowExecution");
  BOOST_TEST(reset.workflow_execution().workflow_id() == "other");
  BOOST_TEST(reset.workflow_task_finish_event_id() == 4);
  answer<wire::DeleteWorkflowExecutionResponse>("DeleteWorkflowExecution");
  handle.remove();
  BOOST_TEST(heard() == "remove + ");
  BOOST_TEST(
      service.request<wire::DeleteWorkflowExecutionRequest>("DeleteWorkflowExecution")
          .workflow_execution()
          .workflow_id()
      == "other");
  answer<wire::UpdateWorkflowExecutionOptionsResponse>("UpdateWorkflowExecutionOptions");
  handle.change_options({});
  BOOST_TEST(heard() == "change + ");
  BOOST_TEST(
      service.request<wire::UpdateWorkflowExecutionOptionsRequest>("UpdateWorkflowExecutionOptions")
          .workflow_execution_options()
          .priority()
          .priority_key()
      == 5);
  answer<wire::PauseWorkflowExecutionResponse>("PauseWorkflowExecution");
  handle.pause();
  answer<wire::UnpauseWorkflowExecutionResponse>("UnpauseWorkflowExecution");
  handle.unpause();
  BOOST_TEST(heard() == "pause + unpause + ");
  BOOST_TEST(
      asked_for<wire::UnpauseWorkflowExecutionRequest>("UnpauseWorkflowExecution") == "other");
}

BOOST_AUTO_TEST_CASE(what_is_told_of_activities_from_elsewhere_passes) {
  const activity_handle handle{caller, "w", "", "a"};
  answer<wire::RespondActivityTaskCompletedByIdResponse>("RespondActivityTaskCompletedById");
  handle.complete(7);
  const auto completed = service.request<wire::RespondActivityTaskCompletedByIdRequest>(
      "RespondActivityTaskCompletedById");
  BOOST_TEST(completed.workflow_id() == "other");
  BOOST_TEST(completed.activity_id() == "a");
  BOOST_TEST(completed.result().payloads(0).data() == "8");
  answer<wire::RespondActivityTaskFailedByIdResponse>("RespondActivityTaskFailedById");
  handle.fail(application_error("x"));
  answer<wire::RespondActivityTaskCanceledByIdResponse>("RespondActivityTaskCanceledById");
  handle.report_cancellation();
  service.fail("RecordActivityTaskHeartbeatById", {status_code::not_found, "gone", {}});
  BOOST_CHECK_THROW((void)handle.heartbeat(), rpc_error);
  BOOST_TEST(heard() == "complete + fail + canceled + heartbeat - ");
  BOOST_TEST(
      asked_for<wire::RecordActivityTaskHeartbeatByIdRequest>("RecordActivityTaskHeartbeatById")
      == "other");
}

BOOST_AUTO_TEST_CASE(activities_without_a_workflow_pass) {
  answer<wire::StartActivityExecutionResponse>("StartActivityExecution");
  const auto handle = caller.start_activity<int>("charge", {.id = "a", .task_queue = "q"}, 1);
  const auto sent = service.request<wire::StartActivityExecutionRequest>("StartActivityExecution");
  BOOST_TEST(sent.task_queue().name() == "other");
  BOOST_TEST(sent.header().fields().at("h").data() == "\"x\"");
  BOOST_TEST(heard() == "start_activity + ");
  service.fail("PollActivityExecution", {status_code::not_found, "gone", {}});
  BOOST_CHECK_THROW((void)handle.result(), rpc_error);
  answer<wire::DescribeActivityExecutionResponse>("DescribeActivityExecution");
  (void)handle.describe();
  answer<wire::RequestCancelActivityExecutionResponse>("RequestCancelActivityExecution");
  handle.cancel();
  answer<wire::TerminateActivityExecutionResponse>("TerminateActivityExecution");
  handle.terminate();
  BOOST_TEST(heard() == "ended - described + cancel + terminate + ");
  BOOST_TEST(asked_for<wire::PollActivityExecutionRequest>("PollActivityExecution") == "other");
  answer<wire::ListActivityExecutionsResponse>("ListActivityExecutions");
  BOOST_TEST(caller.list_activities("q").collect().empty());
  answer<wire::CountActivityExecutionsResponse>("CountActivityExecutions");
  (void)caller.count_activities();
  BOOST_TEST(heard() == "list_activities + count_activities + ");
  BOOST_TEST(
      service.request<wire::CountActivityExecutionsRequest>("CountActivityExecutions").query()
      == "y");
}

BOOST_AUTO_TEST_CASE(batches_pass) {
  answer<wire::StartBatchOperationResponse>("StartBatchOperation");
  caller.start_batch({.query = "q", .reason = "why"}, batch_cancel{});
  BOOST_TEST(heard() == "batch + ");
  BOOST_TEST(
      service.request<wire::StartBatchOperationRequest>("StartBatchOperation").reason() == "why!");
}

BOOST_AUTO_TEST_SUITE_END()
