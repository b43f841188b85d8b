// SPDX-License-Identifier: Apache-2.0
#include "actors/supervision/backoff.hpp"
#include "actors/worker/poll/poller_target.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

struct target_fixture {
  /// So many tasks come in a period, the last of them with this advice.
  void period_with(int tasks, std::optional<int> advice = {}) {
    for (int i = 0; i != tasks; ++i)
      target.on_answer(false, i + 1 == tasks ? advice : std::nullopt, now);
    now += poller_target::period;
  }
  void empty() { target.on_answer(true, {}, now); }

  time_point now{std::chrono::hours{1}};
  poller_target target{{.minimum = 2, .initial = 5, .maximum = 20}};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(poller_target, target_fixture)

BOOST_AUTO_TEST_CASE(more_polls_are_opened_only_while_more_and_more_tasks_come) {
  period_with(10, 2);
  BOOST_TEST(target.value() == 7); // it begins
  period_with(10, 2);
  BOOST_TEST(target.value() == 9); // ten after none
  period_with(10, 2);
  BOOST_TEST(target.value() == 9); // as many as before
  period_with(11, 2);
  BOOST_TEST(target.value() == 9); // known when the period is over
  period_with(5, 2);
  BOOST_TEST(target.value() == 11);
  period_with(5, 2);
  BOOST_TEST(target.value() == 11); // fewer
  now += 1s;
  period_with(1, 2);
  BOOST_TEST(target.value() == 13); // nothing came for a while
}

BOOST_AUTO_TEST_CASE(fewer_are_kept_open_whenever_the_service_says_so) {
  period_with(10);
  period_with(10, -2);
  BOOST_TEST(target.value() == 3);
  period_with(10, -2);
  BOOST_TEST(target.value() == 2); // the minimum
}

BOOST_AUTO_TEST_CASE(advice_out_of_all_bounds_stays_within_them) {
  period_with(1, 2'000'000'000);
  BOOST_TEST(target.value() == 20);
  period_with(1, -2'000'000'000);
  BOOST_TEST(target.value() == 2);
}

BOOST_AUTO_TEST_CASE(empty_polls_and_errors_say_something_only_where_there_is_advice) {
  empty();
  target.on_error(true);
  target.on_error(false);
  BOOST_TEST(target.value() == 5);
  period_with(1, 5);
  BOOST_TEST(target.value() == 10);
  empty();
  BOOST_TEST(target.value() == 9);
  target.on_error(false);
  BOOST_TEST(target.value() == 8);
  target.on_error(true);
  BOOST_TEST(target.value() == 4);
  target.on_error(true);
  target.on_error(true);
  BOOST_TEST(target.value() == 2);
}

BOOST_AUTO_TEST_CASE(where_the_namespace_gives_advice_they_do_from_the_beginning) {
  actors::poller_target advised{{.minimum = 1, .initial = 5, .maximum = 20, .is_advised = true}};
  advised.on_answer(true, {}, now);
  BOOST_TEST(advised.value() == 4);
  advised.on_error(true);
  BOOST_TEST(advised.value() == 2);
}

BOOST_AUTO_TEST_CASE(a_simple_maximum_stays) {
  actors::poller_target fixed{{.minimum = 7, .initial = 7, .maximum = 7, .is_advised = true}};
  fixed.on_answer(true, -5, now);
  fixed.on_answer(false, 50, now);
  fixed.on_error(true);
  BOOST_TEST(fixed.value() == 7);
}

/// A service is gone for ten minutes. Each of a thousand workers has its own pauses.
BOOST_AUTO_TEST_CASE(a_thousand_workers_do_not_come_back_in_the_same_moment) {
  std::mt19937_64 random{5};
  const auto jitter = [&] { return std::uniform_real_distribution<double>{-1, 1}(random); };
  std::map<long, int> tries; // by tenth of a second after the service is there
  for (int worker = 0; worker != 1000; ++worker) {
    backoff pauses{backoff_policy{}};
    duration at{};
    while (at < 10min)
      at += pauses.next(jitter());
    ++tries[static_cast<long>((at - 10min) / 100ms)];
  }
  const auto most =
      std::ranges::max_element(tries, {}, [](const auto& each) { return each.second; });
  BOOST_TEST(most->second <= 40);          // of a hundred tenths, ten would be even
  BOOST_TEST(tries.rbegin()->first < 120); // and all are back in twelve seconds
}

BOOST_AUTO_TEST_CASE(without_advice_it_follows_the_tasks_if_it_is_to) {
  troupe::actors::poller_target alone{
      {.minimum = 1, .initial = 1, .maximum = 3, .follows_tasks = true}};
  for (const int expected : {2, 3, 3}) {
    alone.on_answer(false, std::nullopt, now);
    BOOST_TEST(alone.value() == expected);
  }
  for (const int expected : {2, 1, 1}) {
    alone.on_answer(true, std::nullopt, now);
    BOOST_TEST(alone.value() == expected);
  }
  alone.on_answer(true, 1, now); // this service gives advice
  BOOST_TEST(alone.value() == 2);
  alone.on_answer(false, std::nullopt, now);
  BOOST_TEST(alone.value() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
