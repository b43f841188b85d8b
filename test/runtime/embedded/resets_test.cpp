// SPDX-License-Identifier: Apache-2.0
// Resets: a new run from the first part of another one's history.
#include "test/runtime/embedded/golden/golden_scenarios.hpp"
#include "test/runtime/embedded/golden/history_player.hpp"
#include "test/runtime/embedded/peer/peer_world.hpp"
#include "test/support/history_normaliser.hpp"
#include "test/support/record_invariants.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/update/v1/message.pb.h>

#include <algorithm>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

wire::ResetWorkflowExecutionRequest
reset_request(std::int64_t finish_event_id, const std::string& run_id = {}) {
  wire::ResetWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id("w");
  request.mutable_workflow_execution()->set_run_id(run_id);
  request.set_reason("why");
  request.set_request_id("request");
  request.set_workflow_task_finish_event_id(finish_event_id);
  return request;
}

std::string reset(service_fixture& service, const wire::ResetWorkflowExecutionRequest& request) {
  return service.expect<wire::ResetWorkflowExecutionResponse>(embedded::reset_execution{request})
      .run_id();
}

std::string
reset(service_fixture& service, std::int64_t finish_event_id, const std::string& run_id = {}) {
  return reset(service, reset_request(finish_event_id, run_id));
}

void signal(service_fixture& service, const std::string& name) {
  wire::SignalWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id(service.rec().workflow_id);
  request.set_signal_name(name);
  service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{request});
}

std::string types_of(const service_fixture& service, const std::string& run_id) {
  std::string types;
  for (const auto& event : service.rec().find(run_id)->history)
    types += (types.empty() ? "" : " ") + type_name(*event);
  return types;
}

wire::DescribeWorkflowExecutionResponse
describe(service_fixture& service, const std::string& run_id = {}) {
  wire::DescribeWorkflowExecutionRequest request;
  request.mutable_execution()->set_workflow_id(service.rec().workflow_id);
  request.mutable_execution()->set_run_id(run_id);
  return dynamic_cast<const wire::DescribeWorkflowExecutionResponse&>(
      *embedded::describe(service.rec(), request).message);
}

constexpr const char* first_task =
    "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted ";

} // namespace

BOOST_AUTO_TEST_SUITE(resets)

BOOST_AUTO_TEST_CASE(a_run_goes_on_from_an_earlier_task_with_the_signals_it_had) {
  service_fixture service;
  const auto old = service.start().run_id();
  service.poll();
  service.complete({start_timer("t", 100s)}, true);
  signal(service, "s");
  service.poll(true);
  service.now += 5s;
  const auto made = reset(service, 4);
  BOOST_TEST(
      types_of(service, old)
      == first_task
             + std::string{"WorkflowTaskCompleted TimerStarted WorkflowExecutionSignaled "
                           "WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskFailed "
                           "WorkflowExecutionTerminated"});
  BOOST_TEST(
      types_of(service, made)
      == first_task
             + std::string{"WorkflowTaskFailed WorkflowExecutionSignaled WorkflowTaskScheduled"});
  BOOST_TEST(service.current().id == made);
  BOOST_TEST(service.current().state.timers.empty());
  const auto& failed = service.current().history[3]->workflow_task_failed_event_attributes();
  BOOST_TEST(failed.cause() == enums::WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW);
  BOOST_TEST(failed.base_run_id() == old);
  BOOST_TEST(failed.new_run_id() == made);
  BOOST_TEST(failed.failure().message() == "why");
  BOOST_TEST(failed.failure().has_reset_workflow_failure_info());
  const auto& ended =
      service.rec().find(old)->history.back()->workflow_execution_terminated_event_attributes();
  BOOST_TEST(ended.reason() == "why");
  BOOST_TEST(ended.identity() == "history-resetter");
  const auto before = describe(service, old).workflow_extended_info();
  const auto after = describe(service).workflow_extended_info();
  BOOST_TEST(before.reset_run_id() == made);
  BOOST_TEST(!before.has_last_reset_time());
  BOOST_TEST(after.has_last_reset_time());
  BOOST_TEST(after.original_start_time().seconds() + 5 == after.last_reset_time().seconds());
  BOOST_TEST(describe(service).workflow_execution_info().first_run_id() == old);
  // The task is one that a worker takes, from the normal queue.
  const auto task = service.poll();
  BOOST_TEST(task.history().events_size() == 7);
  service.complete({complete_workflow()});
  BOOST_TEST(!service.current().open());
}

