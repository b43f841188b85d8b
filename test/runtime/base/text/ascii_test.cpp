// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/ascii.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using troupe::fits_pattern;
using troupe::to_lower;

BOOST_AUTO_TEST_SUITE(ascii)

BOOST_AUTO_TEST_CASE(letters_become_small_and_nothing_else_does) {
  BOOST_TEST(to_lower("Content-TYPE@[") == "content-type@[");
  BOOST_TEST(to_lower("\xC3\x84\xFF") == "\xC3\x84\xFF"); // beyond ASCII
  BOOST_TEST(to_lower("").empty());
}

BOOST_AUTO_TEST_CASE(a_star_stands_for_any_characters) {
  for (const auto* text : {"", "a", "a.b", "*"})
    BOOST_TEST(fits_pattern("*", text), text);
  for (const auto* text : {"ab", "axb", "abab", "a*b"})
    BOOST_TEST(fits_pattern("a*b", text), text);
  for (const auto* text : {"", "a", "b", "ba", "abc", "xab"})
    BOOST_TEST(!fits_pattern("a*b", text), text);
  BOOST_TEST(fits_pattern("*.example:*", "a.b.example:80"));
  BOOST_TEST(fits_pattern("a*b*b", "abb"));
  BOOST_TEST(!fits_pattern("a*b*b", "ab")); // no character counts twice
  BOOST_TEST(fits_pattern("a**", "a"));
  BOOST_TEST(!fits_pattern("aba*aba", "aba"));
}

BOOST_AUTO_TEST_CASE(without_a_star_a_pattern_is_a_text) {
  BOOST_TEST(fits_pattern("a.b", "a.b"));
  BOOST_TEST(!fits_pattern("a.b", "a.bc"));
  BOOST_TEST(!fits_pattern("", "a"));
  BOOST_TEST(fits_pattern("", ""));
}

BOOST_AUTO_TEST_CASE(patterns_of_many_stars_take_no_time) {
  std::string pattern;
  for (int i = 0; i < 200; ++i)
    pattern += "*a";
  BOOST_TEST(!fits_pattern(pattern + "b", std::string(20'000, 'a')));
}

BOOST_AUTO_TEST_SUITE_END()
