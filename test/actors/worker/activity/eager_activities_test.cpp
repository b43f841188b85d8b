// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/activity_metrics.hpp"
#include "actors/worker/activity/activity_tasks.hpp"
#include "runtime/activity/environment.hpp"
#include "test/actors/worker/worker_fixture.hpp"
#include "test/support/captured_log.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::test;
using troupe::actors::task_outcome;
using troupe::actors::worker_phase;

namespace {

constexpr auto poll = "PollActivityTaskQueue";
constexpr auto workflow_completed = "RespondWorkflowTaskCompleted";
constexpr auto completed = "RespondActivityTaskCompleted";

inline constexpr activity::contract<int(int)> waits{"waits"}; ///< an hour

/// Asks for many at once: one of another queue, one that is not to be started here, five that may.
struct asks {
  static constexpr std::string_view name = "Asks";
  async<int> run(workflow::context ctx) {
    const workflow::activity_options plain{.start_to_close_timeout = 2h};
    auto elsewhere = plain;
    elsewhere.task_queue = "others";
    auto later = plain;
    later.disable_eager_execution = true;
    std::vector<workflow::future<int>> all;
    all.push_back(ctx.execute<waits>(elsewhere, 1));
    all.push_back(ctx.execute<waits>(later, 2));
    for (int i = 3; i <= 7; ++i)
      all.push_back(ctx.execute<waits>(plain, i));
    co_await workflow::all(all);
    co_return 0;
  }
};

struct eager_fixture : worker_fixture {
  struct with {
    std::size_t slots = 10;
    std::optional<double> most_per_second = {};
    bool is_eager = true;
  };
  void serve(const with& how) {
    serve_workflows({workflow::define<asks>()});
    auto known = std::make_shared<activity::registry>();
    known->add(
        activity::implement<waits>([](activity::context ctx, int number) -> activity::async<int> {
          if (!co_await ctx.sleep(1h))
            throw canceled_error("stopped");
          co_return number;
        }));
    context->kinds.push_back(actors::activity_tasks(
        {.environment = std::make_shared<activity::environment>(
             activity::environment{.activities = known, .identity = "me"}),
         .slots = std::make_shared<actors::fixed_slot_supplier>(how.slots),
         .pollers = {2, 2, 2},
         .most_per_second = how.most_per_second,
         .is_eager = how.is_eager}));
  }

