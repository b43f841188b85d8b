// SPDX-License-Identifier: Apache-2.0
#include <troupe/rpc_status.hpp>

#include <boost/test/unit_test.hpp>

using namespace troupe;

BOOST_AUTO_TEST_SUITE(rpc_status)

BOOST_AUTO_TEST_CASE(names_the_codes_as_grpc_does) {
  BOOST_TEST(to_string(status_code::ok) == "OK");
  BOOST_TEST(to_string(status_code::invalid_argument) == "INVALID_ARGUMENT");
  BOOST_TEST(to_string(status_code::deadline_exceeded) == "DEADLINE_EXCEEDED");
  BOOST_TEST(to_string(status_code::unauthenticated) == "UNAUTHENTICATED");
  BOOST_TEST(!to_string(static_cast<status_code>(99)).empty());
}

BOOST_AUTO_TEST_CASE(errors_say_what_the_service_said) {
  const rpc_error told{{status_code::not_found, "no such workflow", {}}};
  BOOST_TEST(told.what() == std::string_view{"no such workflow"});
  BOOST_TEST((told.code() == status_code::not_found));
  const rpc_error silent{{status_code::unavailable, "", {}}};
  BOOST_TEST(silent.what() == std::string_view{"UNAVAILABLE"});
}

BOOST_AUTO_TEST_SUITE_END()