BOOST_AUTO_TEST_CASE(a_task_that_nobody_had_taken_is_said_to_have_been) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({});
  const auto made = reset(service, 3);
  BOOST_TEST(
      types_of(service, made)
      == first_task + std::string{"WorkflowTaskFailed WorkflowTaskScheduled"});
  const auto& started = service.current().history[2]->workflow_task_started_event_attributes();
  BOOST_TEST(started.identity() == "history-service");
  BOOST_TEST(started.request_id() == "emptyUuid");
  BOOST_TEST(started.history_size_bytes() > 0);
}

BOOST_AUTO_TEST_CASE(a_reset_goes_back_to_a_pending_task_only) {
  service_fixture service;
  service.start();
  service.poll();
  service.now += 1ms;
  service.complete({start_timer("t", 100s)});
  service.now += 1ms;
  signal(service, "s");
  const auto refusal_of = [&](wire::ResetWorkflowExecutionRequest request) {
    return service.decide(embedded::reset_execution{request}).answer.status.message;
  };
  const std::string too_far = "Workflow task finish ID must be > 1 && <= workflow last event ID.";
  for (const std::int64_t id : {-1, 0, 1, 8, 99})
    BOOST_TEST(refusal_of(reset_request(id)) == too_far);
  for (const std::int64_t id : {2, 5, 7})
    BOOST_TEST(
        refusal_of(reset_request(id))
        == "StateRebuilder unable to Rebuild mutable state to event ID: " + std::to_string(id - 1)
               + ", version: 0, this event must be at the boundary");
  BOOST_TEST(
      refusal_of(reset_request(6))
      == "Can only reset workflow to event ID in range [WorkflowTaskScheduled +1, "
         "WorkflowTaskStarted + 1]: 6");
  auto request = reset_request(4);
  request.clear_request_id();
  BOOST_TEST(refusal_of(request) == "RequestId is not set on request.");
  BOOST_TEST(refusal_of(reset_request(4, "no")) == "Invalid RunId.");
  BOOST_TEST(refusal_of(reset_request(4, "01a2016b-2c32-7b0c-b53a-a3270c0851cb"))
                 .starts_with("workflow execution not found"));
  request = reset_request(4, "no");
  request.set_request_id(std::string(1001, 'r'));
  BOOST_TEST(refusal_of(request) == "RequestId length exceeds limit.");
  BOOST_TEST(service.current().number == 1U);
}

BOOST_AUTO_TEST_CASE(a_reason_may_be_as_long_as_a_request) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({});
  auto request = reset_request(4);
  request.set_reason(std::string(3'000'000, 'r'));
  reset(service, request);
  BOOST_TEST(
      service.current()
          .history[3]
          ->workflow_task_failed_event_attributes()
          .failure()
          .message()
          .size()
      == 3'000'000u);
}

