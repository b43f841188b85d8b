// SPDX-License-Identifier: Apache-2.0
// What nobody expects to happen: our own actors and instances fail in the middle of a task.

#include "test/actors/worker/worker_fixture.hpp"
#include "test/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace troupe::test;
using troupe::actors::task_outcome;
using troupe::actors::worker_phase;
using troupe::workflow::activation_need;
using troupe::workflow::instance;

namespace {

constexpr auto poll = "PollNexusTaskQueue";
constexpr auto nexus_completed = "RespondNexusTaskCompleted";
constexpr auto completed = "RespondWorkflowTaskCompleted";
constexpr auto failed = "RespondWorkflowTaskFailed";

/// Runs before every `instance::begin`; what it throws comes out of there.
std::function<void(const wire::PollWorkflowTaskQueueResponse&)> before_begin;

// The linker gives calls of `instance::begin` to the first of these and the function itself to the
// second (`--wrap`), so that no code of the product knows of this test.
#define BEGIN                                                                                      \
  "_ZN6troupe8workflow8instance5beginERN8temporal3api15workflowservice2v129"                       \
  "PollWorkflowTaskQueueResponseE"

} // namespace

namespace troupe::test {
activation_need begun(instance* on, wire::PollWorkflowTaskQueueResponse& task) asm("__wrap_" BEGIN);
activation_need
really_begun(instance* on, wire::PollWorkflowTaskQueueResponse& task) asm("__real_" BEGIN);

activation_need begun(instance* on, wire::PollWorkflowTaskQueueResponse& task) {
  if (before_begin)
    before_begin(task);
  return really_begun(on, task);
}
} // namespace troupe::test

namespace {

struct fixture : worker_fixture {
  ~fixture() { before_begin = nullptr; }

  /// The next call of the method breaks the transport under the actor that makes it.
  void break_once(const std::string& method) {
    service.answer_with(
        method, [broken = false](const auto&) mutable -> std::optional<fake_service::reply> {
          if (!std::exchange(broken, true))
            throw std::runtime_error("broken transport");
          return std::nullopt;
        });
  }

  static std::uint64_t outcomes(const troupe::actors::outcome_counters& of) {
    std::uint64_t sum = 0;
    for (const auto& each : of.ended)
      sum += each.get();
    return sum;
  }

