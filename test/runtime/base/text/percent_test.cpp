// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/percent.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

namespace {

std::string segment(std::string_view text) {
  std::string out;
  append_path_segment(out, text);
  return out;
}

std::string value(std::string_view text) {
  std::string out;
  append_query_value(out, text);
  return out;
}

std::string decoded(std::string_view text) {
  return path_segment_text(text).value_or("broken");
}

} // namespace

BOOST_AUTO_TEST_SUITE(percent)

BOOST_AUTO_TEST_CASE(escapes_what_a_path_segment_may_not_hold) {
  BOOST_TEST(segment("aZ09-_.~$&+=:@") == "aZ09-_.~$&+=:@");
  BOOST_TEST(segment("a b/c?d%e;f,g") == "a%20b%2Fc%3Fd%25e%3Bf%2Cg");
  BOOST_TEST(segment("\u00e9\"") == "%C3%A9%22");
  BOOST_TEST(segment("") == "");
}

BOOST_AUTO_TEST_CASE(escapes_more_in_the_value_of_a_query) {
  BOOST_TEST(value("aZ09-_.~") == "aZ09-_.~");
  BOOST_TEST(value("a b&c=d+e:@$/") == "a+b%26c%3Dd%2Be%3A%40%24%2F");
}

BOOST_AUTO_TEST_CASE(takes_escapes_back) {
  BOOST_TEST(decoded("a%20b%2fc%2Fd") == "a b/c/d");
  BOOST_TEST(decoded("a+b") == "a+b");
  BOOST_TEST(query_value_text("a+b%2B").value_or("broken") == "a b+");
  BOOST_TEST(decoded("%C3%A9") == "\u00e9");
  std::string all;
  for (int c = 1; c < 128; ++c)
    all += static_cast<char>(c);
  BOOST_TEST(decoded(segment(all)) == all);
  BOOST_TEST(query_value_text(value(all)).value_or("broken") == all);
}

BOOST_AUTO_TEST_CASE(refuses_broken_escapes) {
  for (const char* text : {"%", "%4", "a%", "%zz", "%4g", "100%", "%%41"})
    BOOST_TEST(decoded(text) == "broken", text);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_utf8_behind_the_escapes) {
  for (const char* text : {"%ff", "a%C3", "%C3%28", "%ed%a0%80", "\xff", "%E4%B8"})
    BOOST_TEST(decoded(text) == "broken", text);
}

BOOST_AUTO_TEST_SUITE_END()
