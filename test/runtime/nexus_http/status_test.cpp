// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/status.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

using namespace troupe::nexus_http;

BOOST_AUTO_TEST_SUITE(status)

BOOST_AUTO_TEST_CASE(each_type_has_its_status) {
  const std::pair<const char*, unsigned> table[] = {
      {"BAD_REQUEST", 400},
      {"UNAUTHENTICATED", 401},
      {"UNAUTHORIZED", 403},
      {"NOT_FOUND", 404},
      {"REQUEST_TIMEOUT", 408},
      {"CONFLICT", 409},
      {"RESOURCE_EXHAUSTED", 429},
      {"INTERNAL", 500},
      {"NOT_IMPLEMENTED", 501},
      {"UNAVAILABLE", 503},
      {"UPSTREAM_TIMEOUT", 520}};
  for (const auto& [type, status] : table) {
    BOOST_TEST(status_of(type) == status);
    BOOST_TEST(type_of(status) == type);
  }
  BOOST_TEST(status_of("ELSE") == 500U);
  BOOST_TEST(type_of(302) == "");
}

BOOST_AUTO_TEST_SUITE_END()
