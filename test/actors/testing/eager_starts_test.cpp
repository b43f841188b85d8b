// SPDX-License-Identifier: Apache-2.0
// Workflows whose first task comes to a worker of this process with the answer to their start.

#include <troupe/client.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

namespace workflow = troupe::workflow;
using troupe::testing::environment;

struct napper {
  static constexpr std::string_view name = "Napper";
  troupe::async<int> run(workflow::context ctx, int number) {
    co_await ctx.sleep(1s);
    co_return number + 1;
  }
};

struct other {
  static constexpr std::string_view name = "Other";
  troupe::async<int> run(workflow::context, int number) { co_return number; }
};

std::uint64_t without_poll(const troupe::worker& of) {
  return of.snapshot().metrics["workflow_tasks_without_poll"];
}

/// Of the first run.
int count(const troupe::client& client, const std::string& id, const std::string& type) {
  int found = 0;
  for (const auto& event : client.get_workflow(id).history())
    found += event.type() == type ? 1 : 0;
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(eager_starts)

BOOST_AUTO_TEST_CASE(a_worker_with_a_free_slot_runs_the_first_task_without_a_poll) {
  environment env;
  auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<napper>().start();
  const troupe::start_workflow_options eager{
      .id = "w", .task_queue = "q", .request_eager_start = true};
  BOOST_TEST(client.start_workflow<napper>(eager, 1).result() == 2);
  BOOST_TEST(without_poll(worker) == 1u);
  // The same for a start that waits for the result, also from a copy of the client.
  const auto copy = client;
  BOOST_TEST(
      copy.execute_workflow<napper>({.id = "x", .task_queue = "q", .request_eager_start = true}, 2)
      == 3);
  BOOST_TEST(without_poll(worker) == 2u);
  for (const auto* id : {"w", "x"}) {
    BOOST_TEST(count(client, id, "WorkflowTaskStarted") == 2);
    BOOST_TEST(count(client, id, "WorkflowTaskCompleted") == 2);
  }
  // Who does not ask gets none.
  BOOST_TEST(client.execute_workflow<napper>({.id = "y", .task_queue = "q"}, 3) == 4);
  BOOST_TEST(without_poll(worker) == 2u);
  worker.stop();
  const auto seen = worker.snapshot();
  BOOST_TEST(seen.workflow.accepted == 6u);
  BOOST_TEST(seen.workflow.outcomes.at("answered") == 6u);
}

BOOST_AUTO_TEST_CASE(a_worker_is_not_asked_that_cannot_serve_the_start) {
  environment env;
  auto client = env.connect();
  auto stranger = env.connect(); // another connection
  auto elsewhere = env.make_worker(client, {.task_queue = "elsewhere"});
  elsewhere.add<napper>().start();
  auto of_stranger = env.make_worker(stranger, {.task_queue = "q"});
  of_stranger.add<napper>().start();
  auto lacks_it = env.make_worker(client, {.task_queue = "r"});
  lacks_it.add<other>().start();
  auto has_it = env.make_worker(stranger, {.task_queue = "r"});
  has_it.add<napper>().start();
  BOOST_TEST(
      client.execute_workflow<napper>(
          {.id = "w", .task_queue = "q", .request_eager_start = true}, 1)
      == 2);
  auto in_other_queue =
      client.start_workflow<napper>({.id = "x", .task_queue = "r", .request_eager_start = true}, 1);
  for (const auto* each : {&elsewhere, &of_stranger, &lacks_it, &has_it})
    BOOST_TEST(without_poll(*each) == 0u);
  in_other_queue.terminate();
  // Nobody has asked the service for a task then.
  for (const auto* id : {"w", "x"})
    for (const auto& event : client.get_workflow(id).history())
      BOOST_TEST(event.to_json().find("eagerExecutionAccepted") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(slots_that_pollers_need_are_left_to_them) {
  environment env;
  auto client = env.connect();
  auto worker = env.make_worker(
      client,
      {.task_queue = "q",
       .shards = 1,
       .max_concurrent_workflow_tasks = 2,
       .workflow_pollers = {1, 1, 1}});
  worker.add<napper>().start();
  BOOST_TEST(
      client.execute_workflow<napper>(
          {.id = "w", .task_queue = "q", .request_eager_start = true}, 1)
      == 2);
  BOOST_TEST(without_poll(worker) == 0u);
}

BOOST_AUTO_TEST_CASE(a_service_that_gives_no_task_out_costs_nothing_but_the_slot_for_a_moment) {
  environment env{{.service = {.dynamic_config = {{"system.enableEagerWorkflowStart", "false"}}}}};
  auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "q"});
  worker.add<napper>().start();
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(
        client.execute_workflow<napper>(
            {.id = "w" + std::to_string(i), .task_queue = "q", .request_eager_start = true}, 1)
        == 2);
  // A start that is refused, and one whose task has to wait.
  auto running = client.start_workflow<napper>({.id = "w", .task_queue = "q"}, 1);
  BOOST_CHECK_THROW(
      client.start_workflow<napper>({.id = "w", .task_queue = "q", .request_eager_start = true}, 1),
      std::exception);
  BOOST_TEST(
      client.execute_workflow<napper>(
          {.id = "d", .task_queue = "q", .start_delay = 1h, .request_eager_start = true}, 1)
      == 2);
  BOOST_TEST(running.result() == 2);
  BOOST_TEST(without_poll(worker) == 0u);
  worker.stop(); // all slots are back
  BOOST_TEST((worker.state() == troupe::worker_state::stopped));
}

BOOST_AUTO_TEST_CASE(workers_of_one_queue_take_turns) {
  environment env;
  auto client = env.connect();
  auto first = env.make_worker(client, {.task_queue = "q", .shards = 1});
  first.add<napper>().start();
  auto second = env.make_worker(client, {.task_queue = "q", .shards = 1});
  second.add<napper>().start();
  for (int i = 0; i < 4; ++i)
    BOOST_TEST(
        client.execute_workflow<napper>(
            {.id = "w" + std::to_string(i), .task_queue = "q", .request_eager_start = true}, 1)
        == 2);
  BOOST_TEST(without_poll(first) == 2u);
  BOOST_TEST(without_poll(second) == 2u);
  first.stop();
  for (int i = 0; i < 2; ++i)
    BOOST_TEST(
        client.execute_workflow<napper>(
            {.id = "x" + std::to_string(i), .task_queue = "q", .request_eager_start = true}, 1)
        == 2);
  BOOST_TEST(without_poll(second) == 4u);
}

// A start is under way when its worker is told to stop: the task comes to it all the same and is
// answered once, or nobody has asked for it. Tried at every moment that virtual time has.
BOOST_AUTO_TEST_CASE(no_task_is_lost_or_answered_twice_when_the_worker_stops_meanwhile) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    environment env{{.seed = seed}};
    auto client = env.connect();
    auto worker = env.make_worker(client, {.task_queue = "q"});
    worker.add<napper>().start();
    std::optional<bool> is_started;
    client.async()
        .start_workflow<napper>({.id = "w", .task_queue = "q", .request_eager_start = true}, 1)
        .start([&](auto outcome) { is_started = outcome.has_value(); });
    worker.stop();
    env.run_until([&] { return is_started.has_value(); });
    BOOST_TEST(is_started.value());
    auto successor = env.make_worker(client, {.task_queue = "q"});
    successor.add<napper>().start();
    BOOST_TEST(client.get_workflow<int>("w").result() == 2);
    BOOST_TEST(count(client, "w", "WorkflowTaskCompleted") == 2);
    BOOST_TEST(count(client, "w", "WorkflowTaskTimedOut") == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