  /// Which of the seven the answer to the task asks to start here: `3 4 5`.
  std::string asked() {
    const auto answer =
        service.open(workflow_completed).at(0)->as<wire::RespondWorkflowTaskCompletedRequest>();
    std::string text;
    for (const auto& command : answer.commands()) {
      const auto& attributes = command.schedule_activity_task_command_attributes();
      if (attributes.request_eager_execution())
        text.append(text.empty() ? "" : " ").append(attributes.input().payloads(0).data());
    }
    return text;
  }
  /// What the service may grant of it.
  static wire::RespondWorkflowTaskCompletedResponse granted(int count) {
    wire::RespondWorkflowTaskCompletedResponse reply;
    for (int i = 0; i != count; ++i) {
      auto& task = *reply.add_activity_tasks();
      task.set_task_token("eager-" + std::to_string(i));
      task.set_activity_id(std::to_string(i + 3));
      task.mutable_activity_type()->set_name("waits");
      task.mutable_workflow_execution()->set_workflow_id("id-r");
      task.mutable_workflow_execution()->set_run_id("r");
      task.mutable_workflow_type()->set_name("Asks");
      task.set_workflow_namespace("default");
      task.set_attempt(1);
      auto& argument = *task.mutable_input()->add_payloads();
      (*argument.mutable_metadata())["encoding"] = "json/plain";
      argument.set_data(std::to_string(i + 3));
    }
    return reply;
  }
  std::size_t free_slots() {
    for (const auto& each : context->kinds)
      if (each.name == "activity")
        return static_cast<const actors::fixed_slot_supplier&>(*each.slots).free();
    return 0;
  }
  std::uint64_t ended(task_outcome outcome) {
    return actors::activity_metrics{*context->shards.at(0)->meter}.activity_tasks.of(outcome);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(eager_activities, eager_fixture)

BOOST_AUTO_TEST_CASE(three_activities_of_a_task_are_asked_for_and_run_without_a_poll) {
  serve({});
  start();
  BOOST_TEST(free_slots() == 8u); // two polls
  give_workflow(first_task("r", "Asks"));
  BOOST_TEST(asked() == "3 4 5");
  BOOST_TEST(free_slots() == 5u);
  answer(workflow_completed, granted(2));
  BOOST_TEST(free_slots() == 6u); // the third was not granted
  BOOST_TEST(metric("activity_tasks_without_poll") == 2);
  BOOST_TEST(
      metric("activity_task_received", {{"activity_type", "waits"}, {"eager", "true"}}) == 2);
  BOOST_TEST(metric("activity_task_received") == 2);
  clock->advance(1h);
  BOOST_REQUIRE(service.open(completed).size() == 2u);
  const auto first = service.open(completed)[0]->as<wire::RespondActivityTaskCompletedRequest>();
  BOOST_TEST(first.task_token() == "eager-0");
  BOOST_TEST(first.result().payloads(0).data() == "3");
  answer(completed, wire::RespondActivityTaskCompletedResponse{});
  answer(completed, wire::RespondActivityTaskCompletedResponse{});
  BOOST_TEST(free_slots() == 8u);
  BOOST_TEST(ended(task_outcome::answered) == 2u);
  BOOST_TEST(service.open(poll).size() == 2u); // as ever

  // The actors serve the next ones.
  give_workflow(first_task("s", "Asks"));
  answer(workflow_completed, granted(3));
  clock->advance(1h);
  BOOST_TEST(service.open(completed).size() == 3u);
}

BOOST_AUTO_TEST_CASE(only_slots_that_no_poll_has_are_offered) {
  serve({.slots = 4});
  start();
  give_workflow(first_task("r", "Asks"));
  BOOST_TEST(asked() == "3 4");
  BOOST_TEST(free_slots() == 0u);
  give_workflow(first_task("s", "Asks"));
  BOOST_TEST(service.open(workflow_completed).size() == 2u);
  // Not taken, or not even known: they are back in any case.
  refuse(workflow_completed, status_code::not_found);
  BOOST_TEST(free_slots() == 2u);
}

BOOST_AUTO_TEST_CASE(a_worker_that_may_not_or_cannot_count_them_asks_for_none) {
  const auto asked_with = [](const eager_fixture::with& how) {
    eager_fixture worker;
    worker.serve(how);
    worker.start();
    worker.give_workflow(first_task("r", "Asks"));
    return worker.asked();
  };
  BOOST_TEST(asked_with({.is_eager = false}) == "");
  BOOST_TEST(asked_with({.most_per_second = 5}) == "");
  BOOST_TEST(asked_with({.slots = 2}) == "");
  BOOST_TEST(asked_with({.slots = 3}) == "3");
}

BOOST_AUTO_TEST_CASE(a_worker_without_activities_asks_for_none) {
  serve_workflows({workflow::define<asks>()});
  start();
  give_workflow(first_task("r", "Asks"));
  BOOST_TEST(asked() == "");
  captured_log log;
  answer(workflow_completed, granted(1)); // and has no use for any
  BOOST_TEST(metric("workflow_task_execution_failed") == 0);
}

BOOST_AUTO_TEST_CASE(more_than_were_asked_for_are_named_in_the_log) {
  serve({.slots = 3});
  start();
  captured_log log;
  give_workflow(first_task("r", "Asks"));
  answer(workflow_completed, granted(2));
  BOOST_TEST(metric("activity_tasks_without_poll") == 1);
  BOOST_TEST(
      log.lines_of("an activity that nobody asked for came with a workflow task's answer; its "
                   "timeout ends it")
          .size()
      == 1u);
}

BOOST_AUTO_TEST_CASE(a_worker_that_stops_waits_for_those_that_run_and_asks_for_no_others) {
  serve({});
  start();
  give_workflow(first_task("r", "Asks"));
  BOOST_TEST(asked() == "3 4 5");
  stop();
  BOOST_TEST((core->phase() == worker_phase::draining));
  answer(workflow_completed, granted(1)); // which were promised a slot before
  BOOST_TEST(metric("activity_tasks_without_poll") == 1);
  BOOST_TEST((core->phase() == worker_phase::draining));
  clock->advance(context->settings.graceful_shutdown_timeout);
  clock->run_until_idle();
  BOOST_REQUIRE(service.open("RespondActivityTaskFailed").size() == 1u);
  answer("RespondActivityTaskFailed", wire::RespondActivityTaskFailedResponse{});
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_SUITE_END()
