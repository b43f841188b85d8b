// SPDX-License-Identifier: Apache-2.0
// Damaged and rearranged documents: simdjson's DOM parser, which shares nothing with our reader but
// the check of UTF-8, says which of them are JSON.
#include "test/runtime/payload/payload_support.hpp"

#include <troupe/payload/json.hpp>

#include <boost/test/unit_test.hpp>
#include <simdjson.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <vector>

using troupe::from_json;
using troupe::to_json;
using troupe::test::payload_error_of;

namespace json_judge_types {

struct part {
  std::int64_t id = 0;
  std::string name;
  double price = 0;
  std::vector<std::string> tags;
  bool stock = false;
  std::optional<std::uint8_t> size;
  bool operator==(const part&) const = default;
};
BOOST_DESCRIBE_STRUCT(part, (), (id, name, price, tags, stock, size))

struct whole {
  std::string a_rather_long_title;
  std::vector<part> parts;
  std::variant<std::int64_t, std::string, part> choice;
  std::map<std::string, std::vector<bool>> flags;
  bool operator==(const whole&) const = default;
};
BOOST_DESCRIBE_STRUCT(whole, (), (a_rather_long_title, parts, choice, flags))

} // namespace json_judge_types

template <>
inline constexpr auto troupe::json_required<json_judge_types::part> = troupe::every_member;

using namespace json_judge_types;

namespace {

bool is_json(const std::string& text) {
  static simdjson::dom::parser parser;
  simdjson::dom::element root;
  return parser.parse(text).get(root) == simdjson::SUCCESS;
}

std::string skip_error(const std::string& text) {
  return payload_error_of([&] {
    troupe::json_reader in{text};
    in.skip();
    in.finish();
    return 0;
  });
}

// All that may be asked of any text: it is skipped if and only if it is JSON, and is read as a
// value only if it is.
void check(const std::string& text) {
  const bool valid = is_json(text);
  const auto skipped = skip_error(text);
  if (valid != (skipped == "no payload_error"))
    BOOST_ERROR((valid ? "JSON: " : "not JSON: ") << text << " -> " << skipped);
  if (!valid && !skipped.starts_with("malformed JSON"))
    BOOST_ERROR(text << " -> " << skipped);
  if (!valid) {
    if (payload_error_of([&] { return from_json<whole>(text); }) == "no payload_error")
      BOOST_ERROR("is no JSON but was read as a value: " << text);
    if (payload_error_of([&] { return from_json<std::map<std::string, double>>(text); })
        == "no payload_error")
      BOOST_ERROR("is no JSON but was read as a map: " << text);
  }
}

whole sample() {
  return {
      .a_rather_long_title = "Grüße\n\"x\" \\ y",
      .parts =
          {{.id = 1,
            .name = "a",
            .price = 12.5,
            .tags = {"red", "green"},
            .stock = true,
            .size = 7},
           {.id = -20'000'000, .name = "", .price = 0.1, .tags = {}, .stock = false, .size = {}}},
      .choice =
          part{
              .id = 3,
              .name = "name of fifteen",
              .price = 1,
              .tags = {""},
              .stock = false,
              .size = {}},
      .flags = {{"a", {true, false}}, {"odd key \t", {}}}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_judge)

BOOST_AUTO_TEST_CASE(agrees_about_every_prefix_and_suffix) {
  const auto text = to_json(sample());
  BOOST_TEST((from_json<whole>(text) == sample()));
  for (std::size_t i = 0; i <= text.size(); ++i) {
    check(text.substr(0, i));
    check(text.substr(i));
  }
}

BOOST_AUTO_TEST_CASE(agrees_about_every_changed_byte) {
  const auto text = to_json(sample());
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const char byte :
         std::string_view{"\0\x1f \n\t\"\\/{}[]:,0159-+.eEtfnulrsax\x7f\x80\xc3\xff", 36}) {
      auto changed = text;
      changed[i] = byte;
      check(changed);
      changed = text;
      changed.insert(i, 1, byte);
      check(changed);
    }
}

BOOST_AUTO_TEST_CASE(agrees_about_every_text_of_few_tokens) {
  const std::vector<std::string> tokens{
      "{", "}", "[", "]", ",", ":", "\"\"", "\"k\"", "0", "-1.5", "true", "null", "x", "\"\\", " "};
  const auto extend = [&](auto& self, const std::string& text, int more) -> void {
    check(text);
    if (more != 0)
      for (const auto& token : tokens)
        self(self, text + token, more - 1);
  };
  extend(extend, "", 4);
  extend(extend, "[[", 3);
  extend(extend, "{\"k\":", 3);
  extend(extend, "[1,{\"k\":[", 3);
}

BOOST_AUTO_TEST_CASE(agrees_about_documents_with_several_damages) {
  const auto text = to_json(sample());
  std::mt19937 random{5};
  for (int i = 0; i < 20'000; ++i) {
    auto changed = text;
    const auto damages = 1 + random() % 4;
    for (std::size_t damage = 0; damage < damages && !changed.empty(); ++damage) {
      const auto at = random() % changed.size();
      const auto other = random() % changed.size();
      switch (random() % 4) {
      case 0: std::swap(changed[at], changed[other]); break;
      case 1: changed.erase(at, 1 + random() % 8); break;
      case 2: changed.insert(at, changed.substr(other, random() % 12)); break;
      default: changed[at] = changed[other];
      }
    }
    check(changed);
  }
}

BOOST_AUTO_TEST_CASE(reads_the_same_with_blanks_anywhere_between_the_tokens) {
  const auto text = to_json(sample());
  bool in_string = false;
  std::string spread;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = i != 0 && in_string && text[i - 1] == '\\';
    if (text[i] == '"' && !escaped)
      in_string = !in_string;
    const bool is_token =
        !in_string && std::string_view{"{}[]:,"}.find(text[i]) != std::string_view::npos;
    if (is_token) {
      // Only here, so that one place at a time leaves the quick path.
      auto once = text;
      once.insert(i, " \t");
      BOOST_TEST((from_json<whole>(once) == sample()), once);
      once = text;
      once.insert(i + 1, "\r\n");
      BOOST_TEST((from_json<whole>(once) == sample()), once);
    }
    spread += is_token ? std::string{" \n"} + text[i] + "\t\r" : std::string{text[i]};
  }
  BOOST_TEST((from_json<whole>(spread) == sample()), spread);
  BOOST_TEST((from_json<whole>(" " + text + "\n") == sample()));
}

