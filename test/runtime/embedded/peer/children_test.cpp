// SPDX-License-Identifier: Apache-2.0
// Parents and children: two records and what they ask each other.
#include "test/runtime/embedded/peer/peer_world.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;
using kind = embedded::peer_ask::kind;

/// A parent "p" whose child "c" has started.
void begin_child(peer_world& world) {
  world.begin("p");
  world.work("p", {start_child("c")});
}

template <class Request>
Request about(const std::string& id) {
  Request request;
  request.mutable_workflow_execution()->set_workflow_id(id);
  return request;
}

void terminate(peer_world& world, const std::string& id) {
  const auto request = about<wire::TerminateWorkflowExecutionRequest>(id);
  world.at(id).expect<wire::TerminateWorkflowExecutionResponse>(
      embedded::terminate_execution{request});
  world.settle();
}

void signal(peer_world& world, const std::string& id) {
  auto request = about<wire::SignalWorkflowExecutionRequest>(id);
  request.set_signal_name("s");
  world.at(id).expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{request});
}

command_api::Command retried_child(const std::string& id, int attempts) {
  auto command = start_child(id);
  command.mutable_start_child_workflow_execution_command_attributes()
      ->mutable_retry_policy()
      ->set_maximum_attempts(attempts);
  return command;
}

constexpr const char* parent_begins = "WorkflowExecutionStarted WorkflowTaskScheduled "
                                      "WorkflowTaskStarted WorkflowTaskCompleted "
                                      "StartChildWorkflowExecutionInitiated ";

} // namespace

BOOST_AUTO_TEST_SUITE(children)

BOOST_AUTO_TEST_CASE(a_child_runs_and_its_parent_hears_of_its_end) {
  peer_world world;
  begin_child(world);
  BOOST_TEST(world.events("c") == "WorkflowExecutionStarted WorkflowTaskScheduled");
  world.work("p", {});
  world.work("c", {complete_workflow("1")});
  BOOST_TEST(
      world.events("p")
      == parent_begins
             + std::string{"ChildWorkflowExecutionStarted WorkflowTaskScheduled "
                           "WorkflowTaskStarted WorkflowTaskCompleted "
                           "ChildWorkflowExecutionCompleted WorkflowTaskScheduled"});
  const auto& end = world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED)
                        .child_workflow_execution_completed_event_attributes();
  BOOST_TEST(end.initiated_event_id() == 5);
  BOOST_TEST(end.started_event_id() == 6);
  BOOST_TEST(end.workflow_execution().run_id() == world.at("c").current().id);
  BOOST_TEST(end.result().payloads(0).data() == "1");
  BOOST_TEST(world.describe("p").pending_children_size() == 0);
}

BOOST_AUTO_TEST_CASE(a_child_knows_its_parent_and_the_root_of_both) {
  peer_world world;
  begin_child(world);
  world.work("c", {start_child("g")});
  const auto& child = world.at("c").current().started();
  const auto& grandchild = world.at("g").current().started();
  BOOST_TEST(child.parent_workflow_execution().workflow_id() == "p");
  BOOST_TEST(child.parent_workflow_execution().run_id() == world.at("p").current().id);
  BOOST_TEST(child.parent_initiated_event_id() == 5);
  BOOST_TEST(child.root_workflow_execution().workflow_id() == "p");
  BOOST_TEST(child.identity().empty());
  BOOST_TEST(grandchild.parent_workflow_execution().workflow_id() == "c");
  BOOST_TEST(grandchild.root_workflow_execution().workflow_id() == "p");
  const auto info = world.describe("g").workflow_execution_info();
  BOOST_TEST(info.parent_execution().workflow_id() == "c");
  BOOST_TEST(info.root_execution().workflow_id() == "p");
  BOOST_TEST(info.parent_namespace_id() == world.at("p").rec().namespace_id);
  // The request that started it, as the real server names it.
  const auto requests = world.describe("c").workflow_extended_info().request_id_infos();
  BOOST_REQUIRE(requests.size() == 1u);
  BOOST_TEST(requests.begin()->first == world.at("p").current().id + ":5:0");
  BOOST_TEST(requests.begin()->second.event_id() == 1);
  const auto own = world.describe("p").workflow_execution_info();
  BOOST_TEST(!own.has_parent_execution());
  BOOST_TEST(own.root_execution().workflow_id() == "p");
}

