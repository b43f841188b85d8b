// SPDX-License-Identifier: Apache-2.0
// Calls that wait for updates: what they hear, when, and what becomes of them if the client, the
// run or the service ends first.

#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/service_fixture.hpp"

#include <temporal/api/update/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <vector>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::status_code;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace update_api = temporal::api::update::v1;
using stage = enums::UpdateWorkflowExecutionLifecycleStage;
using protocol_message = temporal::api::protocol::v1::Message;

constexpr auto admitted = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED;
constexpr auto accepted = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
constexpr auto completed = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

struct fixture : service_fixture {
  wire::UpdateWorkflowExecutionRequest request(stage wanted, const std::string& id = "u") {
    auto made = about<wire::UpdateWorkflowExecutionRequest>("w");
    made.mutable_wait_policy()->set_lifecycle_stage(wanted);
    made.mutable_request()->mutable_meta()->set_update_id(id);
    made.mutable_request()->mutable_input()->set_name("handler");
    return made;
  }
  sent update(stage wanted, const std::string& id = "u") {
    auto made = send("UpdateWorkflowExecution", request(wanted, id), 60s);
    shard.run_until_idle();
    return made;
  }
  sent poll_update(stage wanted, const std::string& id = "u") {
    wire::PollWorkflowExecutionUpdateRequest made;
    made.set_namespace_("default");
    made.mutable_update_ref()->mutable_workflow_execution()->set_workflow_id("w");
    made.mutable_update_ref()->set_update_id(id);
    made.mutable_wait_policy()->set_lifecycle_stage(wanted);
    auto sending = send("PollWorkflowExecutionUpdate", made, 60s);
    shard.run_until_idle();
    return sending;
  }
  sent start_with_update(enums::WorkflowIdConflictPolicy policy) {
    wire::ExecuteMultiOperationRequest made;
    made.set_namespace_("default");
    auto& start = *made.add_operations()->mutable_start_workflow();
    start = start_request("w");
    start.set_request_id("another request");
    start.set_workflow_id_conflict_policy(policy);
    *made.add_operations()->mutable_update_workflow() = request(completed);
    auto sending = send("ExecuteMultiOperation", made, 60s);
    shard.run_until_idle();
    return sending;
  }

  wire::PollWorkflowTaskQueueResponse poll() {
    wire::PollWorkflowTaskQueueRequest made;
    made.set_namespace_("default");
    made.mutable_task_queue()->set_name("q");
    return call("PollWorkflowTaskQueue", made)->as<wire::PollWorkflowTaskQueueResponse>();
  }
  void answer(
      const wire::PollWorkflowTaskQueueResponse& task,
      const std::vector<protocol_message>& messages,
      bool completes = false) {
    wire::RespondWorkflowTaskCompletedRequest made;
    made.set_namespace_("default");
    made.set_task_token(task.task_token());
    for (const auto& each : messages)
      *made.add_messages() = each;
    if (completes) {
      auto& command = *made.add_commands();
      command.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
      command.mutable_complete_workflow_execution_command_attributes();
    }
    BOOST_TEST(call("RespondWorkflowTaskCompleted", made)->status.ok());
  }
  static protocol_message acceptance(const protocol_message& of) {
    update_api::Acceptance body;
    body.set_accepted_request_message_id(of.id());
    body.set_accepted_request_sequencing_event_id(of.event_id());
    return message(of.protocol_instance_id(), body);
  }
  static protocol_message response(const std::string& id) {
    update_api::Response body;
    body.mutable_meta()->set_update_id(id);
    body.mutable_outcome()->mutable_success()->add_payloads()->set_data("\"done\"");
    return message(id, body);
  }
  static protocol_message message(const std::string& id, const google::protobuf::Message& body) {
    protocol_message made;
    made.set_id("about " + id);
    made.set_protocol_instance_id(id);
    made.mutable_body()->PackFrom(body);
    return made;
  }

  /// A run that waits for something to happen.
  void idle() {
    BOOST_TEST(call("StartWorkflowExecution", start_request("w"))->status.ok());
    answer(poll(), {});
  }
  void signal() {
    BOOST_TEST(call("SignalWorkflowExecution", about<wire::SignalWorkflowExecutionRequest>("w"))
                   ->status.ok());
  }
};

