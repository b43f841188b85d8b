// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "test/runtime/client/scripted_service.hpp"
#include "test/support/manual_executor.hpp"

#include <troupe/client.hpp>

#include <boost/test/unit_test.hpp>
#include <google/protobuf/text_format.h>
#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

using namespace troupe;
using namespace std::chrono_literals;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace details = temporal::api::errordetails::v1;

namespace {

struct cart {
  static constexpr std::string_view name = "Cart";
  async<std::string> run(workflow::context, std::string);
};

void put(const std::string& json, temporal::api::common::v1::Payloads& to) {
  auto& payload = *to.add_payloads();
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data(json);
}

template <class... Detail>
rpc_status status_with(status_code code, const std::string& message, const Detail&... detail) {
  google::rpc::Status all;
  (all.add_details()->PackFrom(detail), ...);
  return {code, message, all.SerializeAsString()};
}

struct fixture {
  test::manual_executor clock;
  test::scripted_service service;
  client caller = local_client(
      service, clock, [this] { return clock.step(); }, {.name_space = "ns", .identity = "me"});

  [[nodiscard]] workflow_handle<std::string> handle() const {
    return caller.get_workflow<std::string>("id", "run");
  }

  using stage = enums::UpdateWorkflowExecutionLifecycleStage;
  static constexpr auto admitted = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED;
  static constexpr auto accepted = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
  static constexpr auto completed = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

