// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/collected.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(collected)

BOOST_AUTO_TEST_CASE(gives_what_was_added_once_and_in_order) {
  troupe::collected<int> all;
  BOOST_TEST(all.take().empty());
  all.add(2);
  all.add(1);
  all.add(2);
  BOOST_TEST(all.take() == (std::vector{2, 1, 2}), boost::test_tools::per_element());
  BOOST_TEST(all.take().empty());
}

BOOST_AUTO_TEST_CASE(keeps_no_second_one_and_no_more_than_it_may) {
  troupe::collected<int> all;
  for (const int value : {1, 2, 1, 3})
    all.add_new(value, 2);
  BOOST_TEST(all.take() == (std::vector{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(loses_nothing_that_several_threads_add) {
  troupe::collected<int> all;
  constexpr int each = 1'000;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      for (int i = 0; i < each; ++i)
        all.add(i);
    });
  for (auto& thread : threads)
    thread.join();
  BOOST_TEST(all.take().size() == 4u * each);
}

BOOST_AUTO_TEST_SUITE_END()