BOOST_AUTO_TEST_CASE(what_is_brought_along_can_be_left_out) {
  const auto types_with = [](auto change) {
    service_fixture service;
    service.start();
    service.poll();
    service.complete({});
    signal(service, "s");
    auto request = reset_request(4);
    change(request);
    return types_of(service, reset(service, request));
  };
  const std::string without = first_task + std::string{"WorkflowTaskFailed WorkflowTaskScheduled"};
  const std::string with =
      first_task
      + std::string{"WorkflowTaskFailed WorkflowExecutionSignaled WorkflowTaskScheduled"};
  BOOST_TEST(types_with([](auto&) {}) == with);
  BOOST_TEST(
      types_with([](auto& request) {
        request.add_reset_reapply_exclude_types(enums::RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL);
      })
      == without);
  BOOST_TEST(
      types_with([](auto& request) {
        request.add_reset_reapply_exclude_types(enums::RESET_REAPPLY_EXCLUDE_TYPE_UPDATE);
      })
      == with);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // the older way to say it
  BOOST_TEST(
      types_with(
          [](auto& request) { request.set_reset_reapply_type(enums::RESET_REAPPLY_TYPE_NONE); })
      == without);
  BOOST_TEST(
      types_with(
          [](auto& request) { request.set_reset_reapply_type(enums::RESET_REAPPLY_TYPE_SIGNAL); })
      == with);
#pragma GCC diagnostic pop
}

BOOST_AUTO_TEST_CASE(a_closed_run_is_reset_and_the_one_that_is_open_ends) {
  service_fixture service;
  const auto first = service.start().run_id();
  service.poll();
  service.complete({complete_workflow()});
  const auto second = service.start().run_id();
  const auto third = reset(service, 4, first);
  BOOST_TEST(types_of(service, first).ends_with("WorkflowExecutionCompleted"));
  BOOST_TEST(types_of(service, second).ends_with("WorkflowExecutionTerminated"));
  BOOST_TEST(service.current().id == third);
  service.poll();
  service.complete({complete_workflow()});
  // All are closed.
  const auto fourth = reset(service, 4, third);
  BOOST_TEST(service.current().id == fourth);
  BOOST_TEST(service.current().open());
}

BOOST_AUTO_TEST_CASE(signals_of_the_runs_that_followed_come_along) {
  service_fixture service;
  const auto first = service.start().run_id();
  service.poll();
  service.complete({continue_as_new()});
  signal(service, "second");
  service.advance(1s);
  service.poll();
  service.complete({continue_as_new()});
  signal(service, "third");
  const auto last = service.current().id;
  const auto made = reset(service, 4, first);
  std::string names;
  for (const auto& event : service.current().history)
    if (event->has_workflow_execution_signaled_event_attributes())
      names += event->workflow_execution_signaled_event_attributes().signal_name() + ' ';
  BOOST_TEST(names == "second third ");
  BOOST_TEST(types_of(service, last).ends_with("WorkflowExecutionTerminated"));
  BOOST_TEST(service.current().id == made);
}

