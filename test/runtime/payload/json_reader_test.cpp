// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/payload/payload_support.hpp"

#include <troupe/payload/json.hpp>

#include <boost/test/unit_test.hpp>

using reader = troupe::json_reader;
using troupe::test::payload_error_of;

namespace {

// What is wrong with the text when nobody looks at its parts, so that all of it is only skipped.
std::string skip_error(std::string_view text) {
  return payload_error_of([&] {
    reader in{text};
    in.skip();
    in.finish();
    return 0;
  });
}

std::string read_raw(std::string_view text) {
  reader in{text};
  std::string value{in.raw()};
  in.finish();
  return value;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_reader)

BOOST_AUTO_TEST_CASE(skips_every_valid_value) {
  for (const auto* valid :
       {"null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "-1.5",
        "1e5",
        "1E+5",
        "1.25e-7",
        "\"\"",
        "\"a\\u0000\\ud83c\\udfad\"",
        "[]",
        "{}",
        "[[],{}]",
        "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"\"}",
        " \t\r\n[ 1 , 2 ] \n",
        "[\"a]\",\"}\"]",
        "[\"\\\\\"]",
        "{\"\":0}",
        "123456789012345678901234567890"})
    BOOST_TEST(skip_error(valid) == "no payload_error", valid);
}

BOOST_AUTO_TEST_CASE(lets_no_malformed_text_pass_even_where_it_is_skipped) {
  for (const std::string malformed :
       {"",
        " ",
        "nul",
        "nulll",
        "True",
        "tru",
        "falsey",
        "NaN",
        "Infinity",
        "-",
        "+1",
        "01",
        "-01",
        "1.",
        ".5",
        "1.e1",
        "1e",
        "1e+",
        "0x10",
        "1a",
        "1\"a\"",
        "--1",
        "\"",
        "\"abc",
        "'a'",
        "\"a\"b",
        "\"a\"\"b\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "\"\n\"",
        "\"\x01\"",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,,2]",
        "[1}",
        "{",
        "}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "{\"a\"::1}",
        "{\"a\":1]",
        "{\"a\":1 \"b\":2}",
        "1 2",
        "{}{}",
        "[] []",
        "null,",
        "1,",
        "/* c */1",
        "1//",
        "\xef\xbb\xbf"
        "1",
        "\"\xff\"",
        "\xff",
        "[1,2,tru]",
        "{\"a\":nul}",
        "{\"\\q\":1}",
        "\\",
        ",",
        ":",
        "[:]",
        "\"\\",
        "\"\\\"",
        "\x7f",
        "a"})
    BOOST_TEST(
        skip_error(malformed).starts_with("malformed JSON"),
        malformed + " -> " + skip_error(malformed));
  BOOST_TEST(skip_error(std::string_view{"1\0", 2}).starts_with("malformed JSON"));
  BOOST_TEST(skip_error(std::string_view{"\0", 1}).starts_with("malformed JSON"));
}

BOOST_AUTO_TEST_CASE(says_at_which_byte_the_text_is_malformed) {
  BOOST_TEST(skip_error("[1 2]") == "malformed JSON at byte 3: expected ',' or ']'");
  BOOST_TEST(skip_error("{\"a\":1 2}") == "malformed JSON at byte 7: expected ',' or '}'");
  BOOST_TEST(skip_error("{\"a\" 1}") == "malformed JSON at byte 5: expected ':'");
  BOOST_TEST(skip_error("[1,") == "malformed JSON at its end: expected a value");
  BOOST_TEST(skip_error("true false") == "malformed JSON at byte 5: something follows the value");
  BOOST_TEST(skip_error("[01]") == "malformed JSON at byte 1: not a number");
  BOOST_TEST(skip_error("") == "malformed JSON at its end: there is no value");
  BOOST_TEST(skip_error("\"abc") == "malformed JSON at byte 0: a string is not closed");
  BOOST_TEST(
      skip_error("[\"a\nb\"]") == "malformed JSON at byte 3: a control character in a string");
}

BOOST_AUTO_TEST_CASE(checks_every_prefix_and_every_changed_byte_without_harm) {
  const std::string text =
      R"({"name":"a\u00e9\n","list":[1,-2.5e3,true,null,{"k":"v"}],"deep":[[[]]]})";
  for (std::size_t i = 0; i < text.size(); ++i)
    BOOST_TEST(skip_error(text.substr(0, i)).starts_with("malformed JSON"), i);
  for (std::size_t i = 0; i < text.size(); ++i)
    for (int byte = 0; byte < 256; ++byte) {
      auto changed = text;
      changed[i] = static_cast<char>(byte);
      (void)skip_error(changed);
    }
  BOOST_TEST(skip_error(text) == "no payload_error");
}

BOOST_AUTO_TEST_CASE(bounds_the_nesting_it_follows) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  BOOST_TEST(skip_error(nested(reader::max_depth)) == "no payload_error");
  BOOST_TEST(
      skip_error(nested(reader::max_depth + 1)) == "malformed JSON at byte 512: nested too deeply");
  BOOST_TEST(
      skip_error(std::string(1'000'000, '[')) == "malformed JSON at byte 512: nested too deeply");
}

