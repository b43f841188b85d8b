// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/client/messages_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/text_format.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace details = temporal::api::errordetails::v1;

namespace {

/// A start with all that its options can say.
start_workflow_options everything() {
  return {
      .id = "id",
      .task_queue = "queue",
      .id_reuse_policy = workflow_id_reuse_policy::reject_duplicate,
      .id_conflict_policy = workflow_id_conflict_policy::terminate_existing,
      .execution_timeout = 1h,
      .run_timeout = 90s,
      .task_timeout = 1500ms,
      .start_delay = 5s,
      .retry_policy = workflow::retry_policy{.initial_interval = 2s, .maximum_attempts = 3},
      .cron_schedule = "* * * * *",
      .memo = {{"key", encode_value(std::string{"value"})}},
      .search_attributes = {{"attribute", encode_value(1)}},
      .links = {{"ns", "other", "other-run", 5, enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED}},
      .request_id = "request",
      .static_summary = "summary"};
}

/// What a field holds, as text.
std::string
text_of(const google::protobuf::Message& of, const google::protobuf::FieldDescriptor* field) {
  std::string all;
  const auto count = field->is_repeated() ? of.GetReflection()->FieldSize(of, field) : 1;
  for (int i = 0; i < count; ++i) {
    std::string one;
    google::protobuf::TextFormat::PrintFieldValueToString(
        of, field, field->is_repeated() ? i : -1, &one);
    all += one;
  }
  return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(with_start, messages_fixture)

BOOST_AUTO_TEST_CASE(a_signal_with_start_carries_all_of_both) {
  wire::SignalWithStartWorkflowExecutionResponse response;
  response.set_run_id("new-run");
  service.answer("SignalWithStartWorkflowExecution", response);
  const auto started = caller.signal_with_start_workflow<cart>(
      everything(), message("put", 1, std::string{"two"}), "Ann");
  BOOST_TEST(started.id() == "id");
  BOOST_TEST(started.run_id() == "new-run");
  BOOST_TEST(started.first_execution_run_id() == "new-run");

  const auto sent = service.request<wire::SignalWithStartWorkflowExecutionRequest>(
      "SignalWithStartWorkflowExecution");
  BOOST_TEST(sent.signal_name() == "put");
  BOOST_TEST(sent.signal_input().payloads_size() == 2);
  BOOST_TEST(sent.input().payloads(0).data() == "\"Ann\"");
  // Everything that a start has is there under the same name, but for what clients do not set.
  service.answer("StartWorkflowExecution", wire::StartWorkflowExecutionResponse{});
  (void)caller.start_workflow<cart>(everything(), "Ann");
  const auto plain = service.request<wire::StartWorkflowExecutionRequest>("StartWorkflowExecution");
  std::vector<const google::protobuf::FieldDescriptor*> set;
  plain.GetReflection()->ListFields(plain, &set);
  BOOST_TEST(set.size() >= 17U);
  for (const auto* field : set) {
    const auto* same = sent.GetDescriptor()->FindFieldByName(field->name());
    BOOST_REQUIRE(same != nullptr);
    BOOST_TEST(text_of(plain, field) == text_of(sent, same), field->name());
  }
}

BOOST_AUTO_TEST_CASE(a_signal_with_start_takes_a_workflow_by_name) {
  service.answer(
      "SignalWithStartWorkflowExecution", wire::SignalWithStartWorkflowExecutionResponse{});
  const auto started =
      caller.signal_with_start_workflow<int>("Other", {.task_queue = "queue"}, message("go"), 1, 2);
  BOOST_TEST(started.id().size() == 36);
  const auto sent = service.request<wire::SignalWithStartWorkflowExecutionRequest>(
      "SignalWithStartWorkflowExecution");
  BOOST_TEST(sent.workflow_type().name() == "Other");
  BOOST_TEST(sent.input().payloads_size() == 2);
  BOOST_TEST(!sent.has_signal_input());
}

BOOST_AUTO_TEST_CASE(an_update_with_start_sends_both_and_gives_both_handles) {
  answer_with_start(admitted);
  answer_with_start(accepted);
  const auto both = caller.update_with_start_workflow<cart, int>(
      {.id = "id",
       .task_queue = "queue",
       .id_conflict_policy = workflow_id_conflict_policy::use_existing},
      message("add", 3),
      "Ann");
  BOOST_TEST(both.workflow.id() == "id");
  BOOST_TEST(both.workflow.run_id() == "new-run");
  BOOST_TEST(both.update.run_id() == "new-run");
  BOOST_TEST(!both.update.is_completed());
  const auto& asked = service.asked.at("ExecuteMultiOperation");
  BOOST_REQUIRE(asked.size() == 2);
  BOOST_TEST((asked[0] == asked[1]));
  const auto sent = service.request<wire::ExecuteMultiOperationRequest>("ExecuteMultiOperation");
  BOOST_TEST(sent.namespace_() == "ns");
  BOOST_REQUIRE(sent.operations_size() == 2);
  const auto& started = sent.operations(0).start_workflow();
  BOOST_TEST(started.workflow_type().name() == "Cart");
  BOOST_TEST(started.workflow_id() == "id");
  BOOST_TEST(started.request_id().size() == 36);
  BOOST_TEST(
      started.workflow_id_conflict_policy() == enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  const auto& updated = sent.operations(1).update_workflow();
  BOOST_TEST(updated.namespace_() == "ns");
  BOOST_TEST(updated.workflow_execution().workflow_id() == "id");
  BOOST_TEST(updated.workflow_execution().run_id().empty());
  BOOST_TEST(updated.first_execution_run_id().empty());
  BOOST_TEST(updated.request().input().name() == "add");
  BOOST_TEST(updated.request().meta().update_id() == both.update.id());
}

BOOST_AUTO_TEST_CASE(an_update_with_start_is_executed_to_its_end) {
  answer_with_start(accepted);
  answer_poll("3");
  BOOST_TEST(
      (caller.execute_update_with_start_workflow<cart, int>(
           {.id = "id", .task_queue = "queue"}, message("add", 3), {.id = "u"}, "Ann")
       == 3));
  const auto polled =
      service.request<wire::PollWorkflowExecutionUpdateRequest>("PollWorkflowExecutionUpdate");
  BOOST_TEST(polled.update_ref().update_id() == "u");
  BOOST_TEST(polled.update_ref().workflow_execution().run_id() == "new-run");

  answer_with_start(completed, "4");
  BOOST_TEST(
      caller.execute_update_with_start_workflow<int>(
          "Cart", {.id = "id", .task_queue = "queue"}, message("add", 3), {}, "Ann")
      == 4);
}

BOOST_AUTO_TEST_CASE(of_two_operations_the_one_that_failed_is_told) {
  using failed = details::MultiOperationExecutionFailure;
  const auto fail = [&](const failed& both) {
    service.fail(
        "ExecuteMultiOperation",
        status_with(
            static_cast<status_code>(both.statuses(0).code()),
            "Update-with-Start could not be executed.",
            both));
  };
  const auto update = [&] {
    return caller.execute_update_with_start_workflow<int>(
        "Cart", {.id = "id", .task_queue = "queue"}, message("add", 3), {}, "Ann");
  };
  temporal::api::failure::v1::MultiOperationExecutionAborted given_up;

  failed both;
  auto* start = both.add_statuses();
  start->set_code(static_cast<int>(status_code::already_exists));
  start->set_message("already running");
  details::WorkflowExecutionAlreadyStartedFailure running;
  running.set_run_id("other-run");
  start->add_details()->PackFrom(running);
  auto* then = both.add_statuses();
  then->set_code(static_cast<int>(status_code::aborted));
  then->add_details()->PackFrom(given_up);
  fail(both);
  BOOST_CHECK_EXCEPTION(update(), workflow_already_started_error, [](const auto& error) {
    return error.workflow_id() == "id" && error.run_id() == "other-run"
           && std::string_view{error.what()} == "already running";
  });

  both.Clear();
  start = both.add_statuses();
  start->set_code(static_cast<int>(status_code::invalid_argument));
  start->add_details()->PackFrom(given_up);
  then = both.add_statuses();
  then->set_code(static_cast<int>(status_code::invalid_argument));
  then->set_message("CronSchedule is not allowed.");
  fail(both);
  BOOST_CHECK_EXCEPTION(update(), rpc_error, [](const auto& error) {
    return error.code() == status_code::invalid_argument
           && std::string_view{error.what()} == "CronSchedule is not allowed.";
  });
}

BOOST_AUTO_TEST_CASE(an_answer_without_both_parts_is_an_error) {
  service.answer("ExecuteMultiOperation", wire::ExecuteMultiOperationResponse{});
  BOOST_CHECK_EXCEPTION(
      (void)caller.execute_update_with_start_workflow<int>(
          "Cart", {.id = "id", .task_queue = "queue"}, message("add", 3), {}),
      rpc_error,
      [](const auto& error) {
        return std::string_view{error.what()}.find("is this a Temporal service?")
               != std::string_view::npos;
      });
}

BOOST_AUTO_TEST_SUITE_END()
