// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>
#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

namespace {

struct greeter {
  static constexpr std::string_view name = "Greeter";
  async<std::string> run(workflow::context, std::string, int);
};

struct fixture {
  test::manual_executor clock;
  test::scripted_service service;
  client caller = local_client(
      service, clock, [this] { return clock.step(); }, {.name_space = "ns", .identity = "me"});

  /// Answers one long poll with the event that closed a run.
  template <class Fill>
  void closes(enums::EventType type, Fill fill) {
    wire::GetWorkflowExecutionHistoryResponse response;
    auto& event = *response.mutable_history()->add_events();
    event.set_event_type(type);
    fill(event);
    service.answer("GetWorkflowExecutionHistory", response);
  }
  void completes(const std::string& json, const std::string& next_run = {}) {
    closes(enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, [&](auto& event) {
      auto& attributes = *event.mutable_workflow_execution_completed_event_attributes();
      auto& payload = *attributes.mutable_result()->add_payloads();
      (*payload.mutable_metadata())["encoding"] = "json/plain";
      payload.set_data(json);
      attributes.set_new_execution_run_id(next_run);
    });
  }
  workflow_handle<std::string> handle() const {
    return caller.get_workflow<std::string>("id", "run-1");
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(workflow_calls, fixture)

BOOST_AUTO_TEST_CASE(a_start_carries_everything_that_the_options_say) {
  wire::StartWorkflowExecutionResponse response;
  response.set_run_id("run-1");
  response.set_first_execution_run_id("run-0");
  response.set_started(true);
  service.answer("StartWorkflowExecution", response);
  const auto started = caller.start_workflow<greeter>(
      {.id = "id",
       .task_queue = "queue",
       .id_reuse_policy = workflow_id_reuse_policy::reject_duplicate,
       .id_conflict_policy = workflow_id_conflict_policy::use_existing,
       .execution_timeout = 1h,
       .run_timeout = 90s,
       .task_timeout = 1500ms,
       .retry_policy = workflow::retry_policy{.initial_interval = 2s, .maximum_attempts = 3},
       .memo = {{"key", encode_value(std::string{"value"})}},
       .links = {{"ns", "other", "other-run", 5, enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED}},
       .static_summary = "summary"},
      "Ann",
      7);
  BOOST_TEST(started.id() == "id");
  BOOST_TEST(started.run_id() == "run-1");
  BOOST_TEST(started.first_execution_run_id() == "run-0");

  const auto sent = service.request<wire::StartWorkflowExecutionRequest>("StartWorkflowExecution");
  BOOST_TEST(sent.namespace_() == "ns");
  BOOST_TEST(sent.identity() == "me");
  BOOST_TEST(sent.workflow_type().name() == "Greeter");
  BOOST_TEST(sent.task_queue().name() == "queue");
  BOOST_TEST(sent.input().payloads_size() == 2);
  BOOST_TEST(sent.input().payloads(0).data() == "\"Ann\"");
  BOOST_TEST(sent.input().payloads(1).data() == "7");
  BOOST_TEST(sent.workflow_id_reuse_policy() == enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
  BOOST_TEST(sent.workflow_id_conflict_policy() == enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  BOOST_TEST(sent.workflow_execution_timeout().seconds() == 3600);
  BOOST_TEST(sent.workflow_run_timeout().seconds() == 90);
  BOOST_TEST(sent.workflow_task_timeout().nanos() == 500'000'000);
  BOOST_TEST(!sent.has_workflow_start_delay());
  BOOST_TEST(sent.retry_policy().maximum_attempts() == 3);
  BOOST_TEST(sent.memo().fields().at("key").data() == "\"value\"");
  BOOST_TEST(sent.links(0).workflow_event().event_ref().event_id() == 5);
  BOOST_TEST(sent.user_metadata().summary().data() == "\"summary\"");
  BOOST_TEST(sent.request_id().size() == 36);
}

BOOST_AUTO_TEST_CASE(a_start_without_an_id_makes_one) {
  service.answer("StartWorkflowExecution", wire::StartWorkflowExecutionResponse{});
  const auto started = caller.start_workflow("Type", {.task_queue = "queue"});
  BOOST_TEST(started.id().size() == 36);
  BOOST_TEST(
      service.request<wire::StartWorkflowExecutionRequest>("StartWorkflowExecution").workflow_id()
      == started.id());
}

BOOST_AUTO_TEST_CASE(a_taken_id_is_its_own_error) {
  temporal::api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure detail;
  detail.set_run_id("running");
  google::rpc::Status details;
  details.add_details()->PackFrom(detail);
  service.fail(
      "StartWorkflowExecution",
      {status_code::already_exists, "already running", details.SerializeAsString()});
  BOOST_CHECK_EXCEPTION(
      caller.start_workflow("Type", {.id = "id", .task_queue = "queue"}),
      workflow_already_started_error,
      [](const auto& error) {
        return error.workflow_id() == "id" && error.run_id() == "running"
               && std::string{error.what()} == "already running";
      });
}

BOOST_AUTO_TEST_CASE(a_retried_start_keeps_its_request_id) {
  service.fail("StartWorkflowExecution", {status_code::unavailable, "away", {}});
  service.answer("StartWorkflowExecution", wire::StartWorkflowExecutionResponse{});
  (void)caller.start_workflow("Type", {.task_queue = "queue"});
  const auto& sent = service.asked.at("StartWorkflowExecution");
  BOOST_REQUIRE(sent.size() == 2);
  BOOST_TEST((sent[0] == sent[1]));
}

BOOST_AUTO_TEST_CASE(a_result_is_waited_for_with_long_polls) {
  wire::GetWorkflowExecutionHistoryResponse empty;
  empty.set_next_page_token("token");
  service.answer("GetWorkflowExecutionHistory", empty);
  completes("\"done\"");
  BOOST_TEST(handle().result() == "done");
  using request = wire::GetWorkflowExecutionHistoryRequest;
  const auto first = service.request<request>("GetWorkflowExecutionHistory");
  BOOST_TEST(first.wait_new_event());
  BOOST_TEST(first.execution().run_id() == "run-1");
  BOOST_TEST(first.history_event_filter_type() == enums::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  BOOST_TEST(
      service.request<request>("GetWorkflowExecutionHistory", 1).next_page_token() == "token");
}

BOOST_AUTO_TEST_CASE(a_result_follows_the_chain_of_runs) {
  closes(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, [](auto& event) {
    event.mutable_workflow_execution_continued_as_new_event_attributes()->set_new_execution_run_id(
        "run-2");
  });
  closes(enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, [](auto& event) {
    event.mutable_workflow_execution_failed_event_attributes()->set_new_execution_run_id("run-3");
  });
  closes(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, [](auto& event) {
    event.mutable_workflow_execution_timed_out_event_attributes()->set_new_execution_run_id(
        "run-4");
  });
  completes("\"old\"", "run-5");
  completes("\"done\"");
  BOOST_TEST(handle().result() == "done");
  for (std::size_t i = 0; i < 5; ++i)
    BOOST_TEST(
        service.request<wire::GetWorkflowExecutionHistoryRequest>("GetWorkflowExecutionHistory", i)
            .execution()
            .run_id()
        == "run-" + std::to_string(i + 1));
}

BOOST_AUTO_TEST_CASE(a_handle_of_a_start_goes_on_to_the_next_runs) {
  wire::StartWorkflowExecutionResponse answer;
  answer.set_run_id("run-1");
  service.answer("StartWorkflowExecution", answer);
  const auto started = caller.start_workflow("Type", {.id = "id", .task_queue = "queue"});
  BOOST_TEST(started.run_id() == "run-1");
  service.answer("SignalWorkflowExecution", wire::SignalWorkflowExecutionResponse{});
  service.answer("RequestCancelWorkflowExecution", wire::RequestCancelWorkflowExecutionResponse{});
  service.answer("TerminateWorkflowExecution", wire::TerminateWorkflowExecutionResponse{});
  started.signal("go");
  started.cancel();
  started.terminate();
  BOOST_TEST(
      service.request<wire::SignalWorkflowExecutionRequest>("SignalWorkflowExecution")
          .workflow_execution()
          .run_id()
      == "");
  const auto cancel = service.request<wire::RequestCancelWorkflowExecutionRequest>(
      "RequestCancelWorkflowExecution");
  BOOST_TEST(cancel.workflow_execution().run_id() == "");
  BOOST_TEST(cancel.first_execution_run_id() == "run-1");
  const auto terminate =
      service.request<wire::TerminateWorkflowExecutionRequest>("TerminateWorkflowExecution");
  BOOST_TEST(terminate.workflow_execution().run_id() == "");
  BOOST_TEST(terminate.first_execution_run_id() == "run-1");
  // Another workflow may have the id by now.
  service.answer("SignalWorkflowExecution", wire::SignalWorkflowExecutionResponse{});
  caller.get_workflow("id", "run-1").signal("go");
  BOOST_TEST(
      service.request<wire::SignalWorkflowExecutionRequest>("SignalWorkflowExecution", 1)
          .workflow_execution()
          .run_id()
      == "run-1");
  // Its result is that of the run it started, and of those behind it.
  completes("\"done\"");
  BOOST_TEST(started.result().size() == 1U);
  BOOST_TEST(
      service.request<wire::GetWorkflowExecutionHistoryRequest>("GetWorkflowExecutionHistory")
          .execution()
          .run_id()
      == "run-1");
}

BOOST_AUTO_TEST_CASE(a_result_of_one_run_only_says_how_it_went_on) {
  closes(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, [](auto& event) {
    event.mutable_workflow_execution_continued_as_new_event_attributes()->set_new_execution_run_id(
        "run-2");
  });
  BOOST_CHECK_EXCEPTION(
      handle().result({.follow_runs = false}), workflow_continued_error, [](const auto& error) {
        return error.new_run_id() == "run-2";
      });
}

BOOST_AUTO_TEST_CASE(each_way_to_fail_is_its_own_cause) {
  const auto cause = [&] {
    try {
      (void)handle().result();
    } catch (const workflow_failed_error& failed) {
      return failed.cause();
    }
    return failure_cause{};
  };
  closes(enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, [](auto& event) {
    auto& failure = *event.mutable_workflow_execution_failed_event_attributes()->mutable_failure();
    failure.set_message("broken");
    failure.mutable_application_failure_info()->set_type("Broken");
  });
  const auto failed = cause();
  const auto* application = dynamic_cast<const application_error*>(failed.get());
  BOOST_REQUIRE(application != nullptr);
  BOOST_TEST(application->message() == "broken");
  BOOST_TEST(application->type() == "Broken");

  closes(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, [](auto& event) {
    event.mutable_workflow_execution_canceled_event_attributes();
  });
  BOOST_TEST(dynamic_cast<const canceled_error*>(cause().get()) != nullptr);
  closes(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED, [](auto& event) {
    event.mutable_workflow_execution_terminated_event_attributes()->set_reason("enough");
  });
  const auto terminated = cause();
  BOOST_REQUIRE(dynamic_cast<const terminated_error*>(terminated.get()) != nullptr);
  BOOST_TEST(terminated->message().find("enough") != std::string::npos);
  closes(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, [](auto& event) {
    event.mutable_workflow_execution_timed_out_event_attributes();
  });
  BOOST_TEST(dynamic_cast<const timeout_error*>(cause().get()) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_result_of_another_type_names_the_workflow_and_what_was_expected) {
  completes(R"({"lines":[1,"two"]})");
  try {
    (void)caller.get_workflow<std::map<std::string, std::vector<int>>>("id", "run-1").result();
    BOOST_ERROR("it was read");
  } catch (const payload_error& error) {
    BOOST_TEST(
        std::string_view{error.what()}.starts_with(
            "the result of the workflow id (run run-1) cannot be read as std::map<std::string, "),
        error.what());
    BOOST_TEST(
        std::string_view{error.what()}.ends_with(
            ": at .lines[1]: expected number, got string \"two\""),
        error.what());
    BOOST_TEST(error.path() == ".lines[1]");
    BOOST_TEST(error.problem() == "expected number, got string \"two\"");
  }
}

BOOST_AUTO_TEST_CASE(a_result_that_does_not_come_in_time_is_an_error) {
  for (int i = 0; i < 3; ++i)
    service.fail("GetWorkflowExecutionHistory", {status_code::deadline_exceeded, "late", {}});
  wire::GetWorkflowExecutionHistoryResponse empty;
  service.answer("GetWorkflowExecutionHistory", empty);
  completes("\"done\"");
  BOOST_TEST(handle().result({.timeout = 1h}) == "done");

  service.fail("GetWorkflowExecutionHistory", {status_code::unavailable, "away", {}});
  for (int i = 0; i < 10; ++i)
    service.fail("GetWorkflowExecutionHistory", {status_code::unavailable, "away", {}});
  BOOST_CHECK_THROW((void)handle().result({.timeout = 1s}), rpc_error);
}

BOOST_AUTO_TEST_CASE(a_reply_that_is_no_such_message_is_an_error) {
  wire::StartWorkflowExecutionResponse garbage;
  service.fail("DescribeWorkflowExecution", {status_code::ok, "", {}}); // an empty message is fine
  BOOST_TEST(handle().describe().id == "");
  garbage.set_run_id("\x12\x34\x56");
  google::rpc::Status strange;
  strange.set_message("x");
  service.answer("DescribeWorkflowExecution", strange);
  BOOST_CHECK_EXCEPTION((void)handle().describe(), rpc_error, [](const auto& error) {
    return std::string{error.what()}.find("is this a Temporal service?") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
