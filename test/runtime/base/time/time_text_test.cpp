// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time/time_text.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

std::string rewritten(std::optional<instant> time) {
  return time ? rfc3339(*time) : "no time";
}

} // namespace

BOOST_AUTO_TEST_SUITE(time_text)

BOOST_AUTO_TEST_CASE(writes_times_with_as_many_digits_as_asked) {
  BOOST_TEST(rfc3339(instant{1'795'397'352, 0}) == "2026-11-23T01:29:12Z");
  BOOST_TEST(rfc3339(instant{1'795'397'352, 500'000'000}) == "2026-11-23T01:29:12.5Z");
  const auto thousands = fraction_digits::thousands;
  BOOST_TEST(rfc3339(instant{1'795'397'352, 0}, thousands) == "2026-11-23T01:29:12Z");
  BOOST_TEST(rfc3339(instant{1'795'397'352, 500'000'000}, thousands) == "2026-11-23T01:29:12.500Z");
  BOOST_TEST(
      rfc3339(instant{1'795'397'352, 10'264'000}, thousands) == "2026-11-23T01:29:12.010264Z");
  BOOST_TEST(rfc3339(instant{1'795'397'352, 1}, thousands) == "2026-11-23T01:29:12.000000001Z");
}

BOOST_AUTO_TEST_CASE(writes_every_time_there_is) {
  BOOST_TEST(rfc3339(instant{-62'135'596'800, 0}) == "0001-01-01T00:00:00Z");
  BOOST_TEST(rfc3339(instant{INT64_MIN, INT32_MIN}) == "0001-01-01T00:00:00Z");
  BOOST_TEST(rfc3339(instant{INT64_MAX, INT32_MAX}) == "9999-12-31T23:59:59.999999999Z");
  BOOST_TEST(rfc3339(instant{0, -5}) == "1970-01-01T00:00:00Z");
  BOOST_TEST(rfc3339(time_point{-1ns}) == "1969-12-31T23:59:59.999999999Z");
  BOOST_TEST(rfc3339(time_point::max()) == "2262-04-11T23:47:16.854775807Z");
  BOOST_TEST(rfc3339(time_point::min()) == "1677-09-21T00:12:43.145224192Z");
}

BOOST_AUTO_TEST_CASE(reads_what_it_writes) {
  for (const char* text :
       {"2026-11-23T01:29:12Z",
        "1969-12-31T23:59:59.999999999Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.5Z",
        "2024-02-29T00:00:00Z"}) {
    BOOST_TEST(rewritten(parse_rfc3339(text)) == text);
    BOOST_TEST(rewritten(parse_iso8601(text)) == text);
  }
  BOOST_TEST(
      rewritten(parse_rfc3339("2026-11-23T01:29:12.1234567899+01:30"))
      == "2026-11-22T23:59:12.123456789Z");
}

BOOST_AUTO_TEST_CASE(takes_shorter_forms_only_as_iso_8601) {
  for (const auto& [text, as] : std::initializer_list<std::pair<const char*, const char*>>{
           {"2026-11-23 01:29:12Z", "2026-11-23T01:29:12Z"},
           {"2026-11-23t01:29z", "2026-11-23T01:29:00Z"},
           {"2026-11-23T01:29:12,5Z", "2026-11-23T01:29:12.5Z"},
           {"2026-11-23T01:29:12+0130", "2026-11-22T23:59:12Z"},
           {"2026-11-23T01:29:12-02", "2026-11-23T03:29:12Z"},
           {"2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z"}}) {
    BOOST_TEST(rewritten(parse_iso8601(text)) == as);
    BOOST_TEST(!parse_rfc3339(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_time) {
  for (const char* text :
       {"",
        "2026-11-23",
        "2026-11-23T01:29:12",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T01:60:00Z",
        "2026-11-23T01:29:61Z",
        "2026-11-23T01:29:12.Z",
        "2026-11-23T01:29:12Z ",
        " 2026-11-23T01:29:12Z",
        "2026-11-23T01:29:12+",
        "2026-11-23T01:29:12+24:00",
        "2026-11-23T01:29:12+01:60",
        "2026-11-23T01:29:12+01:",
        "-026-11-23T01:29:12Z",
        "+026-11-23T01:29:12Z",
        "2026-11-23T-1:29:12Z",
        "infinite-future"}) {
    BOOST_TEST(!parse_rfc3339(text).has_value(), text);
    BOOST_TEST(!parse_iso8601(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
