// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/cli.hpp"
#include "apps/troupe/server/dynamic_config.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::cli;

BOOST_AUTO_TEST_SUITE(dynamic_config)

BOOST_AUTO_TEST_CASE(takes_pairs_of_a_key_and_json) {
  const auto settings = parse_dynamic_config(
      {"a.b=true", "system.wait=\"0s\"", "list=[{\"Pattern\": \"*\"}]", "with=\"a=b\"", "n=50"});
  BOOST_TEST(settings.at("a.b") == "true");
  BOOST_TEST(settings.at("system.wait") == "\"0s\"");
  BOOST_TEST(settings.at("list") == "[{\"Pattern\":\"*\"}]");
  BOOST_TEST(settings.at("with") == "\"a=b\"");
  BOOST_TEST(settings.at("n") == "50");
}

BOOST_AUTO_TEST_CASE(the_last_value_of_a_key_counts) {
  BOOST_TEST(parse_dynamic_config({"a=1", "a=2"}).at("a") == "2");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_pair_or_no_json) {
  for (const auto* bad : {"", "a", "=1", "a=", "a=0s", "a={", "a=1 2", "a=tru", "a=01", "a='x'"})
    BOOST_CHECK_THROW(parse_dynamic_config({bad}), command_error);
}

BOOST_AUTO_TEST_SUITE_END()
