// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

namespace activity = troupe::activity;
namespace workflow = troupe::workflow;
using troupe::testing::environment;

inline constexpr activity::contract<int(int)> doubled{"doubled"};

struct sums {
  static constexpr std::string_view name = "Sums";
  troupe::async<int> run(workflow::context ctx, int many) {
    std::vector<workflow::future<int>> all;
    for (int i = 1; i <= many; ++i)
      all.push_back(ctx.execute<doubled>({.start_to_close_timeout = 1min}, i));
    co_await workflow::all(all);
    int sum = 0;
    for (const auto& each : all)
      sum += each.get();
    co_return sum;
  }
};

/// How many of five activities of one workflow came without a poll.
std::uint64_t without_poll(const std::string& setting, troupe::worker_options options) {
  environment env{
      {.service = {.dynamic_config = {{"system.enableActivityEagerExecution", setting}}}}};
  auto client = env.connect();
  auto worker = env.make_worker(client, std::move(options));
  worker.add<sums>()
      .add(activity::implement<doubled>(
          [](activity::context ctx, int number) -> activity::async<int> {
            co_await ctx.sleep(1s);
            co_return number * 2;
          }))
      .start();
  BOOST_TEST(client.execute_workflow<sums>({.id = "w", .task_queue = "queue"}, 5) == 30);
  auto seen = worker.snapshot();
  BOOST_TEST(seen.metrics["activity_task_received"] == 5u);
  return seen.metrics["activity_tasks_without_poll"];
}

} // namespace

BOOST_AUTO_TEST_SUITE(eager_environments)

BOOST_AUTO_TEST_CASE(a_service_that_starts_activities_eagerly_hands_three_of_a_task_to_its_worker) {
  BOOST_TEST(without_poll("true", {.task_queue = "queue"}) == 3u);
  BOOST_TEST(without_poll("false", {.task_queue = "queue"}) == 0u);
}

BOOST_AUTO_TEST_CASE(a_worker_may_do_without) {
  BOOST_TEST(
      without_poll("true", {.task_queue = "queue", .disable_eager_activity_execution = true})
      == 0u);
  BOOST_TEST(
      without_poll("true", {.task_queue = "queue", .max_task_queue_activities_per_second = 1000})
      == 0u);
  BOOST_TEST(
      without_poll(
          "true",
          {.task_queue = "queue", .max_concurrent_activities = 1, .activity_pollers = {1, 1, 1}})
      == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
