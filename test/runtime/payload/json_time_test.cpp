// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/payload/payload_support.hpp"

#include <troupe/payload/json.hpp>

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace std::chrono;
using troupe::from_json;
using troupe::to_json;
using troupe::test::payload_error_of;

namespace {

using instant = system_clock::time_point;

instant at(year_month_day date, nanoseconds since_midnight) {
  return sys_days{date} + since_midnight;
}

const auto noon = at(2026y / January / 31, 12h);

} // namespace

BOOST_AUTO_TEST_SUITE(json_time)

BOOST_AUTO_TEST_CASE(writes_instants_in_utc_with_the_digits_they_need) {
  BOOST_TEST(to_json(noon) == "\"2026-01-31T12:00:00Z\"");
  BOOST_TEST(to_json(noon + 500ms) == "\"2026-01-31T12:00:00.5Z\"");
  BOOST_TEST(to_json(noon + 1ns) == "\"2026-01-31T12:00:00.000000001Z\"");
  BOOST_TEST(to_json(instant{}) == "\"1970-01-01T00:00:00Z\"");
  BOOST_TEST(to_json(instant{-1ns}) == "\"1969-12-31T23:59:59.999999999Z\"");
  BOOST_TEST(to_json(time_point_cast<seconds>(noon)) == "\"2026-01-31T12:00:00Z\"");
}

BOOST_AUTO_TEST_CASE(reads_instants_with_any_offset) {
  const auto read = [](const char* text) {
    return from_json<instant>("\"" + std::string{text} + "\"");
  };
  for (const auto* same :
       {"2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00.000Z",
        "2026-01-31T12:00:00+00:00",
        "2026-01-31T14:00:00+02:00",
        "2026-01-31T06:30:00-05:30",
        "2026-01-31T12:00Z",
        "2026-01-31 12:00:00z",
        "2026-01-31T14:00:00+0200",
        "2026-01-31T14:00:00+02",
        "2026-02-01T00:00:00+12:00"})
    BOOST_TEST((read(same) == noon), same);
  BOOST_TEST((read("2026-01-31T12:00:00.123456789+00:00") == noon + 123456789ns));
  BOOST_TEST((read("2026-01-31T12:00:00.1234567899Z") == noon + 123456789ns));
  BOOST_TEST((read("2026-01-31T12:00:60Z") == noon + 60s));
  BOOST_TEST((read("1677-09-21T00:12:44Z") == instant{-9223372036s}));
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_instant) {
  for (const auto* bad :
       {"",
        "now",
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-02-30T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T12:60:00Z",
        "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00:00Zx",
        "2026-1-31T12:00:00Z",
        "-026-01-31T12:00:00Z",
        "2026-01-31T12:00:00+25:00",
        "2026-01-31T12:00:00+02:",
        "9999-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "2026-01-31T12:00:00+-2:00"}) {
    const auto text = "\"" + std::string{bad} + "\"";
    BOOST_TEST(
        payload_error_of([&] { return from_json<instant>(text); })
        == "expected time as in \"2026-01-31T12:00:00Z\", got string " + text);
  }
  BOOST_TEST(
      payload_error_of([] { return from_json<std::vector<instant>>("[5]"); })
      == "at [0]: expected time as in \"2026-01-31T12:00:00Z\", got number 5");
}

BOOST_AUTO_TEST_CASE(writes_durations_as_iso_8601) {
  BOOST_TEST(to_json(0s) == "\"PT0S\"");
  BOOST_TEST(to_json(1500ms) == "\"PT1.5S\"");
  BOOST_TEST(to_json(-1500ms) == "\"-PT1.5S\"");
  BOOST_TEST(to_json(24h) == "\"PT86400S\"");
  BOOST_TEST(to_json(1ns) == "\"PT0.000000001S\"");
  BOOST_TEST(to_json(-9'000'000'000s) == "\"-PT9000000000S\"");
  BOOST_TEST(
      payload_error_of([] { return to_json(hours{1'000'000'000}); })
      == "JSON has no form for a duration beyond 292 years");
}

BOOST_AUTO_TEST_CASE(reads_durations_of_other_languages) {
  const auto read = [](const char* text) {
    return from_json<nanoseconds>("\"" + std::string{text} + "\"");
  };
  BOOST_TEST((read("PT1.5S") == 1500ms));
  BOOST_TEST((read("-PT1.5S") == -1500ms));
  BOOST_TEST((read("PT1H2M3S") == 1h + 2min + 3s));
  BOOST_TEST((read("P1DT1H") == 25h));
  BOOST_TEST((read("P2D") == 48h));
  BOOST_TEST((read("PT90M") == 90min));
  BOOST_TEST((read("1.5s") == 1500ms));
  BOOST_TEST((read("3s") == 3s));
  BOOST_TEST((from_json<seconds>("\"PT2.9S\"") == 2s));
  for (const auto* bad :
       {"",
        "P",
        "PT",
        "P1DT",
        "PT1",
        "1",
        "1.s",
        "PT1.5H",
        "PT1S1M",
        "P1M",
        "P1Y",
        "PT1M1H",
        "PT1.S",
        "PT-1S",
        "PT9999999999S",
        "PT99999999999999999999S",
        "P999999999999999999D",
        "1m",
        "PT1S ",
        "T1S"})
    BOOST_TEST(
        payload_error_of([&] { return read(bad); })
        == "expected duration as in \"PT1.5S\", got string \"" + std::string{bad} + "\"");
  using small = duration<std::int16_t>;
  BOOST_TEST(
      payload_error_of([] { return from_json<small>("\"PT40000S\""); })
      == "the duration is out of range");
}

BOOST_AUTO_TEST_SUITE_END()
