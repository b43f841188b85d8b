// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/utf8.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace troupe;

namespace {

const std::string replacement = "\xef\xbf\xbd";

} // namespace

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(one_bad_byte_becomes_one_replacement_and_leaves_its_neighbours_alone) {
  BOOST_TEST(to_valid_utf8("h\u00e9llo \u4e2d \xff!") == "h\u00e9llo \u4e2d " + replacement + "!");
  BOOST_TEST(to_valid_utf8("\xff\u4e2d\xfe") == replacement + "\u4e2d" + replacement);
  BOOST_TEST(to_valid_utf8("a\xe4\xb8") == "a" + replacement + replacement); // a cut character
  BOOST_TEST(to_valid_utf8("\xe4\u00e9") == replacement + "\u00e9");
}

BOOST_AUTO_TEST_CASE(valid_text_stays_as_it_is) {
  for (const std::string text :
       {"",
        "plain",
        "\u00e9\u4e2d\U0001f600",
        "\u0080\u07ff\u0800\uffff\U00010000\U0010ffff",
        "\ud7ff\ue000"})
    BOOST_TEST(to_valid_utf8(text) == text);
  BOOST_TEST(to_valid_utf8(std::string{"a\0b", 3}) == (std::string{"a\0b", 3}));
}

BOOST_AUTO_TEST_CASE(overlong_forms_surrogates_and_what_lies_beyond_unicode_are_replaced) {
  for (const std::string text :
       {"\xc0\x80",
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xed\xa0\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80"}) {
    std::string all;
    for (std::size_t i = 0; i < text.size(); ++i)
      all += replacement;
    BOOST_TEST(to_valid_utf8(text) == all);
  }
}

BOOST_AUTO_TEST_CASE(the_result_is_valid_whatever_the_bytes_were) {
  std::mt19937 random{17};
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes(random() % 24, '\0');
    for (char& c : bytes)
      // Many of the bytes that matter, not only of all 256.
      c = static_cast<char>(
          "\x41\x80\xbf\xc2\xe0\xe4\xed\xf0\xf4\xff\x9f\xa0\x8f\x90"[random() % 14]);
    const auto was_valid = is_utf8(bytes);
    const auto repaired = to_valid_utf8(bytes);
    BOOST_REQUIRE(is_utf8(repaired));
    BOOST_REQUIRE(was_valid == (repaired == bytes));
  }
}

BOOST_AUTO_TEST_CASE(cuts_between_characters) {
  const std::string text = "a\u00e9\u4e2d\U0001f600"; // 1, 2, 3 and 4 bytes
  const std::size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t most = 0; most < std::size(ends); ++most)
    BOOST_TEST(cut_utf8(text, most) == text.substr(0, ends[most]), most);
  // No character to be kept whole.
  BOOST_TEST(cut_utf8("\x80\x80\x80\x80\x80\x80", 5).size() == 5);
}

BOOST_AUTO_TEST_CASE(an_excerpt_is_valid_and_says_that_it_was_cut) {
  BOOST_TEST(excerpt("short", 10) == "short");
  BOOST_TEST(excerpt("\u4e2d\u4e2d", 4) == "\u4e2d...");
  BOOST_TEST(
      excerpt(
          "a\xff"
          "b",
          10)
      == "a" + replacement + "b");
}

BOOST_AUTO_TEST_SUITE_END()
