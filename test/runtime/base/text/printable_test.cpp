// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/printable.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

// The function has the name of the suite, so the suite's namespace needs one around it.
namespace base_test {

BOOST_AUTO_TEST_SUITE(printable)

BOOST_AUTO_TEST_CASE(leaves_what_people_write) {
  for (const auto* text :
       {"",
        "plain",
        "h\xC3\xA9llo \xE4\xB8\xAD \xF0\x9F\x98\x80",
        "\\n",
        "\"quoted\"",
        "\xC2\xA0"}) {
    BOOST_TEST(troupe::printable(text) == text);
    BOOST_TEST(is_printable(text));
  }
}

BOOST_AUTO_TEST_CASE(escapes_what_moves_the_cursor) {
  const std::pair<std::string, std::string> rows[] = {
      {"a\x1B[2Jb", "a\\u001b[2Jb"},
      {"a\rb", "a\\rb"},
      {"a\nb", "a\\nb"},
      {"a\tb", "a\\tb"},
      {std::string{"a\0b", 3}, "a\\u0000b"},
      {"\x7F", "\\u007f"},
      {"\xC2\x80\xC2\x9B"
       "31m\xC2\x9F",
       "\\u0080\\u009b31m\\u009f"},
      {"\xE2\x80\xA8\xE2\x80\xA9", "\\u2028\\u2029"},
      {"\xE2\x80\xAE"
       "x\xE2\x81\xA9",
       "\\u202ex\\u2069"}};
  for (const auto& [text, shown] : rows) {
    BOOST_TEST(troupe::printable(text) == shown);
    BOOST_TEST(!is_printable(text));
  }
}

BOOST_AUTO_TEST_CASE(a_byte_that_is_no_character_becomes_one_sign) {
  BOOST_TEST(troupe::printable("h\xC3\xA9\xFFllo\x1B") == "h\xC3\xA9\xEF\xBF\xBDllo\\u001b");
  BOOST_TEST(!is_printable("\xFF"));
}

BOOST_AUTO_TEST_CASE(keeps_line_breaks_where_lines_are_meant) {
  BOOST_TEST(
      troupe::printable("at f\n\tat g\r\n\x1B", line_breaks::keep) == "at f\n\tat g\\r\n\\u001b");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace base_test