BOOST_AUTO_TEST_CASE(reads_members_in_every_order_with_some_missing_or_unknown_or_twice) {
  const part expected{
      .id = 4, .name = "n", .price = 2.5, .tags = {"t"}, .stock = true, .size = std::nullopt};
  std::vector<std::string> members{
      R"("id":4)",
      R"("n\u0061me":"n")",
      R"("price":2.5)",
      R"("tags":["t"])",
      R"("stock":true)",
      R"("siz":{"id":9})"};
  std::vector<int> order{0, 1, 2, 3, 4, 5};
  do {
    std::string text;
    for (const auto i : order)
      text += (text.empty() ? "{" : ",") + members[static_cast<std::size_t>(i)];
    BOOST_TEST((from_json<part>(text + "}") == expected), text);
    BOOST_TEST((from_json<part>(text + R"(,"size":null,"id":4})") == expected), text);
    for (std::size_t left = 0; left < 5; ++left) {
      std::string fewer;
      for (const auto i : order)
        if (static_cast<std::size_t>(i) != left)
          fewer += (fewer.empty() ? "{" : ",") + members[static_cast<std::size_t>(i)];
      static constexpr const char* names[]{"id", "name", "price", "tags", "stock"};
      BOOST_TEST(
          payload_error_of([&] { return from_json<part>(fewer + "}"); })
          == std::string{"at ."} + names[left] + ": the member is missing");
    }
  } while (std::ranges::next_permutation(order).found);
}

BOOST_AUTO_TEST_CASE(takes_no_name_that_only_begins_like_an_expected_one) {
  for (const auto* text :
       {R"({"id":1,"names":"n"})", R"({"id":1,"nam":"n"})", R"({"id":1,"name" :"n"x)"})
    BOOST_TEST(payload_error_of([&] { return from_json<part>(text); }) != "no payload_error");
  BOOST_TEST(
      payload_error_of([] { return from_json<part>(R"("id":1)"); })
      == "expected object, got string \"id\"");
  // Nothing is entered where no object is.
  troupe::json_reader in{R"("id":1)"};
  BOOST_TEST(!in.try_member(R"("id":)"));
  troupe::json_reader array{R"(["id":1])"};
  array.begin_array();
  BOOST_TEST(!array.try_member(R"("id":)"));
}

BOOST_AUTO_TEST_CASE(says_where_the_quick_path_fails) {
  const auto problem = [](std::string_view wrong, std::string_view right) {
    auto text = to_json(sample());
    text.replace(text.find(right), right.size(), wrong);
    return payload_error_of([&] { return from_json<whole>(text); });
  };
  BOOST_TEST(problem("[1,", R"(["red",)") == "at .parts[0].tags[0]: expected string, got number 1");
  BOOST_TEST(problem("12", "true") == "at .parts[0].stock: expected boolean, got number 12");
  BOOST_TEST(problem("tru", "true").starts_with("malformed JSON at byte"));
  BOOST_TEST(
      problem("1e1", "-20000000") == "at .parts[1].id: expected whole number, got number 1e1");
  BOOST_TEST(
      problem("256", "7") == "at .parts[0].size: expected number from 0 to 255, got number 256");
  BOOST_TEST(problem("[],", "12.5,") == "at .parts[0].price: expected number, got array");
  BOOST_TEST(
      problem("[0]}", "[]}") == R"(at .flags["odd key \t"][0]: expected boolean, got number 0)");
}

BOOST_AUTO_TEST_SUITE_END()