  static wire::UpdateWorkflowExecutionResponse update_at(stage at, const std::string& json = {}) {
    wire::UpdateWorkflowExecutionResponse response;
    response.set_stage(at);
    response.mutable_update_ref()->mutable_workflow_execution()->set_run_id("real-run");
    if (!json.empty())
      put(json, *response.mutable_outcome()->mutable_success());
    return response;
  }
  void answer_update(stage at, const std::string& json = {}) {
    service.answer("UpdateWorkflowExecution", update_at(at, json));
  }
  void answer_poll(const std::string& json = {}) {
    wire::PollWorkflowExecutionUpdateResponse response;
    if (!json.empty())
      put(json, *response.mutable_outcome()->mutable_success());
    service.answer("PollWorkflowExecutionUpdate", response);
  }
  void reject_update(const std::string& text) {
    auto response = update_at(completed);
    auto& failure = *response.mutable_outcome()->mutable_failure();
    failure.set_message(text);
    failure.mutable_application_failure_info()->set_type("Refused");
    service.answer("UpdateWorkflowExecution", response);
  }
  wire::UpdateWorkflowExecutionRequest sent_update(std::size_t index = 0) {
    return service.request<wire::UpdateWorkflowExecutionRequest>("UpdateWorkflowExecution", index);
  }
  void answer_with_start(stage at, const std::string& json = {}) {
    wire::ExecuteMultiOperationResponse response;
    auto& started = *response.add_responses()->mutable_start_workflow();
    started.set_run_id("new-run");
    started.set_started(true);
    *response.add_responses()->mutable_update_workflow() = update_at(at, json);
    response.mutable_responses(1)
        ->mutable_update_workflow()
        ->mutable_update_ref()
        ->mutable_workflow_execution()
        ->set_run_id("new-run");
    service.answer("ExecuteMultiOperation", response);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(messages, fixture)

// -- queries --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_query_sends_its_arguments_and_reads_its_answer) {
  wire::QueryWorkflowResponse response;
  put("[1,2]", *response.mutable_query_result());
  service.answer("QueryWorkflow", response);
  BOOST_TEST(
      (handle().query<std::vector<int>>("items", std::string{"big"}, 3) == std::vector{1, 2}));
  const auto sent = service.request<wire::QueryWorkflowRequest>("QueryWorkflow");
  BOOST_TEST(sent.namespace_() == "ns");
  BOOST_TEST(sent.execution().workflow_id() == "id");
  BOOST_TEST(sent.execution().run_id() == "run");
  BOOST_TEST(sent.query().query_type() == "items");
  BOOST_REQUIRE(sent.query().query_args().payloads_size() == 2);
  BOOST_TEST(sent.query().query_args().payloads(0).data() == "\"big\"");
  BOOST_TEST(sent.query_reject_condition() == enums::QUERY_REJECT_CONDITION_UNSPECIFIED);
}

BOOST_AUTO_TEST_CASE(a_query_that_is_rejected_says_in_which_state) {
  wire::QueryWorkflowResponse response;
  response.mutable_query_rejected()->set_status(enums::WORKFLOW_EXECUTION_STATUS_FAILED);
  service.answer("QueryWorkflow", response);
  BOOST_CHECK_EXCEPTION(
      (void)handle().query<int>("items", {.reject_if = query_reject_condition::not_open}),
      workflow_query_rejected_error,
      [](const auto& error) {
        return error.status() == workflow_status::failed
               && std::string_view{error.what()}
                      == "the query was rejected: the workflow is Failed";
      });
  BOOST_TEST(
      service.request<wire::QueryWorkflowRequest>("QueryWorkflow").query_reject_condition()
      == enums::QUERY_REJECT_CONDITION_NOT_OPEN);
}

BOOST_AUTO_TEST_CASE(a_query_that_failed_has_the_workers_failure_as_its_cause) {
  details::QueryFailedFailure detail;
  detail.mutable_failure()->set_message("no such item");
  detail.mutable_failure()->mutable_application_failure_info()->set_type("LookupError");
  service.fail("QueryWorkflow", status_with(status_code::invalid_argument, "no such item", detail));
  BOOST_CHECK_EXCEPTION(
      (void)handle().query("items"), workflow_query_failed_error, [](const auto& error) {
        const auto* cause = find_cause<application_error>(error);
        return cause != nullptr && cause->type() == "LookupError"
               && error.code() == status_code::invalid_argument;
      });
  // Something else that is wrong with the request.
  service.fail("QueryWorkflow", {status_code::invalid_argument, "bad", {}});
  BOOST_CHECK_EXCEPTION((void)handle().query("items"), rpc_error, [](const auto& error) {
    return dynamic_cast<const workflow_query_failed_error*>(&error) == nullptr;
  });
}

// -- updates --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_update_is_executed_to_its_end) {
  answer_update(completed, "3");
  BOOST_TEST(handle().execute_update<int>("add", 1, 2) == 3);
  const auto sent = sent_update();
  BOOST_TEST(sent.namespace_() == "ns");
  BOOST_TEST(sent.workflow_execution().workflow_id() == "id");
  BOOST_TEST(sent.workflow_execution().run_id() == "run");
  BOOST_TEST(sent.wait_policy().lifecycle_stage() == completed);
  BOOST_TEST(sent.request().meta().update_id().size() == 36);
  BOOST_TEST(sent.request().meta().identity() == "me");
  BOOST_TEST(sent.request().input().name() == "add");
  BOOST_TEST(sent.request().input().args().payloads_size() == 2);
}

BOOST_AUTO_TEST_CASE(an_update_is_asked_again_until_it_is_accepted_and_polled_until_it_ends) {
  answer_update(admitted); // nobody was there to run it
  service.fail("UpdateWorkflowExecution", {status_code::deadline_exceeded, "late", {}});
  answer_update(accepted);
  answer_poll();
  service.fail("PollWorkflowExecutionUpdate", {status_code::deadline_exceeded, "late", {}});
  answer_poll("3");
  BOOST_TEST(handle().execute_update<int>("add") == 3);
  const auto& sent = service.asked.at("UpdateWorkflowExecution");
  BOOST_REQUIRE(sent.size() == 3);
  BOOST_TEST((sent[0] == sent[2])); // ids included
  const auto polled =
      service.request<wire::PollWorkflowExecutionUpdateRequest>("PollWorkflowExecutionUpdate", 2);
  BOOST_TEST(polled.namespace_() == "ns");
  BOOST_TEST(polled.update_ref().update_id() == sent_update().request().meta().update_id());
  BOOST_TEST(polled.update_ref().workflow_execution().workflow_id() == "id");
  BOOST_TEST(polled.update_ref().workflow_execution().run_id() == "real-run");
  BOOST_TEST(polled.wait_policy().lifecycle_stage() == completed);
}

BOOST_AUTO_TEST_CASE(a_started_update_gives_a_handle) {
  answer_update(accepted);
  const auto update = handle().start_update<int>("add", {.id = "u"}, 1);
  BOOST_TEST(update.id() == "u");
  BOOST_TEST(update.workflow_id() == "id");
  BOOST_TEST(update.run_id() == "real-run");
  BOOST_TEST(!update.is_completed());
  BOOST_TEST(sent_update().wait_policy().lifecycle_stage() == accepted);
  BOOST_TEST(sent_update().request().meta().update_id() == "u");
  answer_poll("7");
  BOOST_TEST(update.result() == 7);
}

BOOST_AUTO_TEST_CASE(an_end_that_came_with_the_start_asks_nobody) {
  answer_update(completed, "7");
  const auto update = handle().start_update<int>("add");
  BOOST_TEST(update.is_completed());
  BOOST_TEST(update.result() == 7);
  BOOST_TEST(update.async().result().get() == 7);
  BOOST_TEST(service.asked.size() == 1);

  reject_update("no");
  const auto refused = handle().start_update<int>("add");
  BOOST_CHECK_THROW((void)refused.result(), workflow_update_failed_error);
}

BOOST_AUTO_TEST_CASE(a_start_that_waits_for_the_end_polls_for_it) {
  answer_update(accepted);
  answer_poll("7");
  const auto update = handle().start_update<int>("add", {.wait_for = update_stage::completed});
  BOOST_TEST(update.is_completed());
  BOOST_TEST(sent_update().wait_policy().lifecycle_stage() == completed);
}

BOOST_AUTO_TEST_CASE(an_update_that_was_refused_has_the_reason_as_its_cause) {
  reject_update("too many");
  BOOST_CHECK_EXCEPTION(
      (void)handle().execute_update<int>("add", update_options{.id = "u"}),
      workflow_update_failed_error,
      [](const auto& error) {
        const auto* cause = find_cause<application_error>(error);
        return error.update_id() == "u" && error.workflow_id() == "id" && cause != nullptr
               && cause->type() == "Refused"
               && std::string_view{error.what()}
                      == "update u of workflow id failed: too many (Refused)";
      });
}

BOOST_AUTO_TEST_CASE(an_update_known_by_its_id_is_polled) {
  answer_poll("\"x\"");
  BOOST_TEST(handle().get_update<std::string>("u").result() == "x");
  service.fail(
      "PollWorkflowExecutionUpdate", {status_code::not_found, "update \"u\" not found", {}});
  BOOST_CHECK_EXCEPTION((void)handle().get_update("u").result(), rpc_error, [](const auto& error) {
    return error.code() == status_code::not_found;
  });
}

BOOST_AUTO_TEST_CASE(an_update_that_nobody_accepts_in_time_is_an_error) {
  const auto& open = service.hold("UpdateWorkflowExecution");
  BOOST_CHECK_EXCEPTION(
      (void)handle().execute_update<int>("add", update_options{.timeout = 100s}),
      rpc_error,
      [](const auto& error) { return error.code() == status_code::deadline_exceeded; });
  BOOST_TEST(open.size() == 2);
}

// -- with a start ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_signal_with_start_carries_all_of_both) {
  wire::SignalWithStartWorkflowExecutionResponse response;
  response.set_run_id("new-run");
  service.answer("SignalWithStartWorkflowExecution", response);
  const auto started = caller.signal_with_start_workflow<cart>(
      {.id = "id",
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
       .static_summary = "summary"},
      message("put", 1, std::string{"two"}),
      "Ann");
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
  (void)caller.start_workflow<cart>(
      {.id = "id",
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
       .static_summary = "summary"},
      "Ann");
  const auto plain = service.request<wire::StartWorkflowExecutionRequest>("StartWorkflowExecution");
  std::vector<const google::protobuf::FieldDescriptor*> set;
  plain.GetReflection()->ListFields(plain, &set);
  BOOST_TEST(set.size() >= 17U);
  for (const auto* field : set) {
    const auto* same = sent.GetDescriptor()->FindFieldByName(field->name());
    BOOST_REQUIRE(same != nullptr);
    const auto text = [](const google::protobuf::Message& of, const auto* which) {
      std::string all;
      const auto count = which->is_repeated() ? of.GetReflection()->FieldSize(of, which) : 1;
      for (int i = 0; i < count; ++i) {
        std::string one;
        google::protobuf::TextFormat::PrintFieldValueToString(
            of, which, which->is_repeated() ? i : -1, &one);
        all += one;
      }
      return all;
    };
    BOOST_TEST(text(plain, field) == text(sent, same), field->name());
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