BOOST_AUTO_TEST_CASE(a_child_gets_to_work_once_its_parent_has_written_that_it_started) {
  peer_world world;
  auto& parent = world.begin("p");
  parent.poll();
  parent.complete({start_child("c")});
  BOOST_TEST(world.describe("p").pending_children(0).run_id().empty());
  world.hand_on();
  BOOST_TEST(world.events("c") == "WorkflowExecutionStarted");
  BOOST_TEST(world.describe("p").pending_children(0).run_id() == world.at("c").current().id);
  BOOST_TEST(parent.event_types().ends_with("ChildWorkflowExecutionStarted WorkflowTaskScheduled"));
  world.hand_on();
  BOOST_TEST(world.events("c") == "WorkflowExecutionStarted WorkflowTaskScheduled");
  BOOST_TEST(!world.hand_on());
}

BOOST_AUTO_TEST_CASE(a_signal_wakes_a_child_before_its_parent_does) {
  peer_world world;
  auto& parent = world.begin("p");
  parent.poll();
  parent.complete({start_child("c")});
  world.hand_on();
  signal(world, "c");
  world.settle();
  BOOST_TEST(
      world.events("c")
      == "WorkflowExecutionStarted WorkflowExecutionSignaled WorkflowTaskScheduled");
}

BOOST_AUTO_TEST_CASE(a_child_with_the_id_of_a_running_workflow_does_not_start) {
  for (const std::string id : {"other", "p"}) {
    peer_world world;
    world.begin("other");
    world.begin("p");
    world.work("p", {start_child(id)});
    const auto& failed = world.last("p", enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED)
                             .start_child_workflow_execution_failed_event_attributes();
    BOOST_TEST(
        failed.cause()
        == enums::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS);
    BOOST_TEST(failed.workflow_id() == id);
    BOOST_TEST(world.describe("p").pending_children_size() == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_child_may_end_who_has_its_id_but_not_its_own_parent) {
  auto command = start_child("other");
  auto& to = *command.mutable_start_child_workflow_execution_command_attributes();
  to.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING);
  peer_world world;
  world.begin("other");
  world.begin("p");
  world.work("p", {command});
  BOOST_TEST(world.events("other", 1).ends_with("WorkflowExecutionTerminated"));
  BOOST_TEST(world.at("other").current().number == 2U);
  to.set_workflow_id("p");
  world.work("p", {command});
  BOOST_TEST(
      world.events("p").ends_with("StartChildWorkflowExecutionFailed WorkflowTaskScheduled"));
}

BOOST_AUTO_TEST_CASE(a_child_of_a_used_id_asks_its_reuse_policy) {
  auto command = start_child("used");
  command.mutable_start_child_workflow_execution_command_attributes()->set_workflow_id_reuse_policy(
      enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY);
  peer_world world;
  world.begin("used");
  world.work("used", {complete_workflow()});
  world.begin("p");
  world.work("p", {command});
  BOOST_TEST(
      world.events("p").ends_with("StartChildWorkflowExecutionFailed WorkflowTaskScheduled"));
  world.work("p", {start_child("used")});
  BOOST_TEST(world.events("p").ends_with("ChildWorkflowExecutionStarted WorkflowTaskScheduled"));
}

BOOST_AUTO_TEST_CASE(however_a_parent_closes_its_children_get_their_policy) {
  const auto ways = {
      "completes", "fails", "is retried", "is canceled", "continues", "is ended", "times out"};
  for (const std::string how : ways) {
    BOOST_TEST_CONTEXT(how) {
      peer_world world;
      auto& parent = world.at("p");
      auto request = parent.start_request();
      request.mutable_workflow_run_timeout()->set_seconds(60);
      if (how == "is retried")
        request.mutable_retry_policy()->set_maximum_attempts(2);
      parent.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
      world.work(
          "p",
          {start_child("ended", enums::PARENT_CLOSE_POLICY_TERMINATE),
           start_child("cancelled", enums::PARENT_CLOSE_POLICY_REQUEST_CANCEL),
           start_child("left", enums::PARENT_CLOSE_POLICY_ABANDON)});
      if (how == "is ended")
        terminate(world, "p");
      else if (how == "times out")
        world.advance(60s);
      else if (how == "completes")
        world.work("p", {complete_workflow()});
      else if (how == "is canceled")
        world.work("p", {cancel_workflow()});
      else if (how == "continues")
        world.work("p", {continue_as_new()});
      else
        world.work("p", {fail_workflow("no")});
      const std::string begun = "WorkflowExecutionStarted WorkflowTaskScheduled";
      BOOST_TEST(world.events("ended") == begun + " WorkflowExecutionTerminated");
      BOOST_TEST(world.events("cancelled") == begun + " WorkflowExecutionCancelRequested");
      BOOST_TEST(world.events("left") == begun);
      const auto& ended = world.last("ended", enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED)
                              .workflow_execution_terminated_event_attributes();
      BOOST_TEST(ended.reason() == "by parent close policy");
      BOOST_TEST(ended.identity() == "history-service");
      const auto& cancelled =
          world.last("cancelled", enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED)
              .workflow_execution_cancel_requested_event_attributes();
      BOOST_TEST(cancelled.external_workflow_execution().workflow_id() == "p");
      BOOST_TEST(cancelled.external_initiated_event_id() == 0);
      // The closed run tells of the children that it had.
      wire::DescribeWorkflowExecutionRequest asked;
      asked.mutable_execution()->set_workflow_id("p");
      world.at("p").rec().runs.for_each([&](const embedded::run& each) {
        if (each.number == 1)
          asked.mutable_execution()->set_run_id(each.id);
      });
      const auto answer = embedded::describe(world.at("p").rec(), asked);
      BOOST_TEST(
          dynamic_cast<const wire::DescribeWorkflowExecutionResponse&>(*answer.message)
              .pending_children_size()
          == 3);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_child_is_never_started_if_its_parent_closes_in_the_same_task) {
  for (const auto policy :
       {enums::PARENT_CLOSE_POLICY_TERMINATE, enums::PARENT_CLOSE_POLICY_ABANDON}) {
    peer_world world;
    world.begin("p");
    world.work("p", {start_child("c", policy), complete_workflow()});
    BOOST_TEST(world.events("c").empty());
    world.crash();
    world.settle();
    BOOST_TEST(world.events("c").empty());
  }
}

BOOST_AUTO_TEST_CASE(a_parent_that_closes_while_its_child_starts_does_not_lose_it) {
  for (const auto policy :
       {enums::PARENT_CLOSE_POLICY_TERMINATE,
        enums::PARENT_CLOSE_POLICY_REQUEST_CANCEL,
        enums::PARENT_CLOSE_POLICY_ABANDON})
    for (const bool crashes : {false, true}) {
      peer_world world;
      auto& parent = world.begin("p");
      parent.poll();
      parent.complete({start_child("c", policy)});
      world.hand_on(true); // it starts, and its parent does not hear of it
      const auto request = about<wire::TerminateWorkflowExecutionRequest>("p");
      parent.decide(embedded::terminate_execution{request});
      if (crashes)
        world.crash();
      world.settle();
      const std::string begun = "WorkflowExecutionStarted";
      BOOST_TEST(
          world.events("c")
          == (policy == enums::PARENT_CLOSE_POLICY_TERMINATE
                  ? begun + " WorkflowExecutionTerminated"
              : policy == enums::PARENT_CLOSE_POLICY_REQUEST_CANCEL
                  ? begun + " WorkflowExecutionCancelRequested WorkflowTaskScheduled"
                  : begun + " WorkflowTaskScheduled"));
      if (policy != enums::PARENT_CLOSE_POLICY_TERMINATE)
        world.work("c", {complete_workflow()}); // tells a parent that does not listen any more
      BOOST_TEST(world.events("p").ends_with("WorkflowExecutionTerminated"));
    }
}

BOOST_AUTO_TEST_CASE(a_parent_hears_of_the_end_of_the_chain_only) {
  for (const bool fails : {false, true}) {
    peer_world world;
    world.begin("p");
    world.work("p", {retried_child("c", 2)});
    world.work("p", {});
    const auto first = world.at("c").current().id;
    world.work("c", {fails ? fail_workflow("first") : continue_as_new()});
    BOOST_TEST(world.at("c").current().number == 2U);
    BOOST_TEST(!world.at("p").current().state.task.has_value());
    BOOST_TEST(world.describe("p").pending_children(0).run_id() == first);
    const auto& second = world.at("c").current().started();
    BOOST_TEST(second.parent_workflow_execution().workflow_id() == "p");
    BOOST_TEST(second.root_workflow_execution().workflow_id() == "p");
    world.advance(2s);
    world.work("c", {fails ? fail_workflow("second") : complete_workflow()});
    if (fails) {
      const auto& end = world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED)
                            .child_workflow_execution_failed_event_attributes();
      BOOST_TEST(end.failure().message() == "second");
      BOOST_TEST(end.retry_state() == enums::RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED);
    }
    const auto closed = world.at("c").current().id;
    BOOST_TEST(closed != first);
    BOOST_TEST(
        (fails ? world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED)
                     .child_workflow_execution_failed_event_attributes()
                     .workflow_execution()
                     .run_id()
               : world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED)
                     .child_workflow_execution_completed_event_attributes()
                     .workflow_execution()
                     .run_id())
        == closed);
  }
}

