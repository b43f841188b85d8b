// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection/toml_file.hpp"

#include <troupe/connection.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>

using namespace troupe;

namespace {

std::string error_of(const std::string& text) {
  try {
    (void)rpc::parse_toml(text, "conf.toml");
  } catch (const connection_error& failed) {
    return failed.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string repeat(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += text;
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(toml_file)

BOOST_AUTO_TEST_CASE(says_where_text_is_no_utf8) {
  BOOST_TEST(error_of("a = \"\xFF\"\n") == "cannot read conf.toml: line 1, column 6: not UTF-8");
  BOOST_TEST(
      error_of("a = 1\nb = \"x\xC3") == "cannot read conf.toml: line 2, column 7: not UTF-8");
  BOOST_TEST(error_of("a = 1\n# \xE4\xB8") == "cannot read conf.toml: line 2, column 3: not UTF-8");
  BOOST_TEST(contains(
      error_of("\xFF\xFE"
               "a\0=\0"),
      "not UTF-8"));
  BOOST_TEST(contains(error_of(std::string{"a = 1\0", 6}), "line 1, column 6: a NUL"));
  BOOST_TEST(
      error_of("\xEF\xBB\xBF"
               "a = \"h\xC3\xA9\"\n")
      == "");
}

BOOST_AUTO_TEST_CASE(refuses_depth_before_it_costs_the_stack) {
  const std::size_t much = 100'000;
  for (const auto& deep :
       {"a = " + repeat("[", much),
        "a = " + repeat("[", much) + repeat("]", much),
        "a = " + repeat("{b=", much) + "1" + repeat("}", much),
        "a" + repeat(".a", much) + " = 1\n",
        "[a" + repeat(".a", much) + "]\n",
        "[[a" + repeat(".a", much) + "]]\n",
        "a = " + repeat("[\n", much),
        "a" + repeat(".\"a\"", much) + " = 1\n"})
    BOOST_TEST(contains(error_of(deep), "nested too deeply"), deep.substr(0, 30));
  BOOST_TEST(error_of("a = " + repeat("[", 400) + repeat("]", 400) + "\n") == "");
  BOOST_TEST(error_of("a" + repeat(".a", 400) + " = 1\n") == "");
}

BOOST_AUTO_TEST_CASE(brackets_in_strings_and_comments_are_not_depth) {
  const auto many = repeat("[", 1000);
  BOOST_TEST(error_of("a = \"" + many + "\\\"" + many + "\"\n") == "");
  BOOST_TEST(error_of("a = '" + many + "'\n") == "");
  BOOST_TEST(error_of("a = \"\"\"\n" + many + "\n\"" + many + "\"\"\"\n") == "");
  BOOST_TEST(error_of("a = '''" + many + "\n'" + many + "'''\n") == "");
  BOOST_TEST(error_of("# " + many + "\na = 1\n") == "");
  BOOST_TEST(error_of("a = 1.5\n" + repeat("[[b]]\nc = 1.5\nd = [1.5, 2.5]\n", 600)) == "");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_too_large) {
  BOOST_TEST(contains(error_of("a = \"" + repeat("x", 1'100'000) + "\"\n"), "larger than"));
}

BOOST_AUTO_TEST_CASE(cites_nothing_of_the_file) {
  for (const auto* bad :
       {"key = secret\n",
        "key = \"secret\n",
        "key = \"\\qsecret\"\n",
        "key = \"secret\"\nkey = \"secret\"\n",
        "secret\n",
        "= secret\n",
        "[secret\n",
        "[a]\nb = 1\n[a]\nb = secret\n",
        "key = 1979-99-99secret\n",
        "key = 0xsecret\n",
        "key = \"\"\"secret\n"}) {
    const auto text = error_of(bad);
    BOOST_TEST(text.starts_with("cannot read conf.toml: "), text);
    BOOST_TEST(!contains(text, "secret"), text);
  }
  BOOST_TEST(
      error_of("a = 1\nkey = secret\n").starts_with("cannot read conf.toml: line 2, column "));
}

BOOST_AUTO_TEST_CASE(any_end_of_a_file_is_an_error_or_a_value) {
  const std::string whole =
      "[profile.default]\naddress = \"h\xC3\xA9:1\" # c\ntls = { a = [1, 2.5, '''x'''] }\n";
  for (std::size_t length = 0; length <= whole.size(); ++length)
    for (const auto* end : {"", "\xFF", "\xC3", "\"", "[", "\\"})
      BOOST_TEST(error_of(whole.substr(0, length) + end).size() < 200);
}

BOOST_AUTO_TEST_SUITE_END()
