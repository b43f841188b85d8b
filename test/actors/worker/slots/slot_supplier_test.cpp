// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slots/fixed_slot_supplier.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <latch>
#include <string>
#include <thread>
#include <vector>

using namespace troupe::actors;

namespace {

slot_request of(std::uint32_t poller) {
  slot_request by;
  by.poller = poller;
  return by;
}

} // namespace

BOOST_AUTO_TEST_SUITE(slot_supplier)

BOOST_AUTO_TEST_CASE(a_permit_gives_its_slot_back_once) {
  auto slots = std::make_shared<fixed_slot_supplier>(1);
  slots->begin(1);
  auto permit = slots->try_reserve({});
  BOOST_TEST(static_cast<bool>(permit));
  BOOST_TEST(!slots->try_reserve({}));
  auto moved = std::move(permit);
  permit.release();
  BOOST_TEST(slots->free() == 0u);
  moved.release();
  moved.release();
  BOOST_TEST(slots->free() == 1u);
}

BOOST_AUTO_TEST_CASE(each_poller_has_a_slot_of_its_own_and_shares_the_rest) {
  auto slots = std::make_shared<fixed_slot_supplier>(4);
  slots->begin(2);
  const slot_request first = of(0);
  const slot_request second = of(1);
  auto own = slots->try_reserve(first);
  auto shared = slots->try_reserve(first);
  auto last_shared = slots->try_reserve(first);
  BOOST_TEST(!slots->try_reserve(first)); // what is left is the other one's
  auto own_of_second = slots->try_reserve(second);
  BOOST_TEST(static_cast<bool>(own_of_second));
  BOOST_TEST(!slots->try_reserve(second));
  own.release();
  BOOST_TEST(!slots->try_reserve(second));
  shared.release();
  BOOST_TEST(static_cast<bool>(slots->try_reserve(second)));
}

BOOST_AUTO_TEST_CASE(a_spare_slot_is_one_that_no_poller_has_of_its_own) {
  auto slots = std::make_shared<fixed_slot_supplier>(4);
  BOOST_TEST(!slots->try_reserve_spare({})); // nobody knows yet whose they are
  slots->begin(2);
  auto first = slots->try_reserve_spare({});
  auto second = slots->try_reserve_spare({});
  BOOST_TEST(static_cast<bool>(second));
  BOOST_TEST(!slots->try_reserve_spare({}));
  auto own = slots->try_reserve(of(0));
  BOOST_TEST(static_cast<bool>(own));
  bool told = false;
  slots->when_free(of(0), [&] { told = true; });
  first.release();
  BOOST_TEST(told); // it serves polls as any other
  BOOST_TEST(slots->free() == 2u);
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_slot_is_told_in_order) {
  auto slots = std::make_shared<fixed_slot_supplier>(4);
  slots->begin(3);
  const slot_request by[] = {of(0), of(1), of(2)};
  std::vector<slot_permit> own;
  for (const auto& each : by)
    own.push_back(slots->try_reserve(each));
  auto shared = slots->try_reserve(by[0]);
  std::string told;
  for (const auto& each : by)
    slots->when_free(each, [&told, name = static_cast<char>('a' + each.poller)] { told += name; });
  slots->when_all_free([&] { told += "!"; });
  own[1].release(); // only for the second
  BOOST_TEST(told == "b");
  shared.release(); // for the first of those that wait
  BOOST_TEST(told == "ba");
  shared = slots->try_reserve(by[0]);
  shared.release(); // not for the second: it has been told
  BOOST_TEST(told == "bac");
  own[0].release();
  BOOST_TEST(told == "bac");
  own[2].release();
  BOOST_TEST(told == "bac!");
  slots->when_free(by[0], [&] { told += "d"; });
  slots->when_all_free([&] { told += "?"; });
  BOOST_TEST(told == "bac!d?"); // at once
}

BOOST_AUTO_TEST_CASE(who_no_longer_waits_for_a_slot_is_not_told) {
  auto slots = std::make_shared<fixed_slot_supplier>(3);
  slots->begin(2);
  const slot_request by[] = {of(0), of(1)};
  auto own = slots->try_reserve(by[0]);
  auto other = slots->try_reserve(by[1]);
  auto shared = slots->try_reserve(by[0]);
  std::string told;
  slots->when_free(by[0], [&] { told += "a"; });
  slots->when_free(by[1], [&] { told += "b"; });
  slots->when_all_free([&] { told += "!"; });
  slots->stop_waiting(by[0]);
  slots->when_all_free({});
  shared.release();
  own.release();
  other.release();
  BOOST_TEST(told == "b");
}

BOOST_AUTO_TEST_CASE(a_slot_is_kept_unless_another_poller_waits_for_it) {
  auto slots = std::make_shared<fixed_slot_supplier>(3);
  slots->begin(2);
  const slot_request by[] = {of(0), of(1)};
  auto own = slots->try_reserve(by[0]);
  auto other = slots->try_reserve(by[1]);
  auto shared = slots->try_reserve(by[0]);
  BOOST_TEST(slots->try_keep(shared, by[0], false));
  slots->when_free(by[0], [] {});
  BOOST_TEST(slots->try_keep(shared, by[0], true)); // only itself
  slots->when_free(by[1], [] {});
  BOOST_TEST(!slots->try_keep(shared, by[0], true));
  BOOST_TEST(slots->try_keep(own, by[0], true)); // nobody else may have it
}

BOOST_AUTO_TEST_CASE(threads_that_take_and_give_back_lose_no_slot) {
  constexpr std::uint32_t pollers = 4;
  constexpr int rounds = 2000;
  auto slots = std::make_shared<fixed_slot_supplier>(pollers + 1);
  slots->begin(pollers);
  std::atomic<int> out{0};
  std::atomic<int> most{0};
  std::atomic<int> without_own{0};
  std::atomic<int> told{0};
  std::latch begin{pollers};
  std::vector<std::jthread> all;
  for (std::uint32_t i = 0; i < pollers; ++i)
    all.emplace_back([&, by = of(i)] {
      begin.arrive_and_wait();
      for (int round = 0; round < rounds; ++round) {
        auto own = slots->try_reserve(by);
        without_own += own ? 0 : 1;
        auto shared = slots->try_reserve(by);
        if (!shared) {
          // It may be told by whoever gives the shared one back, or not any more.
          slots->when_free(by, [&told] { ++told; });
          slots->stop_waiting(by);
        }
        const int mine = shared ? 2 : 1;
        const int now = out += mine;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        out -= mine;
        if (shared)
          (void)slots->try_keep(shared, by, false);
      }
    });
  all.clear();
  BOOST_TEST(without_own == 0);
  BOOST_TEST(most <= static_cast<int>(pollers) + 1);
  BOOST_TEST(slots->free() == pollers + 1);
}

BOOST_AUTO_TEST_SUITE_END()
