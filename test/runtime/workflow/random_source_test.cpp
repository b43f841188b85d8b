// SPDX-License-Identifier: Apache-2.0
// The numbers below were worked out by another program from the description of the ways: histories
// depend on them.

#include "test/runtime/workflow/workflow_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::test;

namespace {

struct draws {
  async<std::string> run(workflow::context ctx) {
    const auto random = ctx.random();
    std::string text;
    for (int i = 0; i != 10; ++i)
      text += std::to_string(random.uniform(1, 6)) + " ";
    for (int i = 0; i != 3; ++i)
      text += std::to_string(random.uniform(-1'000'000'000'000, 1'000'000'000'000)) + " ";
    bool same = true;
    for (const double expected : {0.4963906366870018, 0.5488065272358117, 0.08373791738129788})
      same = random.uniform(0.0, 1.0) == expected && same;
    same = random.uniform(-2.5, 7.5) == 2.516796960904802 && same;
    std::string letters = "abcdefgh";
    random.shuffle(letters);
    text += std::string{same ? "same" : "others"} + " " + letters + " "
            + random.pick({std::string{"red"}, std::string{"green"}, std::string{"blue"}}) + " "
            + std::to_string(random()) + (random.chance(0.5) ? " heads" : " tails");
    co_return text;
  }
};

/// Runs `test` with a source of random numbers.
template <class Test>
struct with_random {
  async<void> run(workflow::context ctx) {
    Test::look(ctx.random());
    co_return;
  }
};
template <class Test>
void check() {
  BOOST_CHECK_EQUAL(
      run<with_random<Test>>(history().started("W").task_started()), "CompleteWorkflowExecution ");
}

struct bounds {
  static void look(const workflow::random_source& random) {
    std::set<int> seen;
    for (int i = 0; i != 1'000; ++i)
      seen.insert(random.uniform(-2, 2));
    BOOST_TEST((seen == std::set{-2, -1, 0, 1, 2}));
    BOOST_CHECK_EQUAL(random.uniform(7, 7), 7);
    BOOST_CHECK_EQUAL(random.uniform(0.5, 0.5), 0.5);
    using limits = std::numeric_limits<std::int64_t>;
    bool below = false, above = false;
    for (int i = 0; i != 100; ++i)
      (random.uniform(limits::min(), limits::max()) < 0 ? below : above) = true;
    BOOST_CHECK(below && above);
    for (int i = 0; i != 1'000; ++i) {
      const std::uint8_t small = random.uniform(std::uint8_t{250}, std::uint8_t{255});
      BOOST_REQUIRE(small >= 250);
      // There is no number between the two.
      BOOST_REQUIRE_EQUAL(random.uniform(1.0, std::nextafter(1.0, 2.0)), 1.0);
      BOOST_REQUIRE(!random.chance(0));
      BOOST_REQUIRE(random.chance(1));
    }
  }
};

struct nonsense {
  static void look(const workflow::random_source& random) {
    const std::vector<int> none;
    BOOST_CHECK_THROW((void)random.uniform(2, 1), std::invalid_argument);
    BOOST_CHECK_THROW((void)random.uniform(2.0, 1.0), std::invalid_argument);
    BOOST_CHECK_THROW((void)random.uniform(0.0, NAN), std::invalid_argument);
    BOOST_CHECK_THROW((void)random.uniform(-1e308, 1e308), std::invalid_argument);
    BOOST_CHECK_THROW((void)random.pick(none), std::invalid_argument);
  }
};

struct ranges {
  static void look(const workflow::random_source& random) {
    std::array<int, 3> numbers{1, 2, 3};
    random.pick(numbers) = 7; // the element itself
    BOOST_CHECK_EQUAL(std::ranges::count(numbers, 7), 1);
    BOOST_CHECK_EQUAL(random.pick(std::vector<std::string>{"one"}), "one");
    std::vector<std::string> none;
    random.shuffle(none);
    std::set<std::string> orders;
    for (int i = 0; i != 200; ++i) {
      std::string letters = "abc";
      random.shuffle(letters);
      orders.insert(letters);
    }
    BOOST_CHECK_EQUAL(orders.size(), 6u);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(random_source)

BOOST_AUTO_TEST_CASE(what_is_drawn_is_the_same_everywhere_and_for_ever) {
  BOOST_CHECK_EQUAL(
      run<draws>(history().started("W").task_started()),
      "CompleteWorkflowExecution \"4 1 3 1 1 6 5 4 3 4 -156586997616 375163836080 -946982843378 "
      "same badeghfc red 10399692135763532237 tails\"");
}

BOOST_AUTO_TEST_CASE(both_bounds_of_whole_numbers_come_and_nothing_beyond) {
  check<bounds>();
}

BOOST_AUTO_TEST_CASE(bounds_out_of_order_and_empty_ranges_are_refused) {
  check<nonsense>();
}

BOOST_AUTO_TEST_CASE(ranges_are_picked_from_and_shuffled_in_place) {
  check<ranges>();
}

BOOST_AUTO_TEST_SUITE_END()