  captured_log log;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(faults, fixture)

BOOST_AUTO_TEST_CASE(a_nexus_handler_that_dies_returns_its_slot_and_the_worker_goes_on) {
  nexus_slots = 1;
  serve_nexus();
  start();
  break_once(nexus_completed);
  const auto actors = shards[0]->pinned_actors();
  give(poll, nexus_task("quick", "a"));
  BOOST_TEST(shards[0]->pinned_actors() == actors);
  BOOST_TEST(counters().nexus_tasks.accepted.get() == 1u);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::died) == 1u);
  BOOST_TEST(outcomes(counters().nexus_tasks) == 1u);
  BOOST_TEST(log.count("an actor died of an exception") == 1u);
  BOOST_TEST(log.count("broken transport") == 1u);
  clock->advance(11s); // the dead one's deadline comes
  BOOST_TEST(outcomes(counters().nexus_tasks) == 1u);
  BOOST_TEST(service.open(poll).size() == 1u);
  give(poll, nexus_task("quick", "b"));
  answer(nexus_completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
  BOOST_TEST(outcomes(counters().nexus_tasks) == 2u);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(a_workflow_instance_actor_that_dies_loses_only_its_run) {
  workflow_slots = 2;
  serve_workflows();
  start();
  const auto actors = shards[0]->pinned_actors();
  give_workflow(first_task("other"));
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  break_once(completed);
  give_workflow(first_task("r"));
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::died) == 1u);
  BOOST_TEST(outcomes(counters().workflow_tasks) == 2u);
  BOOST_TEST(counters().instances_died.get() == 1u);
  BOOST_TEST(counters().sticky_cache_size.get() == 1u);
  BOOST_TEST(log.count("a workflow instance died and is dropped from the cache run_id=r") == 1u);
  clock->advance(31s); // what the dead one had sent runs into its timeout
  BOOST_TEST(workflow_poll(false) != nullptr);
  BOOST_TEST(workflow_poll(true) != nullptr);
  BOOST_TEST(shards[0]->pinned_actors() == actors);
  // The service's timeout brings the task back, and the run is built up anew.
  give_workflow(first_task("r", "Sleeper", 2));
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  give_workflow(timer_task("other"), true);
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 3u);
  BOOST_TEST(outcomes(counters().workflow_tasks) == 4u);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(a_task_that_waited_for_a_run_that_died_is_run_by_another_actor) {
  constexpr auto history = "GetWorkflowExecutionHistory";
  serve_workflows();
  start();
  const auto actors = shards[0]->pinned_actors();
  give_workflow(timer_task("r"), true); // not held here: its history is asked for
  give_workflow(timer_task("r"), true); // waits for the first one
  BOOST_REQUIRE(service.open(history).size() == 1u);
  break_once(history);
  wire::GetWorkflowExecutionHistoryResponse more;
  more.set_next_page_token("page-2");
  answer(history, more);
  BOOST_TEST(counters().instances_died.get() == 1u);
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::died) == 1u);
  BOOST_TEST(shards[0]->pinned_actors() == actors + 1);
  wire::GetWorkflowExecutionHistoryResponse page;
  *page.mutable_history() = first_task("r").history();
  add_events_after_timer(*page.mutable_history());
  answer(history, page); // what the dead one had asked for goes nowhere
  BOOST_TEST(service.open(completed).empty());
  answer(history, page);
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 1u);
  BOOST_TEST(outcomes(counters().workflow_tasks) == 2u);
}

BOOST_AUTO_TEST_CASE(an_exception_out_of_an_instance_fails_its_task_and_drops_the_run) {
  workflow_slots = 2;
  serve_workflows();
  start();
  before_begin = [](const auto& task) {
    if (task.workflow_execution().run_id() == "r" && task.attempt() == 1)
      throw std::logic_error("a bug of the instance");
  };
  give_workflow(first_task("r"));
  const auto why = service.open(failed).at(0)->as<wire::RespondWorkflowTaskFailedRequest>();
  BOOST_TEST(why.task_token() == "token-r");
  BOOST_TEST(why.failure().message() == "a bug of the instance");
  BOOST_TEST(why.failure().application_failure_info().type() == "InstanceError");
  answer(failed, wire::RespondWorkflowTaskFailedResponse{});
  BOOST_TEST(counters().instances_died.get() == 1u);
  BOOST_TEST(metric("workflow_task_execution_failed", {{"failure_reason", "WorkflowError"}}) == 1);
  BOOST_TEST(counters().sticky_cache_size.get() == 0u);
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 1u);
  BOOST_TEST(outcomes(counters().workflow_tasks) == 1u);
  BOOST_TEST(log.count("a workflow instance failed") == 1u);
  BOOST_TEST(workflow_poll(false) != nullptr);
  BOOST_TEST(workflow_poll(true) != nullptr);
  for (const auto& task : {first_task("other"), first_task("r", "Sleeper", 2)}) {
    give_workflow(task);
    answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  }
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 3u);
  BOOST_TEST(counters().sticky_cache_size.get() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_thrown_and_no_exception_ends_only_the_actor_of_the_run) {
  serve_workflows();
  start();
  before_begin = [](const auto& task) {
    if (task.workflow_execution().run_id() == "r")
      throw 42;
  };
  give_workflow(first_task("r"));
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::died) == 1u);
  BOOST_TEST(outcomes(counters().workflow_tasks) == 1u);
  BOOST_TEST(counters().instances_died.get() == 1u);
  BOOST_TEST(log.count("an actor died of an exception") == 1u);
  give_workflow(first_task("other"));
  answer(completed, wire::RespondWorkflowTaskCompletedResponse{});
  BOOST_TEST(counters().workflow_tasks.of(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
