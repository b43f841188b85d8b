// SPDX-License-Identifier: Apache-2.0
#include "runtime/tuning/resource_controller.hpp"
#include "test/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct measured {
  tuning::resource_usage usage{.memory = 0.5, .cpu = 0.5};
  bool is_readable = true;
  int measures = 0;
  time_point now{std::chrono::hours{1}};
  resource_controller controller{
      {.target_memory_usage = 0.8, .target_cpu_usage = 0.9},
      [this](std::string& why) -> std::optional<tuning::resource_usage> {
        ++measures;
        why = "scripted";
        return is_readable ? std::optional{usage} : std::nullopt;
      }};

  bool has_room_with(double memory, double cpu) {
    usage = {memory, cpu};
    // The second measure of the same is without the change that the first one saw.
    now += 100ms;
    (void)controller.has_room(now);
    now += 100ms;
    return controller.has_room(now);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(resource_controller, measured)

BOOST_AUTO_TEST_CASE(there_is_room_while_both_are_well_below_their_targets) {
  BOOST_TEST(has_room_with(0.5, 0.5));
  BOOST_TEST(has_room_with(0.74, 0.88)); // 5 * 0.06 > 0.25, 5 * 0.02 > 0.05
  BOOST_TEST(!has_room_with(0.76, 0.5)); // 5 * 0.04 < 0.25
  BOOST_TEST(!has_room_with(0.5, 0.895));
  BOOST_TEST(!has_room_with(0.9, 0.1));
  BOOST_TEST(!has_room_with(0.1, 0.95));
  BOOST_TEST(has_room_with(0.5, 0.5)); // and recovers
}

BOOST_AUTO_TEST_CASE(a_quick_rise_is_answered_before_the_target_is_reached) {
  BOOST_TEST(has_room_with(0.3, 0.1));
  usage.memory = 0.7; // 5 * 0.1 - 0.4 = 0.1
  now += 100ms;
  BOOST_TEST(!controller.has_room(now));
  now += 100ms; // it stays there: 5 * 0.1
  BOOST_TEST(controller.has_room(now));
}

BOOST_AUTO_TEST_CASE(it_measures_no_more_than_every_hundred_milliseconds_and_not_by_itself) {
  BOOST_TEST(measures == 0);
  for (int i = 0; i != 50; ++i) {
    (void)controller.has_room(now);
    now += 10ms;
  }
  BOOST_TEST(measures == 5);
  (void)controller.has_room(now - 1h); // a clock that was set back
  BOOST_TEST(measures == 6);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_measured_is_no_room_and_said_once_a_minute) {
  const test::captured_log log;
  is_readable = false;
  for (int i = 0; i != 100; ++i) {
    now += 1s;
    BOOST_TEST(!controller.has_room(now));
  }
  BOOST_TEST(log.count("cannot be read") == 2u);
  is_readable = true;
  now += 1s;
  BOOST_TEST(controller.has_room(now));
}

BOOST_AUTO_TEST_CASE(shows_what_it_saw) {
  (void)has_room_with(0.5, 0.25);
  const auto seen = controller.last();
  BOOST_TEST(seen.usage.memory == 0.5);
  BOOST_TEST(seen.usage.cpu == 0.25);
  BOOST_TEST(std::abs(seen.memory_output - 1.5) < 1e-9);
  BOOST_TEST(std::abs(seen.cpu_output - 3.25) < 1e-9);
}

/// Each slot is worth 1 % of CPU as soon as it is given out; one ends in each period if there is no
/// room for its successor.
BOOST_AUTO_TEST_CASE(a_load_that_follows_it_stays_within_five_points_of_the_target) {
  troupe::resource_controller of_seventy{
      {.target_memory_usage = 0.8, .target_cpu_usage = 0.7},
      [this](std::string&) { return std::optional{usage}; }};
  int slots = 0;
  double worst = 0;
  for (int period = 0; period != 1000; ++period) {
    usage = {0.2, std::min(1.0, 0.01 * slots)};
    now += 100ms;
    slots += of_seventy.has_room(now) ? 2 : -1;
    if (period > 100)
      worst = std::max(worst, std::abs(usage.cpu - 0.7));
  }
  BOOST_TEST(worst <= 0.05);
}

BOOST_AUTO_TEST_CASE(an_integral_part_adds_up_and_is_bounded) {
  tuning::pid_controller pid{{.p_gain = 0, .i_gain = 1, .d_gain = 0, .output_threshold = 0.5}};
  BOOST_TEST(pid.next(0.8, 0.5) > 0.29);
  BOOST_TEST(!pid.wants_more());
  BOOST_TEST(pid.next(0.8, 0.5) > 0.59);
  BOOST_TEST(pid.wants_more());
  for (int i = 0; i != 1000; ++i)
    pid.next(0.8, 0.5);
  BOOST_TEST(pid.output() == 100);
}

BOOST_AUTO_TEST_CASE(targets_that_make_no_sense_are_refused) {
  BOOST_CHECK_THROW(
      (void)make_resource_controller({.target_memory_usage = 0}), std::invalid_argument);
  BOOST_CHECK_THROW(
      (void)make_resource_controller({.target_memory_usage = 1.1}), std::invalid_argument);
  BOOST_CHECK_THROW(
      (void)make_resource_controller({.target_cpu_usage = -1}), std::invalid_argument);
  BOOST_CHECK_THROW(
      (void)make_resource_controller({.target_cpu_usage = std::nan("")}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
