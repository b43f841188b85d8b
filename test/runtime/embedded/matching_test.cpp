// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/matching/matching.hpp"
#include "runtime/embedded/matching/present_workers.hpp"
#include "runtime/embedded/nexus/circuit_breaker.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>
#include <vector>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;

struct task {
  task_place place;
};
struct poll {
  std::uint64_t id;
};
using queue = matcher<task, poll>;

/// Of the middle level.
task came(std::uint64_t as) {
  return {{3, 0, as}};
}

constexpr troupe::time_point start{std::chrono::hours{1000}};

BOOST_AUTO_TEST_SUITE(matching)

BOOST_AUTO_TEST_CASE(gives_a_task_to_the_poll_that_waits_longest) {
  queue q;
  q.poll({1});
  q.poll({2});
  const auto first = q.offer(came(10));
  BOOST_REQUIRE(first);
  BOOST_TEST(first->poll.id == 1U);
  const auto second = q.offer(came(11));
  BOOST_REQUIRE(second);
  BOOST_TEST(second->poll.id == 2U);
  BOOST_TEST(!q.offer(came(12)));
}

BOOST_AUTO_TEST_CASE(keeps_tasks_in_their_order_while_nobody_polls) {
  queue q;
  q.offer(came(10));
  q.offer(came(11));
  BOOST_TEST(q.waiting_tasks() == 2U);
  BOOST_TEST(q.poll({1})->task.place.came_as == 10U);
  BOOST_TEST(q.poll({2})->task.place.came_as == 11U);
  BOOST_TEST(!q.poll({3}));
}

