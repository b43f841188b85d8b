// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/timer_heap.hpp"

#include <boost/test/unit_test.hpp>

using heap = troupe::actors::timer_heap;

BOOST_AUTO_TEST_SUITE(timer_heap)

BOOST_AUTO_TEST_CASE(gives_timers_in_the_order_in_which_they_are_due) {
  heap timers;
  std::vector<int> ran;
  timers.add(30, [&] { ran.push_back(3); });
  timers.add(10, [&] { ran.push_back(1); });
  timers.add(20, [&] { ran.push_back(2); });
  BOOST_TEST(*timers.next_due() == 10);
  while (auto work = timers.take_due(25))
    work();
  BOOST_TEST(ran == (std::vector<int>{1, 2}), boost::test_tools::per_element());
  BOOST_TEST(*timers.next_due() == 30);
}

BOOST_AUTO_TEST_CASE(timers_due_at_the_same_time_keep_the_order_in_which_they_were_made) {
  heap timers;
  std::vector<int> ran;
  for (int i = 0; i < 5; ++i)
    timers.add(7, [&ran, i] { ran.push_back(i); });
  while (auto work = timers.take_due(7))
    work();
  BOOST_TEST(ran == (std::vector<int>{0, 1, 2, 3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_cancelled_timer_never_runs_and_frees_its_work_at_once) {
  heap timers;
  auto owned = std::make_shared<int>(1);
  auto id = timers.add(5, [owned] {});
  BOOST_TEST(owned.use_count() == 2);
  timers.cancel(id);
  BOOST_TEST(owned.use_count() == 1);
  BOOST_TEST(!timers.next_due().has_value());
  timers.cancel(id);
  timers.cancel(12345);
}

BOOST_AUTO_TEST_CASE(many_cancelled_timers_do_not_pile_up) {
  heap timers;
  for (int i = 0; i < 100'000; ++i)
    timers.cancel(timers.add(1'000'000 + i, [] {}));
  BOOST_TEST(timers.size() == 0u);
  BOOST_TEST(timers.heap_size() <= 65u);
}

BOOST_AUTO_TEST_SUITE_END()
