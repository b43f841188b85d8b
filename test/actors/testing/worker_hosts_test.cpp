// SPDX-License-Identifier: Apache-2.0
// Many workers with one budget, on our service, in virtual time.

#include <troupe/activity/implementation.hpp>
#include <troupe/client/activity_handle.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/worker_host.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::testing::environment;

namespace {

constexpr activity::contract<void(std::string, int)> work{"work"}; ///< so many milliseconds

struct works_locally {
  static constexpr std::string_view name = "WorksLocally";
  async<> run(workflow::context ctx, int times) {
    std::vector<workflow::future<void>> all;
    for (int i = 0; i != times; ++i)
      all.push_back(
          ctx.execute_local<work>({.start_to_close_timeout = 1h}, std::string{"local"}, 1000));
    for (const auto& each : all)
      co_await each;
  }
};

struct host_fixture {
  environment env{{.service = {.dynamic_config = {{"activity.enableStandalone", "true"}}}}};
  client caller = env.connect();
  std::map<std::string, int> began;
  std::map<std::string, int> ended;
  int started = 0; ///< activities

  hosted_worker add(worker_host& host, std::string queue, const worker_share& share = {}) {
    auto made = host.add(caller, {.task_queue = std::move(queue)}, share);
    made
        .add(activity::implement<work>(
            [this](activity::context ctx, std::string who, int milliseconds) -> activity::async<> {
              ++began[who];
              co_await ctx.sleep(std::chrono::milliseconds{milliseconds});
              ++ended[who];
            }))
        .add<works_locally>();
    made.start();
    return made;
  }
  auto start_for(const std::string& queue, const std::string& who, std::chrono::milliseconds time) {
    return caller.start_activity<work>(
        {.id = std::to_string(++started), .task_queue = queue, .start_to_close_timeout = 10h},
        who,
        static_cast<int>(time.count()));
  }
  auto start(const std::string& queue, const std::string& who, int seconds) {
    return start_for(queue, who, std::chrono::seconds{seconds});
  }
  void flood(const std::string& queue, int tasks, int seconds) {
    for (int i = 0; i != tasks; ++i)
      (void)start(queue, queue, seconds);
  }
  static worker_host_snapshot::kind activities_of(const worker_host& host) {
    return host.snapshot().kinds.at(static_cast<std::size_t>(slot_kind::activity));
  }
  static worker_host_snapshot::member
  activities_of(const worker_host& host, std::string_view queue) {
    const auto all = activities_of(host).members;
    const auto found = std::ranges::find(all, queue, &worker_host_snapshot::member::task_queue);
    BOOST_REQUIRE(found != all.end());
    return *found;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(worker_hosts, host_fixture)

BOOST_AUTO_TEST_CASE(a_queue_that_floods_leaves_another_its_minimum) {
  auto host = env.make_host({.slots = {1, 4, 1, 1}});
  auto busy = add(host, "busy", {.weight = 100});
  auto small = add(host, "small", {.minimum = {.activities = 1}});
  flood("busy", 40, 60);
  env.advance(5s);
  BOOST_TEST(activities_of(host, "busy").running == 3u);
  BOOST_TEST(activities_of(host, "busy").lent == 3u);
  BOOST_TEST(activities_of(host).kept == 1u);
  const auto before = env.now();
  start("small", "small", 1).result();
  BOOST_CHECK(env.now() - before < 2s);
  env.run_until([&] { return ended["busy"] == 40; });
  BOOST_TEST(began["busy"] == 40);
}

BOOST_AUTO_TEST_CASE(without_a_minimum_it_has_the_next_slot) {
  auto host = env.make_host({.slots = {1, 4, 1, 1}});
  auto busy = add(host, "busy");
  auto small = add(host, "small");
  flood("busy", 40, 60);
  env.advance(5s);
  BOOST_TEST(activities_of(host, "busy").running == 4u);
  const auto before = env.now();
  start("small", "small", 1).result();
  BOOST_CHECK(env.now() - before < 62s);
  BOOST_TEST(ended["busy"] < 8);
}

BOOST_AUTO_TEST_CASE(shares_follow_the_weights_also_when_they_change) {
  auto host = env.make_host({.slots = {1, 12, 1, 1}});
  auto one = add(host, "one");
  auto three = add(host, "three", {.weight = 3});
  // Slots come back one by one; where many do at once, the first who polls has them.
  for (int i = 0; i != 600; ++i)
    for (const auto* queue : {"one", "three"})
      (void)start_for(queue, queue, std::chrono::milliseconds{700 + i * 37 % 600});
  const auto share_of_three = [&](std::chrono::seconds time) {
    began.clear();
    env.advance(time);
    return static_cast<double>(began["three"]) / (began["one"] + began["three"]);
  };
  env.advance(3s);
  BOOST_TEST(share_of_three(20s) == 0.75, boost::test_tools::tolerance(0.1));
  three.reweight({.weight = 1});
  env.advance(3s);
  BOOST_TEST(share_of_three(20s) == 0.5, boost::test_tools::tolerance(0.1));
  one.reweight({.weight = 0.2});
  env.advance(3s);
  BOOST_TEST(share_of_three(10s) == 0.83, boost::test_tools::tolerance(0.1));
}

BOOST_AUTO_TEST_CASE(what_others_do_not_want_one_may_have_all_of) {
  auto host = env.make_host({.slots = {1, 12, 1, 1}});
  std::vector<hosted_worker> idle;
  for (int i = 0; i != 20; ++i)
    idle.push_back(add(host, "idle-" + std::to_string(i)));
  auto busy = add(host, "busy", {.weight = 0.1});
  flood("busy", 100, 10);
  env.advance(9s);
  BOOST_TEST(activities_of(host, "busy").running == 12u);
  env.run_until([&] { return ended["busy"] == 100; });
  BOOST_TEST(began["busy"] == 100);
}

BOOST_AUTO_TEST_CASE(tasks_of_many_queues_are_all_answered_once) {
  auto host = env.make_host({.shards = 2, .slots = {3, 7, 2, 1}});
  std::vector<hosted_worker> all;
  std::vector<decltype(start("", "", 0))> asked;
  for (int i = 0; i != 20; ++i)
    all.push_back(
        add(host,
            "q-" + std::to_string(i),
            {.weight = 1.0 + i % 3, .minimum = {.activities = i % 5 == 0 ? 1u : 0u}}));
  for (int i = 0; i != 400; ++i)
    asked.push_back(start("q-" + std::to_string(i % 20), "task-" + std::to_string(i), 1 + i % 7));
  for (const auto& each : asked)
    each.result();
  BOOST_TEST(began.size() == 400u);
  BOOST_TEST(std::ranges::all_of(began, [](const auto& each) { return each.second == 1; }));
  BOOST_TEST((began == ended));
  const auto seen = activities_of(host);
  BOOST_TEST(seen.members.size() == 20u);
  BOOST_TEST(seen.running == 0u);
  for (const auto& each : seen.members)
    BOOST_TEST(each.waiting_tasks == 0u);
}

BOOST_AUTO_TEST_CASE(workflows_and_their_local_activities_take_their_turn) {
  auto host = env.make_host({.slots = {5, 1, 2, 1}});
  std::vector<hosted_worker> all;
  for (int i = 0; i != 5; ++i)
    all.push_back(add(host, "q-" + std::to_string(i)));
  std::vector<workflow_handle<void>> runs;
  for (int i = 0; i != 5; ++i)
    runs.push_back(caller.start_workflow<works_locally>(
        {.id = "w-" + std::to_string(i), .task_queue = "q-" + std::to_string(i)}, 3));
  for (const auto& each : runs)
    each.result();
  BOOST_TEST(ended["local"] == 15);
  BOOST_TEST(began["local"] == 15);
}

BOOST_AUTO_TEST_CASE(one_that_leaves_answers_what_it_has_and_the_others_go_on) {
  auto host = env.make_host({.slots = {1, 4, 1, 1}});
  auto staying = add(host, "staying");
  std::optional<hosted_worker> leaving{add(host, "leaving", {.minimum = {.activities = 2}})};
  flood("leaving", 8, 60);
  flood("staying", 20, 60);
  env.advance(5s);
  BOOST_TEST(host.workers() == 2u);
  const auto others = ended["staying"];
  leaving.reset(); // waits for what runs
  BOOST_TEST(host.workers() == 1u);
  BOOST_TEST(activities_of(host).members.size() == 1u);
  BOOST_TEST(began["leaving"] >= 2);
  BOOST_TEST((began["leaving"] == ended["leaving"]));
  env.run_until([&] { return ended["staying"] == 20; });
  BOOST_TEST(ended["staying"] == 20);
  BOOST_TEST(others < 20);
  // What it left in its queue is there for the next one.
  auto next = add(host, "leaving");
  env.run_until([&] { return ended["leaving"] == 8; });
  BOOST_TEST(began["leaving"] == 8);
}

BOOST_AUTO_TEST_CASE(a_handler_that_does_not_return_keeps_its_slot_and_no_other) {
  auto host = env.make_host({.slots = {1, 3, 1, 1}});
  auto stuck = add(host, "stuck");
  auto well = add(host, "well");
  (void)start("stuck", "stuck", 3600);
  env.advance(1s);
  for (int i = 0; i != 20; ++i)
    start("well", "well", 1).result();
  BOOST_TEST(ended["well"] == 20);
  BOOST_TEST(activities_of(host, "stuck").running == 1u);
}

BOOST_AUTO_TEST_CASE(a_budget_can_grow_and_shrink) {
  auto host = env.make_host({.slots = {1, 2, 1, 1}});
  auto busy = add(host, "busy", {.minimum = {.activities = 1}});
  flood("busy", 100, 60);
  env.advance(5s);
  BOOST_TEST(activities_of(host).running == 2u);
  host.resize({1, 6, 1, 1});
  env.advance(5s);
  BOOST_TEST(activities_of(host).running == 6u);
  host.resize({1, 1, 1, 1});
  env.advance(60s);
  BOOST_TEST(activities_of(host).running == 1u);
  BOOST_CHECK_THROW(host.resize({1, 0, 1, 1}), std::invalid_argument);
  busy.reweight({.minimum = {.activities = 0}});
  host.resize({1, 4, 1, 1});
  env.run_until([&] { return ended["busy"] == 100; });
  BOOST_TEST(began["busy"] == 100);
}

BOOST_AUTO_TEST_CASE(all_stop_together_and_finish_what_they_have) {
  auto host = env.make_host({.slots = {1, 10, 1, 1}});
  std::vector<hosted_worker> all;
  for (int i = 0; i != 5; ++i) {
    all.push_back(add(host, "q-" + std::to_string(i)));
    (void)start("q-" + std::to_string(i), "task", 5);
  }
  env.advance(1s);
  const auto before = env.now();
  host.stop();
  BOOST_TEST(ended["task"] == 5);
  BOOST_CHECK(env.now() - before < 6s);
  for (const auto& each : all)
    BOOST_CHECK(each.state() == worker_state::stopped);
  BOOST_TEST(activities_of(host).members.empty());
  BOOST_CHECK_THROW(all.front().reweight({}), worker_error);
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_refused) {
  BOOST_CHECK_THROW((void)env.make_host({.slots = {1, 0, 1, 1}}), worker_error);
  auto host = env.make_host({.slots = {1, 4, 1, 1}});
  BOOST_CHECK_THROW(
      (void)host.add(caller, {.task_queue = "q"}, {.weight = 0}), std::invalid_argument);
  BOOST_CHECK_THROW(
      (void)host.add(caller, {.task_queue = "q"}, {.minimum = {.activities = 5}}),
      std::invalid_argument);
  BOOST_TEST(host.workers() == 0u);
  auto first = add(host, "first", {.minimum = {.activities = 3}});
  BOOST_CHECK_EXCEPTION(
      add(host, "second", {.minimum = {.activities = 2}}), worker_error, [](const auto& error) {
        return std::string_view{error.what()}.find("beside the 3 of the others")
               != std::string_view::npos;
      });
  BOOST_CHECK_THROW(first.reweight({.minimum = {.activities = 5}}), std::invalid_argument);
  BOOST_TEST(activities_of(host, "first").minimum == 3u);
  auto tuned = host.add(
      caller, {.task_queue = "tuned", .tuner = make_tuner({.activity = fixed_size_slots{1}})});
  tuned.add<works_locally>();
  BOOST_CHECK_THROW(tuned.start(), worker_error);
}

BOOST_AUTO_TEST_CASE(a_worker_shows_its_share) {
  auto host = env.make_host({.slots = {1, 4, 1, 1}});
  auto one = add(host, "one", {.weight = 2.5, .minimum = {.activities = 1}});
  flood("one", 4, 60);
  env.advance(1s);
  const auto seen = one.snapshot().slot_kinds;
  const auto found = std::ranges::find(seen, "activity", &worker_snapshot::slots::kind);
  BOOST_REQUIRE((found != seen.end() && found->of_host.has_value()));
  BOOST_TEST(found->of_host->weight == 2.5);
  BOOST_TEST(found->of_host->minimum == 1u);
  BOOST_TEST(found->of_host->running == 4u);
  BOOST_TEST(found->used == 4u);
  BOOST_TEST(!found->capacity.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
