// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/base64.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe;

namespace {

std::string decoded(std::string_view text) {
  std::string bytes;
  return decode_base64(text, bytes) ? bytes : "no base64";
}

} // namespace

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(writes_both_alphabets) {
  BOOST_TEST(to_base64("\xfb\xff\xfe") == "+//+");
  BOOST_TEST(to_base64url("\xfb\xff\xfe") == "-__-");
  BOOST_TEST(to_base64("a") == "YQ==");
  BOOST_TEST(to_base64url("a") == "YQ");
  BOOST_TEST(to_base64url("a", true) == "YQ==");
  BOOST_TEST(to_base64url("ab", true) == "YWI=");
  BOOST_TEST(to_base64url("abc", true) == "YWJj");
}

BOOST_AUTO_TEST_CASE(reads_both_alphabets_padded_or_not) {
  BOOST_TEST(decoded("") == "");
  BOOST_TEST(decoded("YQ==") == "a");
  BOOST_TEST(decoded("YQ") == "a");
  BOOST_TEST(decoded("YWI=") == "ab");
  BOOST_TEST(decoded("YWI") == "ab");
  BOOST_TEST(decoded("+//+") == "\xfb\xff\xfe");
  BOOST_TEST(decoded("-__-") == "\xfb\xff\xfe");
}

BOOST_AUTO_TEST_CASE(refuses_everything_else) {
  for (const char* text :
       {"Y",
        "YQ=",
        "YQ===",
        "=",
        "====",
        "YW Jj",
        "YWJj\n",
        "YQ..",
        "Y$==",
        "\xc3\xa9\xc3\xa9",
        "+_==",
        "YQ==YQ=="})
    BOOST_TEST(decoded(text) == "no base64", text);
}

BOOST_AUTO_TEST_CASE(gives_back_all_bytes) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    BOOST_TEST(decoded(to_base64(bytes)) == bytes);
    BOOST_TEST(decoded(to_base64url(bytes)) == bytes);
  }
}

BOOST_AUTO_TEST_SUITE_END()