BOOST_AUTO_TEST_CASE(what_was_pending_at_the_point_is_pending_again) {
  service_fixture service;
  service.start();
  service.poll();
  auto activity = command_api::Command{};
  activity.set_command_type(enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
  auto& to = *activity.mutable_schedule_activity_task_command_attributes();
  to.set_activity_id("a");
  to.mutable_activity_type()->set_name("A");
  to.mutable_task_queue()->set_name("aq");
  to.mutable_start_to_close_timeout()->set_seconds(10);
  service.complete(
      {start_timer("t", 100s),
       activity,
       schedule_operation(),
       start_child("c"),
       signal_workflow("other")});
  signal(service, "s");
  service.poll();
  const auto due = service.current().state.timers.at("t").due;
  service.complete({cancel_timer("t")});
  service.now += 3s;
  service.activities.clear();
  service.nexus_requests.clear();
  service.peers.clear();
  const auto point = service.current().history[10]->event_id() + 2;
  const auto made = reset(service, point);
  const auto& state = service.current().state;
  BOOST_TEST(state.timers.size() == 1U);
  BOOST_TEST((state.timers.at("t").due == due));
  BOOST_TEST(state.activities.size() == 1U);
  BOOST_TEST(state.nexus_operations.size() == 1U);
  BOOST_TEST(state.peers.size() == 2U);
  BOOST_TEST(service.activities.size() == 1U);
  BOOST_TEST(service.nexus_requests.size() == 1U);
  BOOST_TEST(
      std::ranges::count_if(
          service.peers, [&](const auto& each) { return each.ask.run_id == made; })
      == 2);
  service.advance_to(due);
  BOOST_TEST(service.event_types().ends_with("TimerFired"));
}

BOOST_AUTO_TEST_CASE(a_child_outlives_its_parents_reset_and_tells_the_new_run) {
  peer_world world;
  world.begin("w");
  world.work("w", {start_child("c")});
  world.work("w", {start_timer("t", 100s)});
  reset(world.at("w"), 9);
  world.settle();
  BOOST_TEST(world.events("c") == "WorkflowExecutionStarted WorkflowTaskScheduled");
  BOOST_TEST(world.describe("w").pending_children_size() == 1);
  world.work("c", {complete_workflow()});
  BOOST_TEST(world.events("w").ends_with("WorkflowTaskScheduled ChildWorkflowExecutionCompleted"));
  BOOST_TEST(world.describe("w").pending_children_size() == 0);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_child_from_before_a_reset_comes_along) {
  peer_world world;
  world.begin("w");
  world.work("w", {start_child("c")});
  world.work("w", {start_timer("t", 100s)});
  world.work("c", {complete_workflow()});
  reset(world.at("w"), 9);
  BOOST_TEST(world.events("w").ends_with(
      "WorkflowTaskFailed ChildWorkflowExecutionCompleted WorkflowTaskScheduled"));
  BOOST_TEST(world.describe("w").pending_children_size() == 0);
  // Back before its start, it has another one to begin.
  reset(world.at("w"), 4);
  world.settle();
  BOOST_TEST(world.events("w").ends_with("WorkflowTaskFailed WorkflowTaskScheduled"));
}

BOOST_AUTO_TEST_CASE(a_child_that_is_reset_goes_on_for_its_parent) {
  peer_world world;
  world.begin("p");
  world.work("p", {start_child("w")});
  world.work("p", {});
  world.work("w", {start_timer("t", 100s)});
  const auto made = reset(world.at("w"), 4);
  world.settle();
  BOOST_TEST(world.events("p").ends_with("WorkflowTaskCompleted"));
  world.work("w", {complete_workflow()});
  BOOST_TEST(
      world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED)
          .child_workflow_execution_completed_event_attributes()
          .workflow_execution()
          .run_id()
      == made);
}

BOOST_AUTO_TEST_CASE(an_operation_that_ends_after_a_reset_ends_in_the_new_run) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({schedule_operation()});
  wire::RespondNexusTaskCompletedRequest started;
  started.mutable_response()
      ->mutable_start_operation()
      ->mutable_async_success()
      ->set_operation_token("token");
  service.decide(embedded::nexus_request_done{service.nexus_requests.front().attempt, &started});
  service.poll();
  service.complete({});
  const auto& scheduled =
      service.current().history[4]->nexus_operation_scheduled_event_attributes();
  const embedded::complete_nexus_operation done{
      {service.rec().namespace_id, "w", service.current().id, 5, scheduled.request_id()}, {}};
  service.nexus_requests.clear();
  reset(service, 9);
  BOOST_TEST(service.nexus_requests.empty());
  BOOST_TEST(describe(service).pending_nexus_operations(0).operation_token() == "token");
  BOOST_TEST(service.decide(done).answer.status.ok());
  BOOST_TEST(service.event_types().ends_with("NexusOperationCompleted"));
  // Back before its schedule there is none.
  reset(service, 4);
  BOOST_TEST(!service.decide(done).answer.status.ok());
}

BOOST_AUTO_TEST_CASE(callbacks_go_with_the_run_that_goes_on) {
  service_fixture service;
  auto asked = service.start_request();
  asked.add_completion_callbacks()->mutable_nexus()->set_url("temporal://system");
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  service.poll();
  service.complete({});
  reset(service, 4);
  BOOST_TEST(service.callbacks.empty());
  service.poll();
  service.complete({complete_workflow()});
  BOOST_TEST(service.callbacks.size() == 1U);
}

