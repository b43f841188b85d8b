// SPDX-License-Identifier: Apache-2.0
// Signals and cancel requests from one workflow to another, and the commands for other workflows.
#include "test/runtime/embedded/peer/peer_world.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // namespaces of commands are old fields

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

constexpr const char* some_run = "01a2016b-2c32-7b0c-b53a-a3270c0851cb";

/// "from" is told to do this to another workflow, and hears what came of it.
std::string outcome(peer_world& world, const command_api::Command& command) {
  world.begin("from");
  world.work("from", {command});
  const auto types = world.events("from");
  return types.substr(types.find("Initiated ") + 10);
}

auto& signal_part(command_api::Command& command) {
  return *command.mutable_signal_external_workflow_execution_command_attributes();
}

auto& cancel_part(command_api::Command& command) {
  return *command.mutable_request_cancel_external_workflow_execution_command_attributes();
}

auto& child_part(command_api::Command& command) {
  return *command.mutable_start_child_workflow_execution_command_attributes();
}

std::ptrdiff_t count(peer_world& world, const std::string& id, enums::EventType type) {
  std::ptrdiff_t found = 0;
  world.at(id).rec().runs.for_each([&](const embedded::run& each) {
    found += std::ranges::count_if(
        each.history, [&](const auto& event) { return event->event_type() == type; });
  });
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(external)

BOOST_AUTO_TEST_CASE(a_signal_reaches_another_workflow_and_its_sender_hears_so) {
  peer_world world;
  world.begin("to");
  auto command = signal_workflow("to", "news");
  signal_part(command).mutable_input()->add_payloads()->set_data("1");
  (*signal_part(command).mutable_header()->mutable_fields())["h"].set_data("2");
  signal_part(command).set_control("mark");
  BOOST_TEST(outcome(world, command) == "ExternalWorkflowExecutionSignaled WorkflowTaskScheduled");
  const auto& got = world.last("to", enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
                        .workflow_execution_signaled_event_attributes();
  BOOST_TEST(got.signal_name() == "news");
  BOOST_TEST(got.input().payloads(0).data() == "1");
  BOOST_TEST(got.header().fields().at("h").data() == "2");
  BOOST_TEST(got.identity() == "history-service");
  BOOST_TEST(got.external_workflow_execution().workflow_id() == "from");
  BOOST_TEST(got.external_workflow_execution().run_id() == world.at("from").current().id);
  const auto& heard = world.last("from", enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED)
                          .external_workflow_execution_signaled_event_attributes();
  BOOST_TEST(heard.initiated_event_id() == 5);
  BOOST_TEST(heard.namespace_() == "caller-ns");
  BOOST_TEST(heard.control() == "mark");
}

BOOST_AUTO_TEST_CASE(a_cancel_request_reaches_another_workflow_once) {
  peer_world world;
  world.begin("to");
  auto command = cancel_external("to");
  cancel_part(command).set_reason("enough");
  BOOST_TEST(
      outcome(world, command) == "ExternalWorkflowExecutionCancelRequested WorkflowTaskScheduled");
  const auto& got = world.last("to", enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED)
                        .workflow_execution_cancel_requested_event_attributes();
  BOOST_TEST(got.cause() == "enough");
  BOOST_TEST(got.identity() == "history-service");
  BOOST_TEST(got.external_initiated_event_id() == 5);
  BOOST_TEST(got.external_workflow_execution().workflow_id() == "from");
  world.work("from", {command});
  BOOST_TEST(world.events("from").ends_with(
      "ExternalWorkflowExecutionCancelRequested WorkflowTaskScheduled"));
  BOOST_TEST(count(world, "to", enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED) == 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_reached_is_not_found) {
  const auto only_child = [](command_api::Command command) {
    if (command.has_signal_external_workflow_execution_command_attributes())
      signal_part(command).set_child_workflow_only(true);
    else
      cancel_part(command).set_child_workflow_only(true);
    return command;
  };
  const auto of_run = [](command_api::Command command) {
    if (command.has_signal_external_workflow_execution_command_attributes())
      signal_part(command).mutable_execution()->set_run_id(some_run);
    else
      cancel_part(command).set_run_id(some_run);
    return command;
  };
  for (const auto& command :
       {signal_workflow("nobody"),
        signal_workflow("from"),
        signal_workflow("closed"),
        of_run(signal_workflow("open")),
        only_child(signal_workflow("open")),
        cancel_external("nobody"),
        cancel_external("from"),
        of_run(cancel_external("open")),
        only_child(cancel_external("open"))}) {
    peer_world world;
    world.begin("open");
    world.begin("closed");
    world.work("closed", {complete_workflow()});
    const bool is_signal = command.has_signal_external_workflow_execution_command_attributes();
    BOOST_TEST(
        outcome(world, command)
        == std::string{is_signal ? "SignalExternalWorkflowExecutionFailed" : "RequestCancelExternalWorkflowExecutionFailed"}
               + " WorkflowTaskScheduled");
    BOOST_TEST(world.events("open") == "WorkflowExecutionStarted WorkflowTaskScheduled");
    if (is_signal)
      BOOST_TEST(
          world.last("from", enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED)
              .signal_external_workflow_execution_failed_event_attributes()
              .cause()
          == enums::
              SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND);
  }
}

BOOST_AUTO_TEST_CASE(a_closed_workflow_needs_no_cancel) {
  peer_world world;
  world.begin("closed");
  world.work("closed", {complete_workflow()});
  BOOST_TEST(
      outcome(world, cancel_external("closed"))
      == "ExternalWorkflowExecutionCancelRequested WorkflowTaskScheduled");
  BOOST_TEST(world.events("closed").ends_with("WorkflowExecutionCompleted"));
}

BOOST_AUTO_TEST_CASE(a_parent_reaches_its_child_and_no_other) {
  peer_world world;
  world.begin("p");
  world.work("p", {start_child("c")});
  auto signal = signal_workflow("c");
  signal_part(signal).set_child_workflow_only(true);
  auto cancel = cancel_external("c");
  cancel_part(cancel).set_child_workflow_only(true);
  world.work("p", {signal, cancel});
  BOOST_TEST(
      world.events("c").ends_with("WorkflowExecutionSignaled WorkflowExecutionCancelRequested"));
  BOOST_TEST(
      outcome(world, signal) == "SignalExternalWorkflowExecutionFailed WorkflowTaskScheduled");
}

BOOST_AUTO_TEST_CASE(a_workflow_takes_so_many_signals_and_its_sender_hears_so) {
  peer_world world;
  world.begin("to").settings.max_signals = 1;
  world.begin("from");
  world.work("from", {signal_workflow("to"), signal_workflow("to")});
  BOOST_TEST(
      world.events("from").ends_with("ExternalWorkflowExecutionSignaled WorkflowTaskScheduled "
                                     "SignalExternalWorkflowExecutionFailed"));
  BOOST_TEST(
      world.last("from", enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED)
          .signal_external_workflow_execution_failed_event_attributes()
          .cause()
      == enums::SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED_CAUSE_SIGNAL_COUNT_LIMIT_EXCEEDED);
}

BOOST_AUTO_TEST_CASE(a_history_that_is_too_large_takes_nothing_from_others) {
  for (const auto& command : {signal_workflow("to"), cancel_external("to")}) {
    peer_world world;
    world.begin("to").settings.max_history_events = 1;
    outcome(world, command);
    BOOST_TEST(world.events("to").ends_with("WorkflowTaskScheduled WorkflowExecutionTerminated"));
  }
}

BOOST_AUTO_TEST_CASE(who_closes_in_the_same_task_sends_nothing) {
  peer_world world;
  world.begin("to");
  world.begin("from");
  world.work("from", {signal_workflow("to"), cancel_external("to"), complete_workflow()});
  BOOST_TEST(world.events("to") == "WorkflowExecutionStarted WorkflowTaskScheduled");
  BOOST_TEST(world.events("from").ends_with("Initiated WorkflowExecutionCompleted"));
}

BOOST_AUTO_TEST_CASE(what_comes_while_a_worker_works_waits_for_its_task) {
  peer_world world;
  world.begin("to");
  auto& from = world.begin("from");
  from.poll();
  wire::RespondWorkflowTaskCompletedRequest forced;
  forced.set_force_create_new_workflow_task(true);
  *forced.add_commands() = signal_workflow("to");
  from.respond(forced);
  from.poll();
  world.settle();
  BOOST_TEST(from.current().state.buffered.size() == 1U);
  BOOST_TEST(!from.complete({complete_workflow()}).answer.status.ok());
  BOOST_TEST(from.event_types().ends_with(
      "WorkflowTaskFailed ExternalWorkflowExecutionSignaled WorkflowTaskScheduled"));
}

// Whoever asks again after a crash does not know whether it was heard, nor what became of it since.
BOOST_AUTO_TEST_CASE(what_was_done_before_a_crash_is_not_done_again) {
  for (const auto& command : {signal_workflow("to"), cancel_external("to")})
    for (const bool goes_on : {false, true}) {
      peer_world world;
      auto& to = world.begin("to");
      auto& from = world.begin("from");
      from.poll();
      from.complete({command});
      world.hand_on(true); // heard, and the answer is lost
      to.poll();
      to.complete({goes_on ? continue_as_new() : complete_workflow()});
      world.crash();
      world.settle();
      BOOST_TEST(
          count(world, "to", enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED)
              + count(world, "to", enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED)
          == 1);
      const auto heard = world.events("from");
      BOOST_TEST(heard.find("Failed") == std::string::npos);
      BOOST_TEST(heard.find("External") != std::string::npos);
      BOOST_TEST(from.current().state.peers.empty());
    }
}

BOOST_AUTO_TEST_CASE(requests_to_others_are_limited) {
  service_fixture service;
  service.settings.max_pending_signals = 2;
  service.settings.max_pending_cancel_requests = 1;
  service.start();
  service.poll();
  BOOST_TEST(
      service.complete({signal_workflow("a"), signal_workflow("b"), signal_workflow("c")})
          .answer.status.message
      == "PendingSignalsLimitExceeded: the number of pending signals to external workflows, 2, has "
         "reached the per-workflow limit of 2");
  service.poll();
  BOOST_TEST(
      service.complete({cancel_external("a"), signal_workflow("b"), cancel_external("c")})
          .answer.status.message
      == "PendingRequestCancelLimitExceeded: the number of pending requests to cancel external "
         "workflows, 1, has reached the per-workflow limit of 1");
  BOOST_TEST(service.peers.empty());
}

BOOST_AUTO_TEST_CASE(commands_for_other_workflows_are_checked_in_the_real_servers_words) {
  const auto refusal_of = [](const std::vector<command_api::Command>& commands) {
    service_fixture service;
    service.start();
    service.poll();
    auto status = service.complete(commands).answer.status;
    BOOST_TEST((status.code == status_code::invalid_argument));
    BOOST_TEST(service.peers.empty());
    return status.message;
  };
  const auto with = [](command_api::Command command, auto change) {
    change(command);
    return std::vector{command};
  };
  const std::string long_id(1001, 'x');
  const std::string signal = "BadSignalWorkflowExecutionAttributes: ";
  const std::string cancel = "BadRequestCancelExternalWorkflowExecutionAttributes: ";
  const std::string child = "BadStartChildExecutionAttributes: ";

  BOOST_TEST(
      refusal_of(with(signal_workflow("to"), [](auto& c) { c.clear_attributes(); }))
      == signal
             + "SignalExternalWorkflowExecutionCommandAttributes is not set on "
               "SignalExternalWorkflowExecutionCommand.");
  BOOST_TEST(
      refusal_of(with(signal_workflow("to"), [](auto& c) { signal_part(c).clear_execution(); }))
      == signal + "Execution is not set on SignalExternalWorkflowExecutionCommand.");
  BOOST_TEST(
      refusal_of({signal_workflow("")})
      == signal
             + "WorkflowId is not set on SignalExternalWorkflowExecutionCommand. Namespace= RunId= "
               "SignalName=s");
  BOOST_TEST(
      refusal_of({signal_workflow(long_id)})
      == signal
             + "WorkflowId on SignalExternalWorkflowExecutionCommand exceeds length limit. "
               "WorkflowId="
             + long_id + " Length=1001 Limit=1000 Namespace= RunId= SignalName=s");
  BOOST_TEST(
      refusal_of(with(
          signal_workflow("to"),
          [](auto& c) { signal_part(c).mutable_execution()->set_run_id("no"); }))
      == signal
             + "Invalid RunId set on SignalExternalWorkflowExecutionCommand. WorkflowId=to "
               "Namespace= RunId=no SignalName=s");
  BOOST_TEST(
      refusal_of({signal_workflow("to", "")})
      == signal
             + "SignalName is not set on SignalExternalWorkflowExecutionCommand. WorkflowId=to "
               "Namespace= RunId=");
  BOOST_TEST(
      refusal_of(with(cancel_external("to"), [](auto& c) { c.clear_attributes(); }))
      == cancel
             + "RequestCancelExternalWorkflowExecutionCommandAttributes is not set on "
               "RequestCancelExternalWorkflowExecutionCommand.");
  BOOST_TEST(
      refusal_of({cancel_external("")})
      == cancel
             + "WorkflowId is not set on RequestCancelExternalWorkflowExecutionCommand. Namespace= "
               "RunId=");
  BOOST_TEST(
      refusal_of(with(cancel_external("to"), [](auto& c) { cancel_part(c).set_run_id("no"); }))
      == cancel
             + "Invalid RunId set on RequestCancelExternalWorkflowExecutionCommand. WorkflowId=to "
               "RunId=no Namespace=");
  BOOST_TEST(
      refusal_of({start_child("c"), cancel_external("c")})
      == cancel
             + "Start and RequestCancel for child workflow is not allowed in same workflow task. "
               "WorkflowId=c RunId= Namespace=");
  BOOST_TEST(
      refusal_of({start_child("")})
      == child
             + "Required field WorkflowId is not set on StartChildWorkflowExecutionCommand. "
               "WorkflowType=C Namespace=caller-ns");
  BOOST_TEST(
      refusal_of(with(start_child("c"), [](auto& c) { child_part(c).clear_workflow_type(); }))
      == child
             + "Required field WorkflowType is not set on StartChildWorkflowExecutionCommand. "
               "WorkflowId=c Namespace=caller-ns");
  const std::string on = " on StartChildWorkflowExecutionCommand";
  const std::string who = " WorkflowId=c WorkflowType=C Namespace=caller-ns";
  BOOST_TEST(
      refusal_of(with(
          start_child("c"),
          [](auto& c) { child_part(c).mutable_workflow_run_timeout()->set_seconds(-1); }))
      == child + "Invalid WorkflowRunTimeout" + on + ": negative duration." + who);
  BOOST_TEST(
      refusal_of(with(
          start_child("c"),
          [](auto& c) { child_part(c).mutable_retry_policy()->set_maximum_attempts(-1); }))
      == child + "invalid WorkflowRetryPolicy" + on
             + ": MaximumAttempts cannot be negative on retry policy.." + who);
  BOOST_TEST(
      refusal_of(with(start_child("c"), [](auto& c) { child_part(c).set_cron_schedule("no"); }))
      == child + "invalid CronSchedule" + on + ": invalid CronSchedule.." + who);
  BOOST_TEST(
      refusal_of(with(
          start_child("c"),
          [](auto& c) { child_part(c).mutable_task_queue()->set_name("/_sys/x"); }))
      == child + "invalid TaskQueue" + on
             + ": task queue name cannot start with reserved prefix /_sys/." + who
             + " TaskQueue=name:\"/_sys/x\" kind:TASK_QUEUE_KIND_NORMAL");
  BOOST_TEST(
      refusal_of(with(
          start_child("c"),
          [](auto& c) { child_part(c).mutable_priority()->set_priority_key(-1); }))
      == child + "priority key can't be negative");
  BOOST_TEST(
      refusal_of(with(
          start_child("c"),
          [](auto& c) {
            (*child_part(c).mutable_search_attributes()->mutable_indexed_fields())["No"].set_data(
                "1");
          }))
      == "BadSearchAttributes: Namespace caller-ns has no mapping defined for search attribute No");
}

BOOST_AUTO_TEST_CASE(payloads_for_others_that_are_too_large_end_their_sender) {
  for (auto command : {signal_workflow("to"), start_child("c")}) {
    service_fixture service;
    service.settings.max_blob_bytes = 100;
    service.start();
    service.poll();
    auto& payloads = command.has_start_child_workflow_execution_command_attributes()
                         ? *child_part(command).mutable_input()
                         : *signal_part(command).mutable_input();
    payloads.add_payloads()->set_data(std::string(200, 'x'));
    BOOST_TEST(!service.complete({command}).answer.status.ok());
    BOOST_TEST(service.event_types().ends_with("WorkflowTaskFailed WorkflowExecutionTerminated"));
  }
}

BOOST_AUTO_TEST_CASE(other_namespaces_are_out_of_reach_unless_that_is_allowed) {
  const auto in = [](const std::string& name_space) {
    auto signal = signal_workflow("to");
    signal_part(signal).set_namespace_(name_space);
    auto cancel = cancel_external("to");
    cancel_part(cancel).set_namespace_(name_space);
    auto child = start_child("to");
    child_part(child).set_namespace_(name_space);
    return std::vector{signal, cancel, child};
  };
  for (std::size_t each = 0; each < 3; ++each) {
    service_fixture service;
    service.known.namespaces["other-ns"] = "other-id";
    service.start();
    service.poll();
    // An unknown one refuses the answer, and the task goes on.
    const auto unknown = service.complete({in("no-ns")[each]});
    BOOST_TEST((unknown.answer.status.code == status_code::not_found));
    BOOST_TEST(unknown.answer.status.message == "Namespace no-ns is not found.");
    BOOST_TEST(!unknown.changed);
    const auto other = service.complete({in("other-ns")[each]});
    BOOST_TEST(other.answer.status.message.ends_with("cross namespace commands are not allowed"));
    service.settings.cross_namespace_commands = true;
    service.poll();
    BOOST_TEST(service.complete({in("other-ns")[each]}).answer.status.ok());
    BOOST_REQUIRE(service.peers.size() == 1U);
    BOOST_TEST(service.peers.front().namespace_id == "other-id");
    BOOST_TEST(service.peers.front().workflow_id == "to");
    // It was deleted meanwhile.
    const auto asked = service.peers.front().ask;
    service.decide(embedded::peer_answered{asked, {status_code::not_found, "", {}}, {}, true});
    BOOST_TEST(service.event_types().ends_with("Failed WorkflowTaskScheduled"));
    const auto& failed = *service.current().history[service.current().history.size() - 2];
    BOOST_TEST(failed.DebugString().find("NAMESPACE_NOT_FOUND") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(what_a_child_inherits_and_what_is_made_of_its_numbers) {
  peer_world world;
  auto& parent = world.at("p");
  auto request = parent.start_request();
  request.mutable_priority()->set_priority_key(2);
  request.mutable_priority()->set_fairness_key("p");
  parent.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
  auto command = start_child("c");
  auto& from = child_part(command);
  from.mutable_priority()->set_fairness_key("c");
  from.mutable_workflow_execution_timeout()->set_seconds(7'500'000'000);
  from.mutable_workflow_task_timeout()->set_seconds(300);
  (*from.mutable_memo()->mutable_fields())["none"];
  world.work("p", {command});
  const auto& child = world.at("c").current().started();
  BOOST_TEST(child.priority().priority_key() == 2);
  BOOST_TEST(child.priority().fairness_key() == "c");
  BOOST_TEST(child.task_queue().name() == "tq");
  BOOST_TEST(child.workflow_execution_timeout().seconds() == 3'153'600'000);
  BOOST_TEST(child.workflow_run_timeout().seconds() == 3'153'600'000);
  BOOST_TEST(child.workflow_task_timeout().seconds() == 120);
  BOOST_TEST(!child.has_memo());
  const auto& initiated =
      world.last("p", enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED)
          .start_child_workflow_execution_initiated_event_attributes();
  BOOST_TEST(initiated.priority().priority_key() == 0);
  BOOST_TEST(initiated.parent_close_policy() == enums::PARENT_CLOSE_POLICY_TERMINATE);
  BOOST_TEST(
      initiated.workflow_id_reuse_policy() == enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