stage stage_of(const service_fixture::sent& call) {
  return call->as<wire::UpdateWorkflowExecutionResponse>().stage();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(updates, fixture)

BOOST_AUTO_TEST_CASE(each_call_is_answered_when_the_update_has_come_as_far_as_it_wants) {
  idle();
  const auto to_accepted = update(accepted);
  const auto to_completed = update(completed);
  const auto polled = poll_update(completed);
  BOOST_TEST(
      (poll_update(admitted)->as<wire::PollWorkflowExecutionUpdateResponse>().stage() == admitted));
  const auto task = poll();
  BOOST_REQUIRE(task.messages_size() == 1);
  BOOST_TEST(!to_accepted->is_answered);
  answer(task, {acceptance(task.messages(0))});
  BOOST_REQUIRE(to_accepted->is_answered);
  BOOST_TEST((stage_of(to_accepted) == accepted));
  BOOST_TEST(!to_completed->is_answered);
  BOOST_TEST(!polled->is_answered);
  signal();
  answer(poll(), {response("u")});
  BOOST_REQUIRE(to_completed->is_answered);
  const auto outcome = to_completed->as<wire::UpdateWorkflowExecutionResponse>();
  BOOST_TEST((outcome.stage() == completed));
  BOOST_TEST(outcome.outcome().success().payloads(0).data() == "\"done\"");
  BOOST_REQUIRE(polled->is_answered);
  BOOST_TEST(
      polled->as<wire::PollWorkflowExecutionUpdateResponse>().outcome().success().payloads(0).data()
      == "\"done\"");
}

BOOST_AUTO_TEST_CASE(who_wants_the_acceptance_gets_the_outcome_if_both_come_at_once) {
  idle();
  const auto waiting = update(accepted);
  const auto task = poll();
  answer(task, {acceptance(task.messages(0)), response("u")});
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST((stage_of(waiting) == completed));
  BOOST_TEST(waiting->as<wire::UpdateWorkflowExecutionResponse>().outcome().has_success());
}

BOOST_AUTO_TEST_CASE(without_a_worker_the_call_says_after_20_seconds_how_far_it_came) {
  idle();
  const auto updating = update(completed);
  const auto polling = poll_update(accepted);
  shard.advance(19s);
  BOOST_TEST(!updating->is_answered);
  shard.advance(1s);
  BOOST_REQUIRE(updating->is_answered);
  BOOST_TEST((stage_of(updating) == admitted));
  BOOST_REQUIRE(polling->is_answered);
  BOOST_TEST((polling->as<wire::PollWorkflowExecutionUpdateResponse>().stage() == admitted));
  // It is still there for whoever asks again.
  const auto again = poll_update(completed);
  const auto task = poll();
  answer(task, {acceptance(task.messages(0)), response("u")});
  BOOST_TEST(again->is_answered);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_does_not_take_its_update_along) {
  idle();
  const auto leaving = update(completed);
  leaving->cancel();
  shard.run_until_idle();
  BOOST_TEST(leaving->is_answered);
  const auto other = update(completed);
  const auto task = poll();
  BOOST_TEST(task.messages_size() == 1);
  answer(task, {acceptance(task.messages(0)), response("u")});
  BOOST_TEST((stage_of(other) == completed));
}

BOOST_AUTO_TEST_CASE(the_end_of_the_run_is_told_to_all_who_wait) {
  idle();
  const auto first = update(completed, "accepted");
  auto task = poll();
  answer(task, {acceptance(task.messages(0))});
  const auto second = update(completed, "sent");
  answer(poll(), {}, true);
  BOOST_REQUIRE(first->is_answered);
  BOOST_TEST(
      first->as<wire::UpdateWorkflowExecutionResponse>()
          .outcome()
          .failure()
          .application_failure_info()
          .type()
      == "AcceptedUpdateCompletedWorkflow");
  BOOST_REQUIRE(second->is_answered);
  BOOST_TEST((second->status.code == status_code::not_found));
  BOOST_TEST(second->status.message == "workflow update was aborted by closing workflow");
}

BOOST_AUTO_TEST_CASE(a_service_that_stops_keeps_nobody_waiting) {
  idle();
  const auto waiting = update(completed);
  host->stop();
  shard.run_until_idle();
  BOOST_TEST(waiting->is_answered);
}

BOOST_AUTO_TEST_CASE(update_with_start_waits_like_an_update) {
  const auto waiting = start_with_update(enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  BOOST_TEST(!waiting->is_answered);
  const auto task = poll();
  BOOST_REQUIRE(task.messages_size() == 1);
  answer(task, {acceptance(task.messages(0)), response("u")});
  BOOST_REQUIRE(waiting->is_answered);
  const auto both = waiting->as<wire::ExecuteMultiOperationResponse>();
  BOOST_TEST(both.responses(0).start_workflow().started());
  BOOST_TEST((both.responses(1).update_workflow().stage() == completed));
  BOOST_TEST(both.responses(1).update_workflow().outcome().has_success());
}

BOOST_AUTO_TEST_CASE(update_with_start_says_which_of_the_two_failed) {
  const auto waiting = start_with_update(enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  answer(poll(), {}, true);
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST((waiting->status.code == status_code::not_found));
  BOOST_TEST(waiting->status.message == "Update-with-Start could not be executed.");
}

BOOST_AUTO_TEST_CASE(update_with_start_begins_a_new_run_if_the_one_it_found_ends_first) {
  idle();
  const auto waiting = start_with_update(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  answer(poll(), {}, true);
  BOOST_TEST(!waiting->is_answered);
  const auto task = poll();
  BOOST_REQUIRE(task.messages_size() == 1);
  BOOST_TEST(task.started_event_id() == 3);
  answer(task, {acceptance(task.messages(0)), response("u")});
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST(
      waiting->as<wire::ExecuteMultiOperationResponse>().responses(0).start_workflow().started());
}

BOOST_AUTO_TEST_CASE(update_with_start_is_not_repeated_when_a_task_of_the_run_it_found_fails) {
  idle();
  const auto waiting = start_with_update(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  const auto task = poll();
  BOOST_REQUIRE(task.messages_size() == 1);
  wire::RespondWorkflowTaskCompletedRequest wrong;
  wrong.set_namespace_("default");
  wrong.set_task_token(task.task_token());
  *wrong.add_messages() = response("u"); // nobody has accepted it
  BOOST_TEST(!call("RespondWorkflowTaskCompleted", wrong)->status.ok());
  BOOST_REQUIRE(waiting->is_answered);
  BOOST_TEST((waiting->status.code == status_code::failed_precondition));
  BOOST_TEST(poll().messages_size() == 0);
}

BOOST_AUTO_TEST_CASE(operations_of_another_kind_are_refused) {
  wire::ExecuteMultiOperationRequest request;
  request.set_namespace_("default");
  const auto refused = call("ExecuteMultiOperation", request);
  BOOST_TEST((refused->status.code == status_code::invalid_argument));
  BOOST_TEST(refused->status.message == "Operations have to be exactly [Start, Update].");
}

BOOST_AUTO_TEST_SUITE_END()
