// SPDX-License-Identifier: Apache-2.0
#include "runtime/tuning/slot_budget.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <stdexcept>
#include <vector>

using troupe::tuning::budget_share;
using budget_of_slots = troupe::tuning::slot_budget;

namespace {

/// Gives every slot that may be given out to those who wait, as a host does. All of them wait on.
void serve(budget_of_slots& budget) {
  while (const auto who = budget.next()) {
    BOOST_REQUIRE(budget.try_take(*who));
    budget.wait(*who);
  }
}

/// How many a member of `shares` should have while all want all they can get: its minimum, and of
/// the rest by weight.
std::vector<double> fair(std::size_t total, const std::vector<budget_share>& shares) {
  double rest = static_cast<double>(total);
  double weights = 0;
  for (const auto& each : shares) {
    rest -= static_cast<double>(each.minimum);
    weights += each.weight;
  }
  std::vector<double> all;
  for (const auto& each : shares)
    all.push_back(static_cast<double>(each.minimum) + rest * each.weight / weights);
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(slot_budget)

BOOST_AUTO_TEST_CASE(who_is_alone_borrows_all_but_the_minima_of_the_others) {
  budget_of_slots budget{10};
  const auto busy = budget.add({.weight = 1});
  const auto idle = budget.add({.weight = 100, .minimum = 3});
  for (int i = 0; i != 7; ++i)
    BOOST_TEST(budget.try_take(busy));
  BOOST_TEST(!budget.try_take(busy));
  BOOST_TEST(budget.open() == 0u);
  for (int i = 0; i != 3; ++i)
    BOOST_TEST(budget.try_take(idle)); // at once
  BOOST_TEST(!budget.try_take(idle));
  BOOST_TEST(budget.out() == 10u);
}

BOOST_AUTO_TEST_CASE(a_slot_that_comes_back_goes_to_the_one_that_has_least_for_its_weight) {
  budget_of_slots budget{6};
  const auto flooding = budget.add({.weight = 1});
  const auto heavy = budget.add({.weight = 2});
  for (int i = 0; i != 6; ++i)
    BOOST_TEST(budget.try_take(flooding));
  budget.wait(flooding);
  budget.wait(heavy);
  BOOST_TEST(!budget.next().has_value());
  for (int i = 0; i != 4; ++i) {
    budget.give_back(flooding);
    BOOST_TEST(!budget.try_take(flooding)); // who is out of turn has to wait
    serve(budget);
  }
  BOOST_TEST(budget.of(flooding).out == 2u);
  BOOST_TEST(budget.of(heavy).out == 4u);
  budget.give_back(flooding);
  serve(budget);
  BOOST_TEST(budget.of(flooding).out == 2u); // it is fair now
}

BOOST_AUTO_TEST_CASE(among_equals_who_came_first_is_served_first) {
  budget_of_slots budget{1};
  const auto first = budget.add({});
  const auto second = budget.add({});
  BOOST_TEST(budget.try_take(first));
  budget.wait(second);
  budget.wait(first);
  budget.wait(second); // no second place
  budget.give_back(first);
  BOOST_TEST((budget.next() == second));
  BOOST_TEST(budget.try_take(second));
  budget.give_back(second);
  BOOST_TEST((budget.next() == first));
}

BOOST_AUTO_TEST_CASE(who_stops_waiting_is_not_named) {
  budget_of_slots budget{1};
  const auto one = budget.add({});
  budget.wait(one);
  BOOST_TEST(budget.of(one).waits);
  budget.stop_waiting(one);
  BOOST_TEST(!budget.next().has_value());
  budget.wait(one);
  budget.remove(one);
  BOOST_TEST(!budget.next().has_value());
  BOOST_TEST(budget.members() == 0u);
}

BOOST_AUTO_TEST_CASE(what_a_removed_member_has_out_comes_back) {
  budget_of_slots budget{4};
  const auto leaving = budget.add({.minimum = 2});
  const auto staying = budget.add({});
  BOOST_TEST(budget.try_take(leaving));
  BOOST_TEST(budget.open() == 2u);
  budget.remove(leaving);
  BOOST_TEST(budget.open() == 3u); // its minimum is kept no more
  BOOST_TEST(!budget.try_take(leaving));
  budget.give_back(leaving);
  for (int i = 0; i != 4; ++i)
    BOOST_TEST(budget.try_take(staying));
}

BOOST_AUTO_TEST_CASE(shares_and_totals_that_cannot_be_kept_are_refused) {
  budget_of_slots budget{10};
  BOOST_CHECK_THROW((void)budget.add({.weight = 0}), std::invalid_argument);
  BOOST_CHECK_THROW((void)budget.add({.weight = std::nan("")}), std::invalid_argument);
  BOOST_CHECK_THROW((void)budget.add({.minimum = 11}), std::invalid_argument);
  const auto one = budget.add({.minimum = 6});
  BOOST_CHECK_THROW((void)budget.add({.minimum = 5}), std::invalid_argument);
  const auto other = budget.add({.minimum = 4});
  BOOST_CHECK_THROW(budget.reweight(one, {.minimum = 7}), std::invalid_argument);
  BOOST_CHECK_THROW(budget.resize(9), std::invalid_argument);
  budget.reweight(other, {.minimum = 2});
  budget.resize(9);
  budget.reweight(one, {.minimum = 7});
  BOOST_TEST(budget.total() == 9u);
}

BOOST_AUTO_TEST_CASE(a_smaller_total_is_reached_as_tasks_end) {
  budget_of_slots budget{5};
  const auto one = budget.add({});
  for (int i = 0; i != 5; ++i)
    BOOST_TEST(budget.try_take(one));
  budget.resize(3);
  budget.wait(one);
  for (int i = 0; i != 2; ++i) {
    budget.give_back(one);
    BOOST_TEST(!budget.next().has_value());
  }
  budget.give_back(one);
  BOOST_TEST((budget.next() == one));
}

BOOST_AUTO_TEST_CASE(while_all_want_all_shares_are_fair_as_far_as_whole_slots_can_be) {
  std::mt19937_64 random{14};
  for (int round = 0; round != 200; ++round) {
    const auto draw = [&](std::size_t from, std::size_t to) {
      return std::uniform_int_distribution<std::size_t>{from, to}(random);
    };
    const auto count = draw(1, 20);
    std::vector<budget_share> shares;
    std::size_t minima = 0;
    for (std::size_t i = 0; i != count; ++i) {
      shares.push_back({.weight = static_cast<double>(draw(1, 8)) / 2, .minimum = draw(0, 4)});
      minima += shares.back().minimum;
    }
    budget_of_slots budget{minima + draw(0, 100)};
    std::vector<budget_of_slots::member> members;
    for (const auto& each : shares) {
      members.push_back(budget.add(each));
      // The first ones flood it before the others are even there.
      while (budget.try_take(members.back())) {
      }
    }
    for (const auto each : members)
      budget.wait(each);
    serve(budget);
    const auto give_back_one = [&] {
      for (auto at = draw(0, count - 1);; at = (at + 1) % count)
        if (budget.of(members[at]).out > 0)
          return budget.give_back(members[at]);
    };
    const auto settle = [&] {
      for (std::size_t i = 0; i != 40 * (budget.total() + count); ++i) {
        give_back_one();
        serve(budget);
        BOOST_TEST_REQUIRE(budget.out() == budget.total()); // none is left while they wait
      }
    };
    const auto check = [&] {
      const auto wanted = fair(budget.total(), shares);
      for (std::size_t i = 0; i != count; ++i) {
        const auto out = static_cast<double>(budget.of(members[i]).out);
        BOOST_TEST_REQUIRE(std::abs(out - wanted[i]) <= 1.5, out << " of " << wanted[i]);
      }
    };
    if (budget.total() == 0)
      continue;
    settle();
    check();
    // Another weight at run time.
    const auto changed = draw(0, count - 1);
    shares[changed].weight *= 3;
    budget.reweight(members[changed], shares[changed]);
    settle();
    check();
  }
}

BOOST_AUTO_TEST_CASE(whatever_they_do_minima_hold_and_nothing_is_lost) {
  std::mt19937_64 random{15};
  const auto draw = [&](std::size_t to) {
    return std::uniform_int_distribution<std::size_t>{0, to}(random);
  };
  budget_of_slots budget{40};
  std::map<budget_of_slots::member, std::size_t> out; // as it should be
  std::map<budget_of_slots::member, budget_share> present;
  const auto any = [&](const auto& of) {
    return std::next(of.begin(), static_cast<std::ptrdiff_t>(draw(of.size() - 1)))->first;
  };
  for (int step = 0; step != 100'000; ++step) {
    switch (draw(9)) {
    case 0:
      if (present.size() < 12) {
        const budget_share share{.weight = static_cast<double>(1 + draw(4)), .minimum = draw(3)};
        const auto who = budget.add(share);
        present[who] = share;
        out[who] = 0;
      }
      break;
    case 1:
      if (!present.empty() && draw(3) == 0) {
        const auto who = any(present);
        budget.remove(who);
        present.erase(who);
        if (out[who] == 0)
          out.erase(who);
      }
      break;
    case 2:
      if (!present.empty()) {
        const auto who = any(present);
        present[who] = {.weight = static_cast<double>(1 + draw(4)), .minimum = draw(3)};
        budget.reweight(who, present[who]);
      }
      break;
    case 3:
    case 4:
    case 5:
      if (!present.empty()) {
        const auto who = any(present);
        const bool is_kept = out[who] < present[who].minimum && budget.out() < budget.total();
        const bool taken = budget.try_take(who);
        BOOST_TEST_REQUIRE((taken || !is_kept), "a minimum was not kept");
        if (taken)
          ++out[who];
        else
          budget.wait(who);
      }
      break;
    case 6:
      if (!present.empty())
        budget.stop_waiting(any(present));
      break;
    default:
      if (const auto all = budget.out(); all != 0) {
        auto who = any(out);
        while (out[who] == 0)
          who = any(out);
        budget.give_back(who);
        if (--out[who] == 0 && !present.contains(who))
          out.erase(who);
        while (const auto next = budget.next()) {
          BOOST_TEST_REQUIRE(budget.try_take(*next));
          ++out[*next];
        }
      }
    }
    std::size_t sum = 0;
    std::size_t lacking = 0;
    for (const auto& [who, count] : out) {
      sum += count;
      if (const auto share = present.find(who); share != present.end()) {
        BOOST_TEST_REQUIRE(budget.of(who).out == count);
        lacking += share->second.minimum > count ? share->second.minimum - count : 0;
      }
    }
    BOOST_TEST_REQUIRE(budget.out() == sum);
    BOOST_TEST_REQUIRE(sum <= budget.total());
    BOOST_TEST_REQUIRE(
        budget.open() == (sum + lacking < budget.total() ? budget.total() - sum - lacking : 0));
  }
}

BOOST_AUTO_TEST_CASE(held_back_it_gives_minima_and_as_many_as_are_always_given) {
  troupe::tuning::slot_budget all{10};
  const auto wanting = all.add({});
  const auto kept = all.add({.minimum = 2});
  BOOST_TEST(all.try_take(wanting));
  BOOST_TEST(all.kept() == 2u);
  all.hold_back(1);
  BOOST_TEST(all.open() == 0u);
  BOOST_TEST(!all.try_take(wanting));
  BOOST_TEST(all.try_take(kept));
  BOOST_TEST(all.try_take(kept));
  BOOST_TEST(all.kept() == 0u);
  BOOST_TEST(!all.try_take(kept));
  all.give_back(wanting);
  BOOST_TEST(!all.try_take(wanting));
  all.give_back(kept);
  all.give_back(kept);
  BOOST_TEST(all.try_take(wanting)); // one gets on
  BOOST_TEST(!all.try_take(wanting));
  all.wait(wanting);
  BOOST_TEST(!all.next().has_value());
  all.hold_back(std::nullopt);
  BOOST_TEST((all.next() == wanting));
}

BOOST_AUTO_TEST_CASE(who_has_less_for_its_weight_than_the_others_is_behind) {
  troupe::tuning::slot_budget all{12};
  const auto one = all.add({});
  const auto three = all.add({.weight = 3, .minimum = 1});
  BOOST_TEST(!all.is_behind(one)); // nobody borrows
  for (int i = 0; i != 6; ++i)
    BOOST_TEST(all.try_take(one));
  BOOST_TEST(all.is_behind(three));
  BOOST_TEST(!all.is_behind(one));
  for (int i = 0; i != 6; ++i)
    BOOST_TEST(all.try_take(three));
  BOOST_TEST(all.is_behind(three)); // five above its minimum: 5.5 / 3 is less than 11 / 4
  BOOST_TEST(!all.is_behind(one));
  all.reweight(three, {.weight = 1, .minimum = 1});
  BOOST_TEST(!all.is_behind(three)); // 5.5 and 11 / 2
  all.give_back(three);
  BOOST_TEST(all.is_behind(three));
  all.hold_back(1);
  BOOST_TEST(!all.is_behind(three)); // nobody polls ahead then
}

BOOST_AUTO_TEST_SUITE_END()