BOOST_AUTO_TEST_CASE(hands_out_lower_keys_first_and_equal_ones_by_their_age) {
  queue q;
  std::uint64_t count = 0;
  // None, zero and three are the same level, as all from five on are.
  for (const std::int32_t key : {5, 4, 3, 2, 1, 0, 7, 3, 2, 2'147'483'647, -1})
    q.offer({{priority_level(key), 0, ++count}});
  BOOST_TEST(q.waiting_tasks() == 11U);
  BOOST_TEST(q.waiting_tasks(1) == 1U);
  BOOST_TEST(q.waiting_tasks(2) == 2U);
  BOOST_TEST(q.waiting_tasks(3) == 4U);
  BOOST_TEST(q.waiting_tasks(4) == 1U);
  BOOST_TEST(q.waiting_tasks(5) == 3U);
  BOOST_REQUIRE(q.first_task(3) != nullptr);
  BOOST_TEST((q.first_task(3)->place == task_place{3, 0, 3}));
  for (const auto& [level, number] : std::vector<std::pair<std::int32_t, std::uint64_t>>{
           {1, 5},
           {2, 4},
           {2, 9},
           {3, 3},
           {3, 6},
           {3, 8},
           {3, 11},
           {4, 2},
           {5, 1},
           {5, 7},
           {5, 10}})
    BOOST_TEST((q.poll({1})->task.place == task_place{level, 0, number}));
  for (std::int32_t level = 1; level <= priority_levels; ++level) {
    BOOST_TEST(q.waiting_tasks(level) == 0U);
    BOOST_TEST(q.first_task(level) == nullptr);
  }
}

BOOST_AUTO_TEST_CASE(counts_the_tasks_of_a_level_whatever_becomes_of_them) {
  queue q;
  q.offer(task{{2, 0, 1}});
  q.offer(task{{2, 0, 2}});
  q.offer(task{{4, 0, 3}});
  BOOST_TEST(q.withdraw_task({2, 0, 1}).has_value());
  BOOST_TEST(!q.withdraw_task({2, 0, 1}).has_value());
  BOOST_TEST(q.waiting_tasks(2) == 1U);
  BOOST_TEST(q.take_tasks().size() == 2U);
  BOOST_TEST(q.waiting_tasks(2) == 0U);
  BOOST_TEST(q.waiting_tasks(4) == 0U);
}

BOOST_AUTO_TEST_CASE(tasks_and_polls_wait_side_by_side_while_nothing_may_be_handed_out) {
  queue q;
  q.add(poll{1}, false);
  q.add(poll{2}, false);
  q.add(poll{3}, true);
  q.add(task{{3, 0, 4}});
  q.add(task{{1, 0, 5}});
  BOOST_TEST(q.has_match());
  const auto first = q.next();
  BOOST_TEST(first.poll.id == 3U);
  BOOST_TEST((first.task.place == task_place{1, 0, 5}));
  const auto second = q.next();
  BOOST_TEST(second.poll.id == 1U);
  BOOST_TEST((second.task.place == task_place{3, 0, 4}));
  BOOST_TEST(!q.has_match());
  BOOST_TEST(q.waiting_polls() == 1U);
}

BOOST_AUTO_TEST_CASE(a_poll_whose_task_was_stale_goes_before_the_others) {
  queue q;
  q.poll({1});
  q.poll({2});
  auto stale = q.offer(came(10));
  q.poll({stale->poll.id}, true);
  BOOST_TEST(q.offer(came(11))->poll.id == 1U);
}

BOOST_AUTO_TEST_CASE(a_withdrawn_poll_takes_no_task) {
  queue q;
  q.poll({1});
  q.poll({2});
  BOOST_TEST(q.withdraw_poll(1).has_value());
  BOOST_TEST(!q.withdraw_poll(1).has_value());
  BOOST_TEST(q.offer(came(10))->poll.id == 2U);
}

BOOST_AUTO_TEST_CASE(an_offer_that_expired_reaches_nobody) {
  queue q;
  q.offer(came(10));
  BOOST_TEST(q.withdraw_task({3, 0, 10}).has_value());
  BOOST_TEST(!q.poll({1}));
}

BOOST_AUTO_TEST_CASE(a_poll_is_answered_a_second_before_its_deadline_and_after_a_minute_at_most) {
  BOOST_TEST((poll_patience(start, start + 10s, 60s) == 9s));
  BOOST_TEST((poll_patience(start, start + 70s, 60s) == 60s));
  BOOST_TEST((poll_patience(start, troupe::time_point::max(), 60s) == 60s));
  BOOST_TEST((poll_patience(start, start + 500ms, 60s) == 0s));
  BOOST_TEST((poll_patience(start, start + 70s, 5s) == 5s));
}

BOOST_AUTO_TEST_CASE(remembers_the_pollers_of_five_minutes) {
  poller_history pollers;
  pollers.saw("old", 5, start);
  pollers.saw("new", 7, start + 4min);
  BOOST_TEST(pollers.recent(start + 4min).size() == 2U);
  const auto left = pollers.recent(start + 6min);
  BOOST_REQUIRE(left.size() == 1U);
  BOOST_TEST(left.front().identity == "new");
  BOOST_TEST(left.front().per_second == 7);
  BOOST_TEST(pollers.polled_within(sticky_poller_memory, start + 4min + 10s));
  BOOST_TEST(!pollers.polled_within(sticky_poller_memory, start + 4min + 11s));
  pollers.forget();
  BOOST_TEST(!pollers.polled_within(sticky_poller_memory, start + 4min));
}

BOOST_AUTO_TEST_CASE(a_queue_is_served_until_each_of_its_workers_has_left) {
  present_workers workers;
  BOOST_TEST(!workers.any());
  const auto one = workers.polls("one");
  const auto other = workers.polls("other");
  BOOST_TEST(one != other);
  BOOST_TEST(workers.polls("one") == one);
  workers.left(one);
  workers.left(one);
  BOOST_TEST(workers.any());
  workers.left(other);
  BOOST_TEST(!workers.any());
  BOOST_TEST(workers.polls("one") != 0U); // it came back
  for (int i = 0; i < 2000; ++i)
    (void)workers.polls(std::to_string(i));
  BOOST_TEST(workers.polls("one more") == 0U); // a bounded number is told apart
}

BOOST_AUTO_TEST_CASE(the_breaker_opens_at_the_sixth_failure_in_a_row) {
  circuit_breaker breaker;
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(!breaker.record(true));
  breaker.record(false);
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(!breaker.record(true));
  BOOST_TEST(breaker.admits());
  BOOST_TEST(breaker.record(true));
  BOOST_TEST(!breaker.admits());
}

BOOST_AUTO_TEST_CASE(a_half_open_breaker_lets_one_probe_through) {
  circuit_breaker breaker;
  for (int i = 0; i < 6; ++i)
    breaker.record(true);
  breaker.tick();
  BOOST_TEST(breaker.admits());
  BOOST_TEST(!breaker.admits());
  BOOST_TEST(breaker.record(true)); // open again
  BOOST_TEST(!breaker.admits());
  breaker.tick();
  BOOST_TEST(breaker.admits());
  BOOST_TEST(breaker.record(false));
  BOOST_TEST((breaker.current() == circuit_breaker::state::closed));
  BOOST_TEST(breaker.admits());
  BOOST_TEST(breaker.admits());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
