// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/json_value.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::protocol;

namespace {

std::string rewritten(std::string_view text, json_style style = {}) {
  const auto value = parse_json(text);
  return value ? write_json(*value, style) : "no JSON";
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_value)

BOOST_AUTO_TEST_CASE(writes_what_it_read_without_spaces) {
  BOOST_TEST(
      rewritten(" { \"b\" : [ 1 , null , true ] , \"a\" : { } } ")
      == R"({"b":[1,null,true],"a":{}})");
  for (const auto* same : {"null", "true", "false", "\"x\"", "0", "-1.5e+3", "[]", "{}", "[[[]]]"})
    BOOST_TEST(rewritten(same) == same);
}

BOOST_AUTO_TEST_CASE(keeps_every_digit_of_a_number) {
  BOOST_TEST(
      rewritten("[12345678901234567890123,18446744073709551615,1.10]")
      == "[12345678901234567890123,18446744073709551615,1.10]");
}

BOOST_AUTO_TEST_CASE(halves_of_characters_read_as_in_go) {
  const std::string sign = "\xEF\xBF\xBD";
  BOOST_TEST(rewritten(R"("a\ud800b")") == "\"a" + sign + "b\"");
  BOOST_TEST(rewritten(R"("\uDC00\udfff")") == '"' + sign + sign + '"');
  BOOST_TEST(rewritten(R"("\ud800\ud800\udc00")") == '"' + sign + "\xF0\x90\x80\x80\"");
  BOOST_TEST(rewritten(R"("\\ud800")") == R"("\\ud800")");
  BOOST_TEST(rewritten(R"({"\udbff":1})") == "{\"" + sign + "\":1}");
  BOOST_TEST(rewritten("\"a\xFF\"") == "\"a" + sign + '"');
  BOOST_TEST(rewritten(R"("\ud8")") == "no JSON");
}

BOOST_AUTO_TEST_CASE(sorts_names_and_escapes_html_where_asked) {
  BOOST_TEST(
      rewritten(R"({"b":{"d":1,"c":"<&>"},"a":2})", {.sort_names = true, .escape_html = true})
      == R"({"a":2,"b":{"c":"\u003c\u0026\u003e","d":1}})");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_exactly_one_value) {
  for (const auto* bad : {"",        " ",        "1 2", "1,2", "1],[2", "]",    "{",       "[1",
                          "{\"a\"}", "{\"a\":}", "tru", "nul", "01",    "1.",   ".5",      "+1",
                          "-",       "1e",       "\"x", "'x'", "{a:1}", "[1,]", "\"\\q\"", "\x01"})
    BOOST_TEST(!parse_json(bad).has_value(), "taken: " << bad);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_nested_deeper_than_any_reader_here_goes) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  BOOST_TEST(rewritten(nested(512)) == nested(512));
  for (const std::size_t levels : {513, 100'000})
    BOOST_TEST(!parse_json(nested(levels)).has_value());
  std::string objects;
  for (int i = 0; i < 100'000; ++i)
    objects += "{\"a\":";
  BOOST_TEST(!parse_json(objects).has_value());
}

BOOST_AUTO_TEST_CASE(counts_what_lies_in_one_another_and_not_in_strings) {
  BOOST_TEST(json_depth("1") == 0U);
  BOOST_TEST(json_depth(R"("[[\"[")") == 0U);
  BOOST_TEST(json_depth(R"({"a":[],"b":[{"[{":"]"}],"c":{}})") == 3U);
  BOOST_TEST(json_depth(std::string(100'000, '[')) == 100'000U);
  BOOST_TEST(json_depth("]]][") == 1U);
}

BOOST_AUTO_TEST_CASE(flattens_to_paths_of_scalars) {
  std::string all;
  flatten_json(
      *parse_json(R"({"a":{"b":[1,{"c":"x"}]},"d":null,"e":{},"f":[]})"),
      "",
      [&](const auto& path, const auto& text) { all += path + '=' + text + ' '; });
  BOOST_TEST(all == "a.b[0]=1 a.b[1].c=x d=<nil> f=[] ");
}

BOOST_AUTO_TEST_CASE(indents_with_two_spaces_and_keeps_empty_ones_together) {
  BOOST_TEST(
      indent_json(R"({"a":[1,{}],"b":"{,}"})")
      == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"{,}\"\n}");
}

BOOST_AUTO_TEST_SUITE_END()