BOOST_AUTO_TEST_CASE(gives_the_text_of_a_value) {
  BOOST_TEST(read_raw(" [ 1, {\"a\": \"b\" } ] ") == "[ 1, {\"a\": \"b\" } ]");
  BOOST_TEST(read_raw("  \"x\"  ") == "\"x\"");
  BOOST_TEST(read_raw("12") == "12");
}

BOOST_AUTO_TEST_CASE(goes_back_to_a_marked_place) {
  reader in{R"([[1,2],{"a":3}])"};
  in.begin_array();
  BOOST_TEST(in.next_element());
  const auto start = in.position();
  in.begin_array();
  BOOST_TEST(in.next_element());
  BOOST_TEST(in.read_int64() == 1);
  in.rewind(start);
  BOOST_TEST(in.raw() == "[1,2]");
  BOOST_TEST(in.next_element());
  in.skip();
  BOOST_TEST(!in.next_element());
  in.finish();
}

BOOST_AUTO_TEST_CASE(goes_back_over_any_depth) {
  for (const std::size_t depth : {1u, 14u, 15u, 16u, 17u, 100u, 500u}) {
    const auto inner = std::string(depth, '[') + "1" + std::string(depth, ']');
    const auto text = "[0," + inner + ",2]";
    reader in{text};
    in.begin_array();
    BOOST_TEST(in.next_element());
    in.skip();
    BOOST_TEST(in.next_element());
    const auto start = in.position();
    std::string place = "[1]";
    for (std::size_t i = 0; i < depth; ++i, place += "[0]") {
      in.begin_array();
      BOOST_TEST(in.next_element());
    }
    BOOST_TEST(
        payload_error_of([&] { return in.read_bool(); })
        == "at " + place + ": expected boolean, got number 1");
    in.rewind(start);
    BOOST_TEST(in.raw() == inner);
    BOOST_TEST(in.next_element());
    BOOST_TEST(in.read_int64() == 2);
    BOOST_TEST(!in.next_element());
    in.finish();
  }
}

BOOST_AUTO_TEST_CASE(reads_texts_of_every_size_around_that_of_its_own_room) {
  for (std::size_t size = 0; size < 1100; ++size) {
    const std::string text(size, 'x');
    reader in{"[\"" + text + "\",12,\"" + text + "\\n\"]"};
    in.begin_array();
    BOOST_TEST(in.next_element());
    BOOST_TEST((in.read_string() == text));
    BOOST_TEST(in.next_element());
    BOOST_TEST(in.read_int64() == 12);
    BOOST_TEST(in.next_element());
    BOOST_TEST((in.read_string() == text + "\n"));
    BOOST_TEST(!in.next_element());
    in.finish();
    BOOST_TEST(skip_error("\"" + text).starts_with("malformed JSON"));
    BOOST_TEST(skip_error("[\"" + text + "\",1").starts_with("malformed JSON"));
  }
}

BOOST_AUTO_TEST_CASE(reads_texts_into_strings_that_held_others) {
  for (std::size_t size = 0; size < 40; ++size)
    for (const std::size_t before : {0u, 3u, 15u, 16u, 1000u})
      for (const auto& text : {std::string(size, 'x'), std::string(size, '\n')}) {
        std::string escaped;
        for (const char c : text)
          escaped += c == '\n' ? "\\n" : "x";
        for (const auto& [prefix, suffix] : {std::pair{"\"", "\""}, {" [ \"", "\",1]"}}) {
          reader in{prefix + escaped + suffix};
          if (in.peek() == troupe::json_kind::array) {
            in.begin_array();
            BOOST_TEST(in.next_element());
          }
          std::string to(before, '.');
          in.read_string(to);
          BOOST_TEST((to == text && to.c_str()[size] == '\0'));
        }
      }
  reader in{"1"};
  std::string to = "untouched";
  BOOST_CHECK_THROW(in.read_string(to), troupe::payload_error);
  BOOST_TEST(to == "untouched");
}

BOOST_AUTO_TEST_CASE(may_be_used_while_another_one_is) {
  reader outer{R"(["outer\n",1])"};
  outer.begin_array();
  BOOST_TEST(outer.next_element());
  const auto text = outer.read_string();
  reader inner{R"(["inner\t"])"};
  inner.begin_array();
  BOOST_TEST(inner.next_element());
  BOOST_TEST(inner.read_string() == "inner\t");
  BOOST_TEST(text == "outer\n");
  BOOST_TEST(outer.next_element());
  BOOST_TEST(outer.read_int64() == 1);
}

BOOST_AUTO_TEST_CASE(reads_large_documents_after_small_ones) {
  for (const std::size_t size : {10u, 100'000u, 10u, 3'000'000u, 10u}) {
    const std::string text(size, 'x');
    reader in{"[\"" + text + "\",\"\\n" + text + "\"]"};
    in.begin_array();
    BOOST_TEST(in.next_element());
    BOOST_TEST((in.read_string() == text));
    BOOST_TEST(in.next_element());
    BOOST_TEST(in.read_string().size() == size + 1);
    BOOST_TEST(!in.next_element());
    in.finish();
  }
}

BOOST_AUTO_TEST_SUITE_END()