BOOST_AUTO_TEST_CASE(a_later_run_of_a_child_gets_the_policy_too) {
  peer_world world;
  begin_child(world);
  world.work("c", {continue_as_new()});
  terminate(world, "p");
  BOOST_TEST(world.events("c").ends_with("WorkflowExecutionTerminated"));
  BOOST_TEST(world.at("c").current().number == 2U);
}

BOOST_AUTO_TEST_CASE(a_new_workflow_with_the_id_of_a_child_is_none) {
  peer_world world;
  begin_child(world);
  terminate(world, "c");
  world.begin("c");
  terminate(world, "p");
  BOOST_TEST(world.at("c").current().open());
}

BOOST_AUTO_TEST_CASE(every_end_of_a_child_has_its_event) {
  using ends = std::pair<const char*, std::function<void(peer_world&)>>;
  const ends all[] = {
      {"ChildWorkflowExecutionCompleted",
       [](peer_world& world) { world.work("c", {complete_workflow()}); }},
      {"ChildWorkflowExecutionFailed",
       [](peer_world& world) { world.work("c", {fail_workflow("no")}); }},
      {"ChildWorkflowExecutionCanceled",
       [](peer_world& world) { world.work("c", {cancel_workflow()}); }},
      {"ChildWorkflowExecutionTimedOut", [](peer_world& world) { world.advance(60s); }},
      {"ChildWorkflowExecutionTerminated", [](peer_world& world) { terminate(world, "c"); }},
      {"ChildWorkflowExecutionTerminated",
       [](peer_world& world) {
         const auto request = about<wire::DeleteWorkflowExecutionRequest>("c");
         world.at("c").decide(embedded::delete_execution{request});
         world.settle();
       }},
  };
  for (const auto& [type, happens] : all) {
    peer_world world;
    world.begin("p");
    auto command = start_child("c");
    command.mutable_start_child_workflow_execution_command_attributes()
        ->mutable_workflow_run_timeout()
        ->set_seconds(60);
    world.work("p", {command});
    world.work("p", {});
    happens(world);
    BOOST_TEST(world.events("p").ends_with(std::string{type} + " WorkflowTaskScheduled"));
    BOOST_TEST(world.describe("p").pending_children_size() == 0);
  }
}

