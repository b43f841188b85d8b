// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time/http_date.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;
using troupe::parse_http_date;
using troupe::write_http_date;

BOOST_AUTO_TEST_SUITE(http_date)

BOOST_AUTO_TEST_CASE(dates_are_those_of_http) {
  const auto when = troupe::time_point{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}}
                    + 4h + 24min + 26s;
  BOOST_TEST(write_http_date(when + 999ms) == "Sun, 22 Nov 2026 04:24:26 GMT");
  BOOST_TEST((parse_http_date("Sun, 22 Nov 2026 04:24:26 GMT") == when));
  for (const char* text :
       {"",
        "now",
        "Sun, 32 Nov 2026 04:24:26 GMT",
        "Sun, 22 Nox 2026 04:24:26 GMT",
        "Sun, 22 Nov 9999 04:24:26 GMT",
        "Sun, 22 Nov 2026 25:24:26 GMT",
        "Sun, 22 Nov 2026 04:24:26 CET"})
    BOOST_TEST(!parse_http_date(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
