// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/json_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

BOOST_AUTO_TEST_SUITE(json_text)

BOOST_AUTO_TEST_CASE(escapes_what_a_json_string_cannot_hold) {
  BOOST_TEST(quote_json("say \"hi\"\\\n\r\t") == R"("say \"hi\"\\\n\r\t")");
  BOOST_TEST(quote_json(std::string_view{"\0\x1b\x1f", 3}) == R"("\u0000\u001b\u001f")");
  BOOST_TEST(quote_json("h\u00e9") == "\"h\u00e9\"");
  BOOST_TEST(quote_json("") == "\"\"");
}

BOOST_AUTO_TEST_CASE(escapes_what_a_terminal_would_obey) {
  BOOST_TEST(quote_json("\x7F\xC2\x9B\xE2\x80\xA8") == R"("\u007f\u009b\u2028")");
}

BOOST_AUTO_TEST_CASE(replaces_bytes_that_are_no_utf8) {
  BOOST_TEST(quote_json("h\u00e9 \xff\"") == "\"h\u00e9 \xef\xbf\xbd\\\"\"");
}

BOOST_AUTO_TEST_SUITE_END()
