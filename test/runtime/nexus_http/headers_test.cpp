// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/headers.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace troupe::nexus_http;

BOOST_AUTO_TEST_SUITE(headers)

BOOST_AUTO_TEST_CASE(durations_are_one_number_and_a_unit) {
  BOOST_TEST((parse_duration("5s") == 5s));
  BOOST_TEST((parse_duration("1.5m") == 90s));
  BOOST_TEST((parse_duration("300ms") == 300ms));
  BOOST_TEST((parse_duration("0.25s") == 250ms));
  BOOST_TEST((parse_duration("99999999999999999999999s") == troupe::duration::max()));
  for (const char* text :
       {"",
        "5",
        "s",
        "soon",
        "-5s",
        "+5s",
        "1m30s",
        "1.s",
        ".5s",
        "1.2.3s",
        "5 s",
        "5h",
        "1e3s",
        "0x5s"})
    BOOST_TEST(!parse_duration(text), text);
  BOOST_TEST(write_duration(1500ms) == "1500ms");
}

BOOST_AUTO_TEST_CASE(links_are_read_and_written) {
  const auto read = [](std::string text) {
    return parse_links({{"x", "y"}, {"nexus-link", std::move(text)}});
  };
  const auto two = read(R"(<http://a/b?c=d>; type="A.b", <temporal:///x>; other=1; type=C/d_1)");
  BOOST_REQUIRE(two);
  BOOST_TEST(
      (*two
       == std::vector<troupe::nexus_http::link>{
           {"http://a/b?c=d", "A.b"}, {"temporal:///x", "C/d_1"}}));
  BOOST_TEST(write_links(*two) == R"(<http://a/b?c=d>; type="A.b", <temporal:///x>; type="C/d_1")");
  BOOST_TEST(parse_links({})->empty());
  for (const char* text :
       {"",
        "http://a",
        "<>; type=a",
        "<http://a>",
        "<http://a>; type",
        "<http://a>; type=",
        "<http://a>; type=\"a",
        "<http://a>; type=a b",
        "<http://a?x=%zz>; type=a",
        "<http://a?x;y>; type=a",
        "<http://a>; a=1",
        "<http://a b>; type=\"",
        "<http://a>; type=a,"})
    BOOST_TEST(!read(text), text);
  BOOST_TEST(write_links({{"http://a\r\nb", "A"}, {"http://a", "no good"}, {"", "A"}}) == "");
}

BOOST_AUTO_TEST_CASE(many_links_are_no_longer_than_a_header) {
  std::vector<troupe::nexus_http::link> links(1000, {"http://a/" + std::string(100, 'b'), "A.b"});
  links.insert(links.begin(), {"http://" + std::string(70'000, 'a'), "A"});
  const auto text = write_links(links);
  BOOST_TEST(is_header("nexus-link", text));
  BOOST_TEST(parse_links({{"nexus-link", text}})->size() > 50U);
}

BOOST_AUTO_TEST_CASE(headers_of_the_connection_are_known) {
  for (const char* name : {"connection", "te", "upgrade", "proxy-authorization", "trailer"})
    BOOST_TEST(is_of_connection(name), name);
  for (const char* name : {"authorization", "content-type", "x-te", "accept-encoding"})
    BOOST_TEST(!is_of_connection(name), name);
}

BOOST_AUTO_TEST_CASE(nothing_that_is_another_line_can_stand_in_a_header) {
  BOOST_TEST(is_header("x-a", "b c\td"));
  BOOST_TEST(!is_header("", "b"));
  BOOST_TEST(!is_header("a b", "c"));
  BOOST_TEST(!is_header("a:", "c"));
  BOOST_TEST(!is_header("a", "c\r\nd: e"));
  BOOST_TEST(!is_header("a\n", "c"));
  BOOST_TEST(!is_header("a", std::string_view{"c\0", 2}));
  BOOST_TEST(is_header("a", std::string(8192, 'c')));
  BOOST_TEST(!is_header("a", std::string(8193, 'c')));
  BOOST_TEST(!is_header(std::string(257, 'a'), "c"));
}

BOOST_AUTO_TEST_SUITE_END()