// Both are in the buffer: the end comes last, and knows the start all the same.
BOOST_AUTO_TEST_CASE(a_child_that_starts_and_ends_while_its_parent_works_has_both_events) {
  for (const bool refused : {false, true}) {
    peer_world world;
    auto& parent = world.begin("p");
    parent.poll();
    auto forced = wire::RespondWorkflowTaskCompletedRequest{};
    forced.set_force_create_new_workflow_task(true);
    *forced.add_commands() = start_child("c");
    parent.respond(forced);
    parent.poll();
    world.settle();
    world.work("c", {complete_workflow()});
    signal(world, "p");
    BOOST_TEST(parent.current().state.buffered.size() == 3U);
    if (refused) {
      BOOST_TEST(!parent.complete({start_child("d"), cancel_timer("none")}).answer.status.ok());
    } else {
      parent.complete({});
    }
    BOOST_TEST(world.events("p").ends_with(
        "ChildWorkflowExecutionStarted WorkflowExecutionSignaled ChildWorkflowExecutionCompleted "
        "WorkflowTaskScheduled"));
    const auto& started = world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED);
    const auto& ended = world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED)
                            .child_workflow_execution_completed_event_attributes();
    BOOST_TEST(ended.started_event_id() == started.event_id());
    BOOST_TEST(started.event_id() != 0);
    world.settle();
    BOOST_TEST(world.events("d").empty());
  }
}

