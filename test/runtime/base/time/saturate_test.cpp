// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time/saturate.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

namespace troupe::test {
namespace {

using namespace std::chrono_literals;

constexpr time_point now{std::chrono::seconds{1'800'000'000}};
constexpr time_point end = time_point::max();
constexpr time_point begin = time_point::min();

} // namespace

BOOST_AUTO_TEST_SUITE(saturate)

BOOST_AUTO_TEST_CASE(sums_end_where_the_range_ends) {
  BOOST_TEST((later(now, 5s) == now + 5s));
  BOOST_TEST((later(now, -5s) == now - 5s));
  BOOST_TEST((later(now, duration::max()) == end));
  BOOST_TEST((later(end, 1ns) == end));
  BOOST_TEST((later(end, 0ns) == end));
  BOOST_TEST((later(end - 1ns, 1ns) == end));
  BOOST_TEST((later(end - 1ns, 2ns) == end));
  BOOST_TEST((later(begin, -1ns) == begin));
  BOOST_TEST((later(begin + 1ns, -2ns) == begin));
  BOOST_TEST((later(begin, duration::max()) == time_point{duration{-1}}));
}

BOOST_AUTO_TEST_CASE(durations_together_end_there_too) {
  BOOST_TEST((together(1s, 2s) == 3s));
  BOOST_TEST((together(duration::max(), 1ns) == duration::max()));
  BOOST_TEST((together(duration::min(), -1ns) == duration::min()));
}

BOOST_AUTO_TEST_CASE(differences_end_there_too) {
  BOOST_TEST((between(now, now + 7s) == 7s));
  BOOST_TEST((between(now + 7s, now) == -7s));
  BOOST_TEST((between(begin, end) == duration::max()));
  BOOST_TEST((between(end, begin) == duration::min()));
  BOOST_TEST((between(begin, begin) == 0s));
  BOOST_TEST((between(time_point{duration{-5}}, end) == duration::max()));
}

BOOST_AUTO_TEST_CASE(seconds_of_any_double_are_a_duration) {
  BOOST_TEST((seconds_of(1.5) == 1500ms));
  BOOST_TEST((seconds_of(-1.5) == -1500ms));
  BOOST_TEST((seconds_of(1e300) == duration::max()));
  BOOST_TEST((seconds_of(-1e300) == duration::min()));
  BOOST_TEST((seconds_of(std::numeric_limits<double>::infinity()) == duration::max()));
  BOOST_TEST((seconds_of(std::nan("")) == 0s));
  BOOST_TEST((seconds_of(9.2e9) == duration::max()));
  BOOST_TEST((seconds_of(9.1e9) == 9'100'000'000s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
