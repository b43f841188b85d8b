// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time/duration_text.hpp"

#include <troupe/duration.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace troupe;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(duration_text)

BOOST_AUTO_TEST_CASE(writes_durations_as_go_does) {
  BOOST_TEST(go_duration(0ns) == "0s");
  BOOST_TEST(go_duration(72h) == "72h0m0s");
  BOOST_TEST(go_duration(1500ms) == "1.5s");
  BOOST_TEST(go_duration(650ms) == "650ms");
  BOOST_TEST(go_duration(1h + 1ns) == "1h0m0.000000001s");
  BOOST_TEST(go_duration(1234567ns) == "1.234567ms");
  BOOST_TEST(go_duration(1050ns) == "1.05\u00b5s");
  BOOST_TEST(go_duration(-2s) == "-2s");
  BOOST_TEST(go_duration(-7ns) == "-7ns");
  BOOST_TEST(go_duration(duration::min()) == "-2562047h47m16.854775808s");
  BOOST_TEST(go_duration(duration::max()) == "2562047h47m16.854775807s");
}

BOOST_AUTO_TEST_CASE(users_print_durations_of_any_unit) {
  BOOST_TEST(troupe::to_string(90min) == "1h30m0s");
  BOOST_TEST(troupe::to_string(1500us) == "1.5ms");
  BOOST_TEST(troupe::to_string(std::chrono::days{1}) == "24h0m0s");
}

BOOST_AUTO_TEST_CASE(reads_durations_as_go_does) {
  BOOST_CHECK(parse_go_duration("0") == 0s);
  BOOST_CHECK(parse_go_duration("1h30m") == 90min);
  BOOST_CHECK(parse_go_duration("-1.5s") == -1500ms);
  BOOST_CHECK(parse_go_duration("+.5s") == 500ms);
  BOOST_CHECK(parse_go_duration("1.h") == 1h);
  BOOST_CHECK(parse_go_duration("10us10\u00b5s10\u03bcs") == 30us);
  BOOST_CHECK(parse_go_duration("0.000000000000000000001h") == 0s);
  BOOST_CHECK(parse_go_duration("2562047h47m16.854775807s") == duration::max());
  BOOST_CHECK(!parse_go_duration("3d").has_value());
  BOOST_CHECK(parse_go_duration("3d", true) == 72h);
  BOOST_CHECK(parse_go_duration("1.5d12h", true) == 48h);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_duration) {
  for (const char* text :
       {"",
        "5",
        "s",
        "1x",
        ".s",
        "1..5s",
        "1h30",
        "-",
        "+",
        "--1s",
        "1e3s",
        "nans",
        "infs",
        " 1s",
        "1s ",
        "2562047h47m16.854775808s",
        "99999999999999999999s",
        "9999999999h"})
    BOOST_TEST(!parse_go_duration(text, true).has_value(), text);
}

BOOST_AUTO_TEST_CASE(writes_and_reads_iso_8601) {
  for (const auto& [text, span] : std::initializer_list<std::pair<const char*, duration>>{
           {"PT0S", 0s},
           {"PT1.5S", 1500ms},
           {"-PT0.000000001S", -1ns},
           {"PT9223372036.854775807S", duration::max()}}) {
    BOOST_TEST(iso8601_duration(span) == text);
    BOOST_CHECK(parse_iso8601_duration(text) == span);
  }
  BOOST_CHECK(parse_iso8601_duration("P1DT2H3M4.5S") == 26h + 3min + 4500ms);
  BOOST_CHECK(parse_iso8601_duration("-1.5s") == -1500ms);
  for (const char* text : {"", "P", "PT", "PT1", "P1S", "PT1.5M", "PT1S1M", "1", "PT9223372037S"})
    BOOST_TEST(!parse_iso8601_duration(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