BOOST_AUTO_TEST_CASE(a_start_that_was_buffered_is_known_to_a_later_end) {
  peer_world world;
  auto& parent = world.begin("p");
  parent.poll();
  auto forced = wire::RespondWorkflowTaskCompletedRequest{};
  forced.set_force_create_new_workflow_task(true);
  *forced.add_commands() = start_child("c");
  parent.respond(forced);
  parent.poll();
  world.settle();
  parent.complete({});
  world.work("c", {complete_workflow()});
  const auto& started = world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED);
  BOOST_TEST(
      world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED)
          .child_workflow_execution_completed_event_attributes()
          .started_event_id()
      == started.event_id());
}

BOOST_AUTO_TEST_CASE(an_end_that_comes_before_the_answer_of_the_start_tells_of_both) {
  peer_world world;
  auto& parent = world.begin("p");
  parent.poll();
  parent.complete({start_child("c")});
  world.hand_on(true); // the answer is lost
  const auto request = about<wire::TerminateWorkflowExecutionRequest>("c");
  world.at("c").decide(embedded::terminate_execution{request});
  world.hand_on();
  BOOST_TEST(parent.event_types().ends_with(
      "StartChildWorkflowExecutionInitiated ChildWorkflowExecutionStarted "
      "ChildWorkflowExecutionTerminated WorkflowTaskScheduled"));
  const auto run_id = world.at("c").current().id;
  BOOST_TEST(
      world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED)
          .child_workflow_execution_started_event_attributes()
          .workflow_execution()
          .run_id()
      == run_id);
  const auto before = parent.event_types();
  parent.decide(
      embedded::peer_answered{{kind::start_child, parent.current().id, 5}, {}, run_id, false});
  BOOST_TEST(parent.event_types() == before);
}

