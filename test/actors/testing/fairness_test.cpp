// SPDX-License-Identifier: Apache-2.0
// In which order a busy worker gets tasks of several priorities and fairness keys, as a client sees
// it. The orders are those that the real server 1.31.2 hands out, with one partition a queue.

#include <troupe/activity/implementation.hpp>
#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using troupe::testing::environment;

namespace {

constexpr activity::contract<void(std::string)> serve{"serve"};

/// So many tasks of a key.
struct wish {
  std::string name;
  int count = 0;
  troupe::priority priority;
};

std::vector<wish> wishes; // what the workflow is about to ask for

struct asks_for_all {
  static constexpr std::string_view name = "AsksForAll";
  async<> run(workflow::context ctx) {
    std::vector<workflow::future<void>> all;
    for (const auto& each : wishes)
      for (int left = each.count; left > 0; --left)
        all.push_back(ctx.execute<serve>(
            {.task_queue = "busy", .start_to_close_timeout = 1h, .priority = each.priority},
            each.name));
    for (const auto& each : all)
      co_await each;
  }
};

/// In which order one slot serves them, which all wait when its worker begins.
std::string order(std::vector<wish> of, bool is_fair, troupe::priority of_workflow = {}) {
  wishes = std::move(of);
  environment env{
      {.service = {.dynamic_config = {{"matching.enableFairness", is_fair ? "true" : "false"}}}}};
  const auto caller = env.connect();
  auto decides = env.make_worker(caller, {.task_queue = "q"});
  decides.add<asks_for_all>().start();
  const auto handle =
      caller.start_workflow<asks_for_all>({.task_queue = "q", .priority = of_workflow});
  env.advance(1s);
  std::string served;
  auto serves = env.make_worker(caller, {.task_queue = "busy", .max_concurrent_activities = 1});
  serves.add(activity::implement<serve>([&served](const std::string& name) { served += name; }))
      .start();
  handle.result();
  return served;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fairness)

BOOST_AUTO_TEST_CASE(priorities_come_first_whatever_the_keys_are) {
  const std::vector<wish> all{{"a", 3, {.key = 5}}, {"b", 3, {.key = 1}}, {"c", 3, {}}};
  BOOST_TEST(order(all, false) == "bbbcccaaa");
  BOOST_TEST(order(all, true) == "bbbcccaaa");
}

BOOST_AUTO_TEST_CASE(keys_do_not_count_unless_the_service_is_told_so) {
  BOOST_TEST(
      order({{"a", 5, {.fairness_key = "a"}}, {"b", 3, {.fairness_key = "b"}}}, false)
      == "aaaaabbb");
}

BOOST_AUTO_TEST_CASE(keys_take_turns_by_their_weights) {
  BOOST_TEST(
      order({{"a", 8, {.fairness_key = "a"}}, {"b", 4, {.fairness_key = "b"}}}, true)
      == "ababababaaaa");
  BOOST_TEST(
      order(
          {{"a", 9, {.fairness_key = "a", .fairness_weight = 1}},
           {"b", 9, {.fairness_key = "b", .fairness_weight = 3}}},
          true)
      == "bbbabbbabbbaaaaaaa");
  BOOST_TEST(
      order(
          {{"a", 4, {.key = 1, .fairness_key = "a"}},
           {"b", 2, {.key = 1, .fairness_key = "b"}},
           {"c", 2, {.key = 5, .fairness_key = "c"}}},
          true)
      == "ababaacc");
}

BOOST_AUTO_TEST_CASE(an_activity_takes_over_what_it_leaves_out_field_by_field) {
  // Without a key of its own it has its workflow's: all are of one.
  BOOST_TEST(
      order(
          {{"a", 3, {}}, {"b", 3, {.fairness_key = "mine"}}, {"c", 1, {.key = 2}}},
          true,
          {.key = 4, .fairness_key = "mine"})
      == "caaabbb");
  BOOST_TEST(
      order(
          {{"a", 3, {}}, {"b", 3, {.fairness_key = "other"}}},
          true,
          {.fairness_key = "mine", .fairness_weight = 2})
      == "ababab");
}

BOOST_AUTO_TEST_SUITE_END()
