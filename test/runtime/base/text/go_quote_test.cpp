// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/go_quote.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(go_quote)

BOOST_AUTO_TEST_CASE(quotes_as_go_does) {
  using troupe::quote_as_go;
  BOOST_TEST(quote_as_go("") == R"("")");
  BOOST_TEST(quote_as_go("a 'b' \"c\" \\d") == R"("a 'b' \"c\" \\d")");
  BOOST_TEST(quote_as_go("\a\b\t\n\v\f\r") == R"("\a\b\t\n\v\f\r")");
  BOOST_TEST(quote_as_go("a\0b\x1f\x7f"sv) == R"("a\x00b\x1f\x7f")");
  BOOST_TEST(quote_as_go("\u00e9\u4e2d") == "\"\u00e9\u4e2d\"");
  BOOST_TEST(quote_as_go("\u0085\u2028") == R"("\u0085\u2028")");
}

BOOST_AUTO_TEST_SUITE_END()
