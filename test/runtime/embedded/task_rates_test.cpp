// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/matching/task_rates.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;

constexpr troupe::time_point start{std::chrono::hours{1000}};

BOOST_AUTO_TEST_SUITE(task_rates)

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
