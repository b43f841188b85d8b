// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/matching/task_limits.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <optional>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;

constexpr troupe::time_point start{std::chrono::hours{1000}};

/// How many of many tasks of a key go at once.
int burst(
    task_limits& limits, troupe::time_point now, const std::string& key = "", double weight = 1) {
  int gone = 0;
  while (gone < 10'000 && limits.take(key, weight, now))
    ++gone;
  return gone;
}

BOOST_AUTO_TEST_SUITE(task_limits)

using limits_of_a_queue = troupe::embedded::task_limits;

BOOST_AUTO_TEST_CASE(without_a_limit_everything_goes) {
  limits_of_a_queue limits;
  BOOST_TEST(!limits.is_on());
  BOOST_TEST(burst(limits, start) == 10'000);
  BOOST_TEST((limits.until_next("", start) == troupe::duration{}));
}

// The real server 1.31.2, one partition a queue: 6 tasks at once at 5 a second, 3 at 2.5.
BOOST_AUTO_TEST_CASE(a_second_s_worth_and_one_more_go_at_once_and_the_rest_in_time) {
  limits_of_a_queue limits;
  limits.set_by_worker(5.0, start);
  BOOST_TEST(burst(limits, start) == 6);
  auto now = start;
  for (int i = 0; i < 9; ++i) {
    const auto pause = limits.until_next("", now);
    BOOST_REQUIRE(pause.has_value());
    BOOST_TEST((*pause == 200ms));
    BOOST_TEST(!limits.take("", 1, now + *pause - 1ns));
    now += *pause;
    BOOST_TEST(limits.take("", 1, now));
  }
  // What was not used is not saved up for more than a second.
  BOOST_TEST(burst(limits, now + 1h) == 6);
  limits_of_a_queue slower;
  slower.set_by_worker(2.5, start);
  BOOST_TEST(burst(slower, start) == 3);
}

BOOST_AUTO_TEST_CASE(what_comes_back_that_no_limit_counted_does_not_stop_the_queue) {
  // Taken under a limit of its key alone, given back once there is one of all.
  limits_of_a_queue limits;
  limits.set_by_config(std::nullopt, 5.0, start);
  BOOST_TEST(limits.take("a", 1, start));
  limits.set_by_config(5.0, 5.0, start);
  limits.give_back("a", 1);
  BOOST_TEST(burst(limits, start, "b") == 6);
  BOOST_TEST((*limits.until_next("b", start) == 200ms));
  // And of a pace that is close to nothing.
  limits_of_a_queue slow;
  slow.set_by_worker(1e-9, start);
  for (int i = 0; i < 1000; ++i)
    slow.give_back("", 1);
  BOOST_TEST(burst(slow, start) == 1);
}

BOOST_AUTO_TEST_CASE(less_than_one_a_second_lets_the_first_one_go) {
  limits_of_a_queue limits;
  limits.set_by_worker(0.5, start);
  BOOST_TEST(burst(limits, start) == 1);
  // The second was saved up for: the next one is ready a second early, those after it are not.
  BOOST_TEST((*limits.until_next("", start) == 1s));
  BOOST_TEST(burst(limits, start + 1s) == 1);
  BOOST_TEST((*limits.until_next("", start + 1s) == 2s));
}

BOOST_AUTO_TEST_CASE(saying_the_same_again_gives_nothing_away) {
  limits_of_a_queue limits;
  BOOST_TEST(limits.set_by_worker(2.0, start));
  BOOST_TEST(burst(limits, start) == 3);
  BOOST_TEST(!limits.set_by_worker(2.0, start));
  BOOST_TEST(!limits.take("", 1, start));
  // Nor does going back and forth.
  BOOST_TEST(limits.set_by_worker(std::nullopt, start));
  BOOST_TEST(limits.set_by_worker(2.0, start));
  BOOST_TEST(!limits.take("", 1, start));
  BOOST_TEST(limits.take("", 1, start + 500ms));
}

BOOST_AUTO_TEST_CASE(the_configuration_counts_instead_of_the_workers) {
  limits_of_a_queue limits;
  limits.set_by_worker(2.0, start);
  BOOST_TEST(limits.set_by_config(20.0, std::nullopt, start));
  BOOST_TEST(burst(limits, start) == 21);
  BOOST_TEST(!limits.set_by_worker(1.0, start));
  BOOST_TEST((*limits.by_worker() == 1.0));
  BOOST_TEST(limits.set_by_config(std::nullopt, std::nullopt, start + 1h));
  BOOST_TEST(burst(limits, start + 1h) == 2);
}

BOOST_AUTO_TEST_CASE(keys_have_limits_of_their_own_by_their_weights) {
  limits_of_a_queue limits;
  BOOST_TEST(limits.set_by_config(std::nullopt, 2.0, start));
  BOOST_TEST(limits.is_on());
  BOOST_TEST(burst(limits, start, "a") == 3);
  BOOST_TEST((*limits.until_next("a", start) == 500ms));
  BOOST_TEST(burst(limits, start, "b", 2) == 5);
  BOOST_TEST((*limits.until_next("b", start) == 250ms));
  BOOST_TEST(burst(limits, start) == 3); // of those without a key
  // The limit of all of them counts as well.
  BOOST_TEST(limits.set_by_config(1.0, 2.0, start));
  BOOST_TEST(burst(limits, start, "c") == 2);
  BOOST_TEST(!limits.take("d", 1, start));
  BOOST_TEST(limits.set_by_config(1.0, std::nullopt, start));
  BOOST_TEST(limits.known_keys() == 0U);
}

BOOST_AUTO_TEST_CASE(no_more_keys_are_remembered_than_there_is_room_for) {
  limits_of_a_queue limits;
  limits.set_by_config(std::nullopt, 0.1, start);
  for (int i = 0; i < 5000; ++i)
    BOOST_REQUIRE(limits.take(std::to_string(i), 1, start + i * 1ms));
  BOOST_TEST(limits.known_keys() == 2000U);
  BOOST_TEST(!limits.take("4999", 1, start + 5s));
  BOOST_TEST(limits.take("0", 1, start + 5s));
}

BOOST_AUTO_TEST_CASE(what_comes_back_counts_as_one_that_never_went) {
  limits_of_a_queue limits;
  limits.set_by_config(1.0, 1.0, start);
  BOOST_TEST(burst(limits, start, "a") == 2);
  limits.give_back("a", 1);
  BOOST_TEST(burst(limits, start, "a") == 1);
  limits.set_by_config(0.0, 1.0, start);
  limits.give_back("a", 1);
  BOOST_TEST(burst(limits, start, "a") == 0);
}

BOOST_AUTO_TEST_CASE(only_a_queues_own_limit_of_zero_stops_it) {
  const auto no_number = std::numeric_limits<double>::quiet_NaN();
  limits_of_a_queue limits;
  limits.set_by_config(0.0, std::nullopt, start);
  BOOST_TEST(burst(limits, start, "a") == 0);
  for (const double none : {0.0, no_number}) {
    limits.set_by_config(std::nullopt, 1.0, start);
    BOOST_TEST(limits.is_on());
    limits.set_by_config(std::nullopt, none, start);
    BOOST_TEST(!limits.is_on());
  }
  limits_of_a_queue of_workers;
  of_workers.set_by_worker(0.001, start);
  of_workers.set_by_config(no_number, std::nullopt, start);
  BOOST_TEST(burst(of_workers, start, "a") == 10'000);
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_limit_that_was_slower) {
  limits_of_a_queue limits;
  limits.set_by_config(0.001, 0.001, start);
  BOOST_TEST(burst(limits, start, "a") == 1);
  limits.set_by_config(10.0, 10.0, start);
  BOOST_TEST((*limits.until_next("a", start) <= 1100ms));
}

BOOST_AUTO_TEST_CASE(whatever_is_not_above_zero_lets_nothing_go_and_the_rest_has_an_end) {
  using number = std::numeric_limits<double>;
  for (const double none :
       {0.0, -0.0, -1.0, number::lowest(), number::quiet_NaN(), -number::infinity()}) {
    limits_of_a_queue limits;
    limits.set_by_worker(none, start);
    BOOST_TEST(!limits.take("", 1, start + 1h));
    BOOST_TEST(!limits.until_next("", start + 1h).has_value());
    limits.set_by_worker(1.0, start + 1h);
    BOOST_TEST(limits.take("", 1, start + 1h + 2s));
  }
  for (const double much : {number::max(), number::infinity(), 1e300}) {
    limits_of_a_queue limits;
    limits.set_by_worker(much, start);
    BOOST_TEST(burst(limits, start) == 10'000);
    BOOST_TEST((*limits.until_next("", start) <= 1ms));
  }
  limits_of_a_queue slow;
  slow.set_by_worker(number::denorm_min(), start);
  BOOST_TEST(burst(slow, start) == 1);
  BOOST_TEST((*slow.until_next("", start) <= 24h * 365));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