BOOST_AUTO_TEST_CASE(late_and_doubled_answers_change_nothing) {
  peer_world world;
  begin_child(world);
  auto& parent = world.at("p");
  const auto& run_id = parent.current().id;
  for (const auto what :
       {kind::start_child, kind::begin_child, kind::signal, kind::cancel, kind::close_child})
    for (const std::int64_t event : {0, 5, 99})
      for (const std::string& run : {run_id, std::string{}, std::string{"no-such-run"}}) {
        const auto tx = parent.decide(embedded::peer_answered{{what, run, event}, {}, "r", false});
        BOOST_TEST(!tx.changed);
        BOOST_TEST(tx.effects.empty());
      }
  embedded::child_ended ended;
  ended.parent_run_id = run_id;
  ended.initiated_event_id = 99;
  ended.closing = std::make_shared<history_api::HistoryEvent>();
  BOOST_TEST(!parent.decide(ended).changed);
  ended.parent_run_id = "no-such-run";
  BOOST_TEST(!parent.decide(ended).changed);
}

BOOST_AUTO_TEST_CASE(whatever_dies_between_two_decisions_the_same_is_written) {
  const auto story = [](bool crashes) {
    peer_world world;
    if (crashes)
      world.crash_always();
    world.begin("p");
    world.work(
        "p",
        {retried_child("c", 2),
         start_child("d", enums::PARENT_CLOSE_POLICY_REQUEST_CANCEL),
         start_child("p"),
         signal_workflow("nobody")});
    world.work("p", {signal_workflow("c"), cancel_external("d")});
    world.work("c", {fail_workflow("first")});
    world.advance(2s);
    world.work("c", {complete_workflow()});
    world.work("p", {start_child("e"), complete_workflow()});
    world.work("d", {complete_workflow()});
    std::string all;
    for (const char* id : {"p", "c", "d", "e"})
      for (const std::uint64_t number : {1, 2})
        all += world.events(id, number) + "\n";
    return all;
  };
  BOOST_TEST(story(true) == story(false));
}

BOOST_AUTO_TEST_CASE(a_start_that_is_asked_for_twice_starts_once) {
  peer_world world;
  auto& parent = world.begin("p");
  parent.poll();
  parent.complete({retried_child("c", 2)});
  world.hand_on(true);
  const auto first = world.at("c").current().id;
  // It has gone on to its next run before its parent asks again.
  signal(world, "c");
  world.at("c").poll();
  world.at("c").complete({continue_as_new()});
  world.crash();
  world.settle();
  BOOST_TEST(world.at("c").current().number == 2U);
  BOOST_TEST(
      world.last("p", enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED)
          .child_workflow_execution_started_event_attributes()
          .workflow_execution()
          .run_id()
      == first);
}

BOOST_AUTO_TEST_CASE(pending_children_are_limited) {
  peer_world world;
  auto& parent = world.begin("p");
  parent.settings.max_pending_children = 2;
  world.work("p", {start_child("a"), start_child("b")});
  parent.poll();
  BOOST_TEST(
      parent.complete({start_child("c")}).answer.status.message
      == "PendingChildWorkflowsLimitExceeded: the number of pending child workflow executions, 2, "
         "has reached the per-workflow limit of 2");
  world.work("a", {complete_workflow()});
  BOOST_TEST(world.work("p", {start_child("c")}).answer.status.ok());
}

BOOST_AUTO_TEST_CASE(a_cron_child_waits_for_its_time) {
  peer_world world;
  world.begin("p");
  auto command = start_child("c", enums::PARENT_CLOSE_POLICY_ABANDON);
  command.mutable_start_child_workflow_execution_command_attributes()->set_cron_schedule(
      "@every 10s");
  world.work("p", {command});
  BOOST_TEST(world.events("c") == "WorkflowExecutionStarted");
  world.advance(10s);
  world.work("c", {complete_workflow()});
  BOOST_TEST(world.at("c").current().number == 2U);
  BOOST_TEST(world.describe("p").pending_children_size() == 1);
  terminate(world, "c");
  BOOST_TEST(world.events("p").ends_with("ChildWorkflowExecutionTerminated"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
