// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/address.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::http;

BOOST_AUTO_TEST_SUITE(address)

BOOST_AUTO_TEST_CASE(reads_what_listens_and_nothing_else) {
  const std::vector<std::pair<std::string, std::string>> good{
      {"127.0.0.1:9464", "127.0.0.1:9464"},
      {"localhost:1", "127.0.0.1:1"},
      {":9464", "0.0.0.0:9464"},
      {"0.0.0.0:0", "0.0.0.0:0"},
      {"[::1]:80", "[::1]:80"}};
  for (const auto& [text, shown] : good) {
    const auto read = parse_address(text);
    BOOST_REQUIRE_MESSAGE(read, text);
    BOOST_TEST(to_string(*read) == shown);
  }
  for (const auto* text :
       {"",
        "9464",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "127.0.0.1:9a",
        "::1:80",
        "[127.0.0.1]:80",
        "[]:80",
        "host:80",
        "http://127.0.0.1:80",
        "256.0.0.1:80"})
    BOOST_TEST(!parse_address(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
