// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/connection/service_presence.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

constexpr cli::service_presence::time_point start{1000h};

} // namespace

BOOST_AUTO_TEST_SUITE(service_presence)

BOOST_AUTO_TEST_CASE(a_service_that_has_answered_may_be_away_for_a_minute) {
  cli::service_presence service;
  service.saw(status_code::not_found); // an answer, too
  service.saw(status_code::unavailable);
  BOOST_TEST(service.may_come_back(start));
  service.saw(status_code::unavailable);
  BOOST_TEST(service.may_come_back(start + 59'999ms));
  service.saw(status_code::unavailable);
  BOOST_TEST(!service.may_come_back(start + 60s));
}

BOOST_AUTO_TEST_CASE(each_absence_has_a_minute_of_its_own) {
  cli::service_presence service;
  service.saw(status_code::ok);
  for (auto lost = start; lost < start + 10min; lost += 59s) {
    service.saw(status_code::unavailable);
    BOOST_TEST(service.may_come_back(lost));
    // It is back: a long poll waited for its time.
    service.saw(status_code::deadline_exceeded);
  }
}

BOOST_AUTO_TEST_CASE(one_that_never_answered_is_not_waited_for) {
  cli::service_presence service;
  BOOST_TEST(!service.has_answered());
  BOOST_TEST(!service.may_come_back(start));
  service.saw(status_code::deadline_exceeded); // nobody may have been there
  BOOST_TEST(!service.has_answered());
  BOOST_TEST(!service.may_come_back(start));
  service.saw(status_code::permission_denied);
  BOOST_TEST(service.has_answered());
  BOOST_TEST(service.may_come_back(start + 1h));
}

BOOST_AUTO_TEST_SUITE_END()
