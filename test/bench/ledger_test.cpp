// SPDX-License-Identifier: Apache-2.0
#include "bench/support/ledger.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::bench;

BOOST_AUTO_TEST_SUITE(ledger)

BOOST_AUTO_TEST_CASE(counts_every_task_that_is_answered_once) {
  troupe::bench::ledger book;
  const auto first = book.give(now_nanoseconds());
  const auto second = book.give(now_nanoseconds());
  BOOST_TEST(book.answer(second));
  BOOST_TEST(book.answer(first));
  BOOST_TEST(book.given() == 2U);
  BOOST_TEST(book.answered() == 2U);
  BOOST_TEST(book.failures() == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_an_answer_that_comes_twice_or_to_a_task_that_was_not_given) {
  troupe::bench::ledger book;
  const auto only = book.give(now_nanoseconds());
  BOOST_TEST(book.answer(only));
  BOOST_TEST(!book.answer(only));
  BOOST_TEST(!book.answer({2, 0, 0, 0}));
  BOOST_TEST(!book.answer({0, 0, 0, 0}));
  BOOST_TEST(book.answered() == 1U);
  BOOST_TEST(book.failures() == 3U);
}

BOOST_AUTO_TEST_CASE(charges_a_task_for_the_time_in_which_nobody_took_it) {
  troupe::bench::ledger book;
  const auto second = std::int64_t{1'000'000'000};
  book.answer(book.give(now_nanoseconds() - second));
  BOOST_TEST(book.since_due().quantile(0.5) >= 1e6);
  BOOST_TEST(book.since_given().quantile(0.5) < 1e6);
}

BOOST_AUTO_TEST_CASE(counts_no_latency_of_the_warm_up) {
  troupe::bench::ledger book;
  const auto now = now_nanoseconds();
  book.count_from(now);
  book.answer(book.give(now - 1)); // due before, given after
  BOOST_TEST(book.since_due().count() == 0U);
  BOOST_TEST(book.since_given().count() == 1U);
}

BOOST_AUTO_TEST_CASE(a_token_survives_its_way_through_bytes) {
  char bytes[task_token::size];
  task_token{1, -2, 3, 4}.write(bytes);
  const auto read = task_token::read({bytes, sizeof bytes});
  BOOST_TEST(read.number == 1U);
  BOOST_TEST(read.due == -2);
  BOOST_TEST(read.given == 3);
  BOOST_TEST(read.run == 4U);
  BOOST_TEST(task_token::read({bytes, 5}).number == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