BOOST_AUTO_TEST_CASE(updates_come_along_as_events_and_are_answered_from_them) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({});
  wire::UpdateWorkflowExecutionRequest update;
  update.mutable_workflow_execution()->set_workflow_id("w");
  update.mutable_request()->mutable_meta()->set_update_id("u");
  update.mutable_request()->mutable_input()->set_name("up");
  service.decide(embedded::update_execution{update});
  service.poll();
  const auto answer = [&](bool responds) {
    wire::RespondWorkflowTaskCompletedRequest request;
    const auto say = [&](const google::protobuf::Message& body) {
      auto& message = *request.add_messages();
      message.set_id("m" + std::to_string(request.messages_size()));
      message.set_protocol_instance_id("u");
      message.mutable_body()->PackFrom(body);
    };
    temporal::api::update::v1::Acceptance accepted;
    accepted.set_accepted_request_message_id("u/request");
    accepted.set_accepted_request_sequencing_event_id(5);
    say(accepted);
    if (responds) {
      temporal::api::update::v1::Response response;
      response.mutable_meta()->set_update_id("u");
      response.mutable_outcome()->mutable_success();
      say(response);
    }
    return service.respond(std::move(request));
  };
  BOOST_TEST(answer(true).answer.status.ok());
  reset(service, 4);
  BOOST_TEST(service.event_types().ends_with(
      "WorkflowTaskFailed WorkflowExecutionUpdateAdmitted WorkflowTaskScheduled"));
  const auto& admitted =
      service.current().history[4]->workflow_execution_update_admitted_event_attributes();
  BOOST_TEST(admitted.origin() == enums::UPDATE_ADMITTED_EVENT_ORIGIN_REAPPLY);
  BOOST_TEST(admitted.request().input().name() == "up");
  const auto task = service.poll();
  BOOST_TEST(task.messages_size() == 0);
  BOOST_TEST(answer(true).answer.status.ok());
  BOOST_TEST(service.event_types().ends_with(
      "WorkflowExecutionUpdateAccepted WorkflowExecutionUpdateCompleted"));
  const auto& accepted = service.current().history[service.current().history.size() - 2];
  BOOST_TEST(
      !accepted->workflow_execution_update_accepted_event_attributes().has_accepted_request());
}

// At every point of every recorded run at which that is possible.
BOOST_AUTO_TEST_CASE(whatever_is_reset_the_record_holds_together) {
  int resets = 0;
  for (const char* scenario : golden_scenarios) {
    BOOST_TEST_CONTEXT(scenario) try {
      const auto recorded = load_history(scenario);
      for (const auto& ended : recorded.events()) {
        if (!ended.has_workflow_task_completed_event_attributes()
            && !ended.has_workflow_task_failed_event_attributes())
          continue;
        const auto point = ended.event_id();
        history_player player{recorded};
        player.play();
        auto& service = player.service();
        auto request = reset_request(point);
        request.mutable_workflow_execution()->set_workflow_id(service.rec().workflow_id);
        std::uint64_t first = 0;
        service.rec().runs.for_each([&](const embedded::run& each) {
          if (first == 0) {
            first = each.number;
            request.mutable_workflow_execution()->set_run_id(each.id);
          }
        });
        const auto tx = service.decide(embedded::reset_execution{request});
        if (!tx.answer.status.ok())
          continue;
        ++resets;
        for (const auto& problem : broken_invariants(service.rec()))
          BOOST_ERROR("at " << point << ": " << problem);
        BOOST_TEST(service.current().open());
        service.poll();
        service.complete({complete_workflow()});
        for (const auto& problem : broken_invariants(service.rec()))
          BOOST_ERROR("at " << point << ", closed: " << problem);
      }
    } catch (const std::exception& error) {
      BOOST_ERROR(scenario << ": " << error.what());
    }
  }
  BOOST_TEST(resets > 300);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
