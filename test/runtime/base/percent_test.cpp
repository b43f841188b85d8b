// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/percent.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

namespace {

std::string encoded(std::string_view text, std::string_view also_plain = {}) {
  std::string out;
  append_percent_encoded(out, text, also_plain);
  return out;
}

std::string decoded(std::string_view text, plus_sign plus = plus_sign::plus) {
  return percent_decoded(text, plus).value_or("broken");
}

} // namespace

BOOST_AUTO_TEST_SUITE(percent)

BOOST_AUTO_TEST_CASE(escapes_all_but_letters_digits_and_four_marks) {
  BOOST_TEST(encoded("aZ09-_.~") == "aZ09-_.~");
  BOOST_TEST(encoded("a b/c?d%e+f") == "a%20b%2Fc%3Fd%25e%2Bf");
  BOOST_TEST(encoded("\u00e9") == "%C3%A9");
  BOOST_TEST(encoded("") == "");
}

BOOST_AUTO_TEST_CASE(leaves_more_plain_in_a_path_segment) {
  BOOST_TEST(encoded("a$&+=:@/;", plain_in_path_segment) == "a$&+=:@%2F%3B");
}

BOOST_AUTO_TEST_CASE(takes_escapes_back) {
  BOOST_TEST(decoded("a%20b%2fc%2Fd") == "a b/c/d");
  BOOST_TEST(decoded("a+b") == "a+b");
  BOOST_TEST(decoded("a+b%2B", plus_sign::space) == "a b+");
  BOOST_TEST(decoded("%C3%A9") == "\u00e9");
  std::string all;
  for (int c = 1; c < 128; ++c)
    all += static_cast<char>(c);
  BOOST_TEST(decoded(encoded(all)) == all);
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
