// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/slice.hpp"
#include "runtime/base/slices/sliced_work.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using troupe::bytes_of_a_unit;
using troupe::slices_abandoned;
using troupe::spend;
using troupe::spend_bytes;

BOOST_AUTO_TEST_SUITE(sliced_work)

BOOST_AUTO_TEST_CASE(work_within_its_budget_is_done_in_one_step) {
  int done = 0;
  troupe::sliced_work work{[&] {
    for (int i = 0; i < 10; ++i) {
      spend();
      ++done;
    }
  }};
  BOOST_TEST(done == 0); // nothing runs before the first step
  BOOST_TEST(work.step(10));
  BOOST_TEST(done == 10);
}

BOOST_AUTO_TEST_CASE(each_step_does_as_much_as_its_budget_allows) {
  int done = 0;
  troupe::sliced_work work{[&] {
    for (int i = 0; i < 10; ++i) {
      spend();
      ++done;
    }
  }};
  std::vector<int> after;
  while (!work.step(3))
    after.push_back(done);
  BOOST_TEST(after == (std::vector<int>{3, 6, 9}), boost::test_tools::per_element());
  BOOST_TEST(done == 10);
}

BOOST_AUTO_TEST_CASE(what_is_larger_than_a_budget_gets_a_slice_of_its_own) {
  std::string order;
  troupe::sliced_work work{[&] {
    spend(1);
    order += 'a';
    spend_bytes(100 * bytes_of_a_unit);
    order += 'b';
    spend(1);
    order += 'c';
  }};
  BOOST_TEST(!work.step(5));
  BOOST_TEST(order == "a");
  BOOST_TEST(!work.step(5));
  BOOST_TEST(order == "ab");
  BOOST_TEST(work.step(5));
  BOOST_TEST(order == "abc");
}

BOOST_AUTO_TEST_CASE(what_work_lets_out_comes_to_whoever_runs_it) {
  troupe::sliced_work work{[] {
    spend(2);
    throw std::runtime_error{"why"};
  }};
  BOOST_TEST(!work.step(1));
  BOOST_CHECK_EXCEPTION(work.step(1), std::runtime_error, [](const auto& error) {
    return error.what() == std::string{"why"};
  });
}

BOOST_AUTO_TEST_CASE(given_up_it_hears_so_once_and_cleans_up) {
  std::string order;
  {
    troupe::sliced_work work{[&] {
      const std::shared_ptr<void> owned{nullptr, [&](void*) { order += "freed "; }};
      try {
        for (;;)
          spend();
      } catch (const slices_abandoned&) {
        order += "heard ";
      }
      for (int i = 0; i < 1000; ++i)
        spend(); // to undo something may cost as much as it likes
      order += "undone ";
    }};
    BOOST_TEST(!work.step(10));
  }
  BOOST_TEST(order == "heard undone freed ");
}

BOOST_AUTO_TEST_CASE(given_up_before_it_began_it_never_runs) {
  bool ran = false;
  {
    const troupe::sliced_work work{[&] { ran = true; }};
  }
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(work_is_not_cut_while_an_exception_is_under_way) {
  int done = 0;
  struct spender {
    int& done;
    ~spender() {
      for (int i = 0; i < 10; ++i, ++done)
        spend();
    }
  };
  troupe::sliced_work work{[&] {
    try {
      const spender unwound{done};
      throw std::runtime_error{"under way"};
    } catch (const std::runtime_error&) {
      for (int i = 0; i < 10; ++i, ++done)
        spend();
    }
    spend();
    ++done;
  }};
  BOOST_TEST(!work.step(1));
  BOOST_TEST(done == 20);
  BOOST_TEST(work.step(1));
  BOOST_TEST(done == 21);
}

BOOST_AUTO_TEST_CASE(many_are_under_way_at_once_and_each_has_a_stack_of_its_own) {
  std::vector<std::unique_ptr<troupe::sliced_work>> all;
  std::vector<int> sums(20);
  for (int n = 0; n < 20; ++n)
    all.push_back(std::make_unique<troupe::sliced_work>([n, &sums] {
      int local[100] = {};
      for (int i = 0; i < 100; ++i) {
        local[i] = n * i;
        spend();
      }
      for (const int each : local)
        sums[static_cast<std::size_t>(n)] += each;
    }));
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    for (auto& each : all)
      if (each && each->step(7))
        each.reset();
      else if (each)
        goes_on = true;
  }
  for (int n = 0; n < 20; ++n)
    BOOST_TEST(sums[static_cast<std::size_t>(n)] == n * 4950);
}

BOOST_AUTO_TEST_CASE(an_observer_hears_of_all_work_and_changes_none_of_it) {
  struct counter final : troupe::spending_observer {
    std::size_t all = 0;
    void spent(std::size_t units) override { all += units; }
  } count;
  troupe::observe_spending(&count);
  spend(3); // of nobody's budget
  int done = 0;
  troupe::sliced_work work{[&] {
    for (int i = 0; i < 4; ++i) {
      spend(5);
      ++done;
    }
  }};
  BOOST_TEST(!work.step(10));
  BOOST_TEST(done == 2);
  BOOST_TEST(work.step(10));
  BOOST_TEST(troupe::observe_spending(nullptr) == &count);
  spend(1);
  BOOST_TEST(count.all == 23);
}

BOOST_AUTO_TEST_CASE(work_can_run_other_work) {
  int done = 0;
  troupe::sliced_work outer{[&] {
    troupe::sliced_work inner{[&] {
      for (int i = 0; i < 6; ++i, ++done)
        spend();
    }};
    while (!inner.step(2))
      spend();
    ++done;
  }};
  BOOST_TEST(!outer.step(1));
  BOOST_TEST(done == 4);
  BOOST_TEST(outer.step(1));
  BOOST_TEST(done == 7);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
