// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/matching/task_rates.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;

constexpr troupe::time_point start{std::chrono::hours{1000}};

/// How many of many tasks go at once.
int burst(task_limit& limit, troupe::time_point now) {
  int gone = 0;
  while (gone < 10'000 && limit.take(now))
    ++gone;
  return gone;
}

BOOST_AUTO_TEST_SUITE(task_rates)

BOOST_AUTO_TEST_CASE(without_a_limit_everything_goes) {
  task_limit limit;
  BOOST_TEST(!limit.is_on());
  BOOST_TEST(burst(limit, start) == 10'000);
  BOOST_TEST((limit.until_next(start) == troupe::duration{}));
}

BOOST_AUTO_TEST_CASE(a_second_s_worth_goes_at_once_and_the_rest_in_time) {
  task_limit limit;
  limit.set(3.0, start);
  BOOST_TEST(burst(limit, start) == 3);
  auto now = start;
  for (int i = 0; i < 9; ++i) {
    const auto pause = limit.until_next(now);
    BOOST_REQUIRE(pause.has_value());
    BOOST_TEST(!limit.take(now + *pause / 2));
    now += *pause;
    BOOST_TEST(limit.take(now));
  }
  BOOST_TEST((now - start >= 2999ms));
  BOOST_TEST((now - start <= 3001ms));
  // What was not used is not saved up for more than a second.
  BOOST_TEST(burst(limit, now + 1h) == 3);
}

BOOST_AUTO_TEST_CASE(less_than_one_a_second_lets_the_first_one_go) {
  task_limit limit;
  limit.set(0.5, start);
  BOOST_TEST(burst(limit, start) == 1);
  BOOST_TEST(!limit.take(start + 1900ms));
  BOOST_TEST(limit.take(start + 2001ms));
}

BOOST_AUTO_TEST_CASE(saying_the_same_again_gives_nothing_away) {
  task_limit limit;
  limit.set(2.0, start);
  BOOST_TEST(burst(limit, start) == 2);
  limit.set(2.0, start);
  BOOST_TEST(!limit.take(start));
  // Nor does going back and forth.
  limit.set(std::nullopt, start);
  limit.set(2.0, start);
  BOOST_TEST(!limit.take(start));
  BOOST_TEST(limit.take(start + 501ms));
}

BOOST_AUTO_TEST_CASE(whatever_is_not_above_zero_lets_nothing_go_and_the_rest_has_an_end) {
  using number = std::numeric_limits<double>;
  for (const double none :
       {0.0, -0.0, -1.0, number::lowest(), number::quiet_NaN(), -number::infinity()}) {
    task_limit limit;
    limit.set(none, start);
    BOOST_TEST(!limit.take(start + 1h));
    BOOST_TEST(!limit.until_next(start + 1h).has_value());
    limit.set(1.0, start + 1h);
    BOOST_TEST(limit.take(start + 3h));
  }
  for (const double much : {number::max(), number::infinity(), 1e300}) {
    task_limit limit;
    limit.set(much, start);
    BOOST_TEST(burst(limit, start) == 10'000);
    BOOST_TEST((*limit.until_next(start) <= 1ms));
  }
  task_limit slow;
  slow.set(number::denorm_min(), start);
  BOOST_TEST(burst(slow, start) == 1);
  BOOST_TEST((*slow.until_next(start) <= 25h));
}

BOOST_AUTO_TEST_CASE(rates_are_those_of_the_last_half_minute) {
  task_rate rate;
  BOOST_TEST(rate.per_second(start) == 0);
  for (int i = 0; i < 20; ++i)
    rate.count(start);
  BOOST_TEST(rate.per_second(start) == 20);
  BOOST_TEST(rate.per_second(start + 10s) == 2);
  BOOST_TEST(rate.per_second(start + 36s) == 0);
  rate.count(start + 36s);
  BOOST_TEST(rate.per_second(start + 36s) > 0);
  BOOST_TEST(rate.per_second(start + 1000h) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
