// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time/time_text.hpp"
#include "runtime/embedded/run/cron.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>

namespace {

using namespace troupe::embedded;
using std::chrono::seconds;

troupe::time_point at(const std::string& text) {
  const auto read = troupe::parse_rfc3339(text);
  BOOST_REQUIRE_MESSAGE(read, text);
  return troupe::time_point{seconds{read->seconds}} + std::chrono::nanoseconds{read->nanos};
}

std::string verdict(const std::string& schedule, troupe::time_point from, troupe::time_point now) {
  if (cron_problem(schedule, now) == "invalid CronSchedule.")
    return "invalid";
  const auto pause = cron_pause(schedule, from, now);
  return pause ? std::to_string(pause->count() / 1'000'000'000) : "never";
}

BOOST_AUTO_TEST_SUITE(cron)

BOOST_AUTO_TEST_CASE(strikes_when_the_real_server_strikes) {
  std::ifstream table{TROUPE_TEST_DATA "/runtime/embedded/data/cron.tsv"};
  std::string line;
  int rows = 0;
  while (std::getline(table, line)) {
    std::istringstream cells{line};
    std::string schedule, from, now, recorded;
    std::getline(cells, schedule, '\t');
    std::getline(cells, from, '\t');
    std::getline(cells, now, '\t');
    std::getline(cells, recorded);
    ++rows;
    BOOST_TEST_CONTEXT(line) {
      BOOST_TEST(verdict(schedule, at(from), at(now)) == recorded);
    }
  }
  BOOST_TEST(rows > 300);
}

BOOST_AUTO_TEST_CASE(tells_what_never_strikes_from_what_is_no_schedule) {
  const auto now = at("2026-11-22T10:00:00Z");
  BOOST_TEST(cron_problem("* * * * *", now).empty());
  BOOST_TEST(cron_problem("0 0 * * 7", now) == "invalid CronSchedule.");
  BOOST_TEST(cron_problem("TZ=UTC", now) == "invalid CronSchedule.");
  std::string list = "0";
  while (list.size() < 4'000'000)
    list += ",1";
  BOOST_TEST(
      cron_problem(list + " * * * *", now)
      == "invalid CronSchedule, it is longer than 32768 bytes");
  BOOST_TEST(!cron_pause(list + " * * * *", now, now)); // a next run may have it unchecked
  for (const auto* never : {"0 0 30 2 *", ", * * * *", "* , * * *", "* * , * *"})
    BOOST_TEST(
        cron_problem(never, now)
        == "invalid CronSchedule, no time can be found to satisfy the schedule");
}

BOOST_AUTO_TEST_CASE(a_day_that_a_zone_left_out_is_passed) {
  // The real server's library turns in circles here.
  const auto now = at("2011-12-29T12:00:00Z");
  BOOST_TEST(cron_problem("TZ=Pacific/Apia 0 0 1 * *", now).empty());
  BOOST_TEST(verdict("TZ=Pacific/Apia 0 0 1 * *", now, now) == "165600");
}

BOOST_AUTO_TEST_CASE(schedules_of_centuries_do_not_overflow) {
  for (const auto now : {at("1700-01-01T00:00:00Z"), at("2261-12-31T00:00:00Z")})
    for (const auto* schedule : {"* * * * *", "@every 2562047h47m", "TZ=Europe/Berlin 0 0 29 2 *"})
      BOOST_TEST_CONTEXT(schedule) {
        const auto pause = cron_pause(schedule, now, now);
        BOOST_TEST((!pause || pause->count() >= 0));
      }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
