// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/repeated_failures.hpp"
#include "test/support/captured_log.hpp"
#include "test/support/manual_executor.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

namespace {

using namespace std::chrono_literals;
using troupe::log::failure;
using bounded = troupe::log::repeated_failures;

constexpr auto message = "a handler failed";

struct fixture {
  troupe::test::manual_executor clock;
  troupe::test::captured_log log;
  std::unique_ptr<bounded> failures =
      std::make_unique<bounded>(clock, std::vector<troupe::log::field>{{"namespace", "default"}});

  void fail(const std::string& id, const std::string& error = "no room") {
    failures->report(
        {.message = message, .source = "S/o", .error = error, .fields = {{"request_id", id}}});
  }
  [[nodiscard]] auto lines() const { return log.lines_of(message); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(repeated_failures, fixture)

BOOST_AUTO_TEST_CASE(a_failure_is_a_line_with_its_fields_and_those_common_to_all) {
  fail("1");
  BOOST_REQUIRE(lines().size() == 1u);
  BOOST_TEST(lines()[0].at("request_id") == "1");
  BOOST_TEST(lines()[0].at("error") == "no room");
  BOOST_TEST(lines()[0].at("namespace") == "default");
  BOOST_TEST(!lines()[0].contains("times"));
  BOOST_TEST(clock.pending_timers() == 0u);
}

BOOST_AUTO_TEST_CASE(the_same_one_is_counted_and_told_at_growing_intervals) {
  std::size_t told = 0;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    for (int i = 0; i < 10; ++i)
      fail(std::to_string(minute));
    clock.advance(1min);
  }
  for (const auto& each : lines())
    told += each.contains("times") ? std::stoul(each.at("times")) : 1;
  BOOST_TEST(lines().size() < 5u + 6u + 24u + 1u);
  failures = nullptr; // tells the rest
  told = 0;
  for (const auto& each : lines())
    told += each.contains("times") ? std::stoul(each.at("times")) : 1;
  BOOST_TEST(told == 24u * 60u * 10u);
}

BOOST_AUTO_TEST_CASE(the_count_is_told_even_if_nothing_fails_any_more) {
  for (int i = 0; i < 8; ++i)
    fail(std::to_string(i));
  BOOST_TEST(lines().size() == 5u);
  clock.advance(1min);
  BOOST_REQUIRE(lines().size() == 6u);
  BOOST_TEST(lines()[5].at("times") == "3");
  BOOST_TEST(lines()[5].at("request_id") == "7"); // the last of them
  clock.advance(2h);
  BOOST_TEST(lines().size() == 6u);
  fail("again");
  BOOST_TEST(lines().size() == 7u);
}

BOOST_AUTO_TEST_CASE(failures_that_differ_hide_nothing_from_each_other) {
  for (int i = 0; i < 100; ++i)
    fail("1", "no room");
  fail("2", "no light");
  BOOST_TEST(lines().back().at("error") == "no light");
}

BOOST_AUTO_TEST_CASE(ever_new_texts_neither_fill_the_log_nor_the_memory) {
  for (int i = 0; i < 10'000; ++i)
    fail(std::to_string(i), "error " + std::to_string(i));
  BOOST_TEST(lines().size() >= bounded::lines_a_minute);
  std::size_t one_by_one = 0;
  for (const auto& each : lines())
    one_by_one += each.contains("times") ? 0 : 1;
  BOOST_TEST(one_by_one == bounded::lines_a_minute);
  clock.advance(1min);
  failures = nullptr;
  BOOST_TEST(lines().size() == bounded::lines_a_minute + 1);
  BOOST_TEST(lines().back().at("times") == "9400");
}

BOOST_AUTO_TEST_CASE(it_may_end_before_its_timer) {
  for (int i = 0; i < 8; ++i)
    fail(std::to_string(i));
  failures = nullptr;
  BOOST_TEST(lines().size() == 6u);
  clock.advance(1h);
  BOOST_TEST(lines().size() == 6u);
}

BOOST_AUTO_TEST_SUITE_END()
