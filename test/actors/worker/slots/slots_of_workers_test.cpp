// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slots/custom_slots.hpp"
#include "actors/worker/slots/resource_slot_supplier.hpp"
#include "runtime/activity/environment.hpp"
#include "test/actors/worker/worker_fixture.hpp"

#include <troupe/activity/implementation.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr auto poll = "PollNexusTaskQueue";
constexpr auto completed = "RespondNexusTaskCompleted";
constexpr auto workflow_completed = "RespondWorkflowTaskCompleted";

inline constexpr activity::contract<int(int)> doubles{"doubles"}; ///< on the pool

struct doubles_three {
  async<int> run(workflow::context ctx) {
    std::vector<workflow::future<int>> all;
    for (int i = 1; i <= 3; ++i)
      all.push_back(ctx.execute_local<doubles>({.start_to_close_timeout = 5s}, i));
    co_await workflow::all(all);
    co_return 0;
  }
};

/// At most so many at a time; remembers what they were for.
struct counted final : custom_slot_supplier {
  std::optional<granted_slot> try_reserve(const slot_reserve_context& context) override {
    if (context.is_sticky)
      ++sticky;
    if (out == most)
      return std::nullopt;
    ++out;
    return granted_slot{};
  }
  void mark_used(const slot_mark_used_context& what) override {
    used.push_back(what.info.type + what.info.service);
  }
  void release(const slot_release_context&) override { --out; }

  int most = 1;
  int out = 0;
  int sticky = 0;
  std::vector<std::string> used;
};

struct tuned_fixture : worker_fixture {
  void serve_nexus_with(std::shared_ptr<actors::slot_supplier> slots) {
    nexus_pollers = {3, 3, 3};
    serve_nexus();
    context->kinds.back().slots = std::move(slots);
  }
  std::shared_ptr<counted> program = std::make_shared<counted>();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(slots_of_workers, tuned_fixture)

BOOST_AUTO_TEST_CASE(a_worker_at_its_memory_target_polls_no_more_than_it_must_until_there_is_room) {
  tuning::resource_usage usage{.memory = 0.1, .cpu = 0.1};
  serve_nexus_with(std::make_shared<actors::resource_slot_supplier>(
      std::make_shared<resource_controller>(
          resource_controller_options{}, [&](std::string&) { return std::optional{usage}; }),
      actors::resource_slot_limits{.minimum = 1, .maximum = 10, .ramp = {}}));
  start();
  BOOST_TEST(service.open(poll).size() == 3u);
  const telemetry::labels of_nexus{{"worker_type", "NexusWorker"}};
  BOOST_TEST(metric("worker_task_slots_available", of_nexus) == 10);

  usage.memory = 0.95;
  clock->advance(200ms);
  for (const char* token : {"a", "b", "c"})
    give(poll, nexus_task("quick", token));
  BOOST_TEST(metric("worker_task_slots_used", of_nexus) == 3);
  clock->advance(1s);
  for (int i = 0; i != 3; ++i)
    answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(service.open(poll).size() == 1u); // and every task was answered
  BOOST_TEST(metric("task_ended", {{"outcome", "answered"}}) == 3);
  clock->advance(1min);
  BOOST_TEST(service.open(poll).size() == 1u);
  give(poll, nexus_task("quick", "d"));
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(service.open(poll).size() == 1u); // it still gets on, one by one

  usage.memory = 0.5;
  clock->advance(200ms);
  BOOST_TEST(service.open(poll).size() == 3u);
  stop();
  BOOST_TEST((core->phase() == actors::worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(a_programs_rule_says_how_many_tasks_there_are) {
  program->most = 2;
  serve_nexus_with(std::make_shared<actors::custom_slots>(slot_kind::nexus, program));
  start();
  BOOST_TEST(service.open(poll).size() == 2u);
  give(poll, nexus_task("quick", "a"));
  BOOST_TEST(program->used == std::vector<std::string>{"TestService"});
  BOOST_TEST(service.open(poll).size() == 1u);
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(service.open(poll).size() == 2u);
  program->most = 3;
  clock->advance(10ms);
  BOOST_TEST(service.open(poll).size() == 3u);
  BOOST_TEST(metric("worker_task_slots_available", {{"worker_type", "NexusWorker"}}) == 0);
  stop();
  BOOST_TEST((core->phase() == actors::worker_phase::stopped));
  BOOST_TEST(program->out == 0);
}

BOOST_AUTO_TEST_CASE(it_hears_which_polls_are_for_cached_runs) {
  program->most = 4;
  serve_workflows();
  context->kinds.back().slots =
      std::make_shared<actors::custom_slots>(slot_kind::workflow, program);
  start();
  BOOST_TEST(service.open("PollWorkflowTaskQueue").size() == 4u);
  BOOST_TEST(program->sticky == 2);
  give_workflow(first_task("r"));
  BOOST_TEST(program->used == std::vector<std::string>{"Sleeper"});
  stop();
}

BOOST_AUTO_TEST_CASE(local_activities_have_slots_as_all_others) {
  auto known = std::make_shared<activity::registry>();
  known->add(activity::implement<doubles>([](int number) { return 2 * number; }));
  actors::workflow_definitions all;
  all["Doubles"] = workflow::define<doubles_three>("Doubles");
  program->most = 2;
  context->kinds.push_back(actors::workflow_tasks(
      {.environment = std::make_shared<workflow::environment>(
           workflow::environment{{}, "default", "queue", "me"}),
       .definitions = std::move(all),
       .slots = std::make_shared<actors::fixed_slot_supplier>(10),
       .pollers = {2, 2, 2},
       .activities =
           std::make_shared<activity::environment>(activity::environment{.activities = known}),
       .local_slots = std::make_shared<actors::custom_slots>(slot_kind::local_activity, program)}));
  start();
  BOOST_TEST(program->out == 0); // it has no polls
  const telemetry::labels local{{"worker_type", "LocalActivityWorker"}};
  give_workflow(first_task("r", "Doubles"));
  BOOST_TEST(metric("worker_task_slots_used", local) == 2);
  BOOST_TEST(pool->queue.size() == 2u);
  for (int i = 0; i != 3; ++i) {
    BOOST_TEST(pool->run_one());
    clock->run_until_idle();
  }
  BOOST_TEST(service.open(workflow_completed).size() == 1u);
  BOOST_TEST(program->used == (std::vector<std::string>{"doubles", "doubles", "doubles"}));
  BOOST_TEST(program->out == 0);
  BOOST_TEST(metric("worker_task_slots_used", local) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
