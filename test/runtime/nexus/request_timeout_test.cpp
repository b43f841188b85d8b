// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/request_timeout.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;
using troupe::nexus::parse_timeout;

BOOST_AUTO_TEST_SUITE(request_timeout)

BOOST_AUTO_TEST_CASE(reads_one_number_and_unit) {
  BOOST_CHECK(parse_timeout("10s") == 10s);
  BOOST_CHECK(parse_timeout("9980ms") == 9980ms);
  BOOST_CHECK(parse_timeout("1.5m") == 90s);
  BOOST_CHECK(parse_timeout("8.995681349s") == 8'995'681'349ns);
  BOOST_CHECK(parse_timeout("0s") == 0s);
  BOOST_CHECK(parse_timeout("0.0000000000000000001s") == 0s);
}

BOOST_AUTO_TEST_CASE(reads_what_go_writes) {
  BOOST_CHECK(parse_timeout("1m0.5s") == 60'500ms);
  BOOST_CHECK(parse_timeout("2h3m4s") == 2h + 3min + 4s);
  BOOST_CHECK(parse_timeout("250us") == 250us);
  BOOST_CHECK(parse_timeout("250\u00b5s") == 250us);
  BOOST_CHECK(parse_timeout("17ns") == 17ns);
}

BOOST_AUTO_TEST_CASE(refuses_everything_else) {
  for (const char* text :
       {"",
        "10",
        "s",
        "-1s",
        "+1s",
        " 1s",
        "1s ",
        "1 s",
        "1,5s",
        "1d",
        "ten seconds",
        "1sm",
        "99999999999999999999s",
        "9999999999h",
        "0x10s",
        "1e3s"})
    BOOST_TEST(!parse_timeout(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
