// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/payload/payload_support.hpp"

#include <troupe/payload/json.hpp>

#include <boost/test/unit_test.hpp>

#include <deque>
#include <limits>
#include <list>
#include <map>
#include <set>
#include <unordered_map>

using namespace std::literals;
using troupe::from_json;
using troupe::to_json;
using troupe::test::payload_error_of;

namespace json_test_types {

enum class language { english, french, spanish = 7 };
enum class color : signed char { red, green };
BOOST_DESCRIBE_ENUM(color, red, green)

struct hello_input {
  std::string name;
  language lang = language::english;
  bool operator==(const hello_input&) const = default;
};
BOOST_DESCRIBE_STRUCT(hello_input, (), (name, lang))

struct base {
  int id = 0;
  bool operator==(const base&) const = default;
};
BOOST_DESCRIBE_STRUCT(base, (), (id))

struct everything : base {
  bool flag = false;
  std::optional<std::string> nickname;
  std::vector<hello_input> items;
  std::map<std::string, int> counts;
  std::variant<int, std::string, hello_input> choice;
  std::pair<int, std::string> both;
  color paint = color::red;
  bool operator==(const everything&) const = default;
};
BOOST_DESCRIBE_STRUCT(everything, (base), (flag, nickname, items, counts, choice, both, paint))

struct tree {
  std::string label;
  std::vector<tree> children;
  std::unique_ptr<tree> next;
};
BOOST_DESCRIBE_STRUCT(tree, (), (label, children, next))

class hidden {
public:
  hidden() = default;
  explicit hidden(int value) : value_(value) {}
  [[nodiscard]] int value() const { return value_; }

private:
  int value_ = 0;
  BOOST_DESCRIBE_CLASS(hidden, (), (), (), (value_))
};

struct nothing {
  bool operator==(const nothing&) const = default;
};
BOOST_DESCRIBE_STRUCT(nothing, (), ())

struct celsius {
  double degrees = 0;
};

struct inner_defaults {
  double ratio = 0.5;
};
BOOST_DESCRIBE_STRUCT(inner_defaults, (), (ratio))

struct lenient {
  std::string name;
  int count = 3;
  std::vector<int> items;
  int plain;
  inner_defaults inner;
};
BOOST_DESCRIBE_STRUCT(lenient, (), (name, count, items, plain, inner))

struct demanding {
  std::string id;
  int count = 3;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(demanding, (), (id, count, note))

struct choosy {
  std::string id;
  int count = 9;
};
BOOST_DESCRIBE_STRUCT(choosy, (), (id, count))

struct choosy_child : choosy {
  int extra = 1;
};
BOOST_DESCRIBE_STRUCT(choosy_child, (choosy), (extra))

struct twig;
struct left_twig {
  std::vector<twig> in;
  int a = 0;
};
struct right_twig {
  std::vector<twig> in;
  std::string a;
};
struct twig {
  std::variant<left_twig, right_twig> is;
};
BOOST_DESCRIBE_STRUCT(left_twig, (), (in, a))
BOOST_DESCRIBE_STRUCT(right_twig, (), (in, a))
BOOST_DESCRIBE_STRUCT(twig, (), (is))

} // namespace json_test_types

template <>
inline constexpr bool troupe::json_enum_names<json_test_types::color> = true;

template <>
inline constexpr auto troupe::json_required<json_test_types::demanding> = troupe::every_member;
template <>
inline constexpr auto troupe::json_required<json_test_types::choosy> = troupe::members("id");

template <>
struct troupe::json_traits<json_test_types::celsius> {
  static void write(json_writer& out, const json_test_types::celsius& value) {
    out.string(std::to_string(static_cast<int>(value.degrees)) + "C");
  }
  static void read(json_reader& in, json_test_types::celsius& value) {
    value.degrees = std::stod(std::string{in.read_string()});
  }
};

using namespace json_test_types;

namespace {

template <class T>
void check_both_ways(const T& value, std::string_view text) {
  BOOST_TEST(to_json(value) == text);
  BOOST_TEST((from_json<T>(text) == value), text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(carries_the_plain_types_both_ways) {
  check_both_ways(true, "true");
  check_both_ways(false, "false");
  check_both_ways(-12, "-12");
  check_both_ways("Grüße, 世界 🎭"s, "\"Grüße, 世界 🎭\"");
  check_both_ways(std::monostate{}, "null");
  check_both_ways(language::spanish, "7");
  check_both_ways(color::green, "\"green\"");
  check_both_ways(std::optional<int>{}, "null");
  check_both_ways(std::optional<int>{3}, "3");
  BOOST_TEST(to_json("literal") == "\"literal\"");
  BOOST_TEST(to_json("view"sv) == "\"view\"");
}

BOOST_AUTO_TEST_CASE(keeps_all_64_bits_of_integers) {
  check_both_ways(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
  check_both_ways(std::numeric_limits<std::int64_t>::max(), "9223372036854775807");
  check_both_ways(std::numeric_limits<std::uint64_t>::max(), "18446744073709551615");
  check_both_ways(std::int64_t{9007199254740993}, "9007199254740993");
  check_both_ways(std::int8_t{-128}, "-128");
  check_both_ways(std::uint8_t{255}, "255");
  BOOST_TEST(from_json<int>("-0") == 0);
  BOOST_TEST(from_json<unsigned>("-0") == 0u);
}

BOOST_AUTO_TEST_CASE(refuses_numbers_that_do_not_fit) {
  BOOST_TEST(
      payload_error_of([] { return from_json<std::int8_t>("128"); })
      == "expected number from -128 to 127, got number 128");
  BOOST_TEST(
      payload_error_of([] { return from_json<std::uint32_t>("-1"); })
      == "expected number from 0 to 4294967295, got number -1");
  BOOST_TEST(
      payload_error_of([] { return from_json<std::int64_t>("9223372036854775808"); })
      == "expected number from -9223372036854775808 to 9223372036854775807, got number "
         "9223372036854775808");
  BOOST_TEST(
      payload_error_of([] { return from_json<std::uint64_t>("18446744073709551616"); })
      == "expected number from 0 to 18446744073709551615, got number 18446744073709551616");
  BOOST_TEST(
      payload_error_of([] { return from_json<int>("1.5"); })
      == "expected whole number, got number 1.5");
  BOOST_TEST(
      payload_error_of([] { return from_json<int>("1e3"); })
      == "expected whole number, got number 1e3");
  BOOST_TEST(
      payload_error_of([] { return from_json<double>("1e400"); })
      == "expected number within the range of floating point, got number 1e400");
  BOOST_TEST(
      payload_error_of([] { return from_json<float>("1e39"); })
      == "expected number within the range of floating point, got number 1e39");
}

BOOST_AUTO_TEST_CASE(writes_the_shortest_real_that_reads_back_the_same) {
  check_both_ways(0.1, "0.1");
  check_both_ways(1.0, "1.0");
  check_both_ways(-0.0, "-0.0");
  check_both_ways(1e300, "1e+300");
  check_both_ways(5e-324, "5e-324");
  check_both_ways(0.1f, "0.1");
  check_both_ways(std::numeric_limits<double>::max(), "1.7976931348623157e+308");
  BOOST_TEST(from_json<double>("3") == 3.0);
  BOOST_TEST(from_json<double>("1e-999") == 0.0);
  BOOST_TEST(
      payload_error_of([] { return to_json(std::numeric_limits<double>::quiet_NaN()); })
      == "JSON has no NaN");
  BOOST_TEST(
      payload_error_of(
          [] { return to_json(std::vector{1.0, std::numeric_limits<double>::infinity()}); })
      == "at [1]: JSON has no infinity");
}

BOOST_AUTO_TEST_CASE(escapes_only_what_must_be_escaped) {
  check_both_ways(
      "\"\\\b\f\n\r\t\x01\x1f\x7f/é"s, "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/é\"");
  check_both_ways(std::string{"a\0b", 3}, "\"a\\u0000b\"");
  BOOST_TEST(from_json<std::string>(R"("\u00e9\u4e16\ud83c\udfad\/\u0041")") == "é世🎭/A");
}

BOOST_AUTO_TEST_CASE(refuses_text_that_is_not_utf8_in_both_directions) {
  for (const auto* bad :
       {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf", "\xf5\x80\x80\x80", "ok\x80"}) {
    BOOST_TEST(
        payload_error_of([&] { return to_json(std::string{bad}); })
        == "the text is not valid UTF-8");
    BOOST_TEST(
        payload_error_of([&] { return from_json<std::string>("\"" + std::string{bad} + "\""); })
        == "malformed JSON: the text is not valid UTF-8");
  }
  BOOST_TEST(
      payload_error_of([] { return to_json(hello_input{"\xff", language::english}); })
      == "at .name: the text is not valid UTF-8");
  BOOST_TEST(
      payload_error_of([] {
        return to_json(
            std::map<std::string, std::vector<hello_input>>{{"a b", {{}, {"\xff", {}}}}});
      })
      == "at [\"a b\"][1].name: the text is not valid UTF-8");
}

BOOST_AUTO_TEST_CASE(carries_containers_both_ways) {
  check_both_ways(std::vector<int>{}, "[]");
  check_both_ways(std::vector<int>{1, 2, 3}, "[1,2,3]");
  check_both_ways(std::vector<bool>{true, false}, "[true,false]");
  check_both_ways(std::list<std::string>{"a"}, R"(["a"])");
  check_both_ways(std::deque<double>{1.5}, "[1.5]");
  check_both_ways(std::set<int>{2, 1}, "[1,2]");
  check_both_ways(std::array<int, 2>{4, 5}, "[4,5]");
  check_both_ways(std::pair{1, "x"s}, R"([1,"x"])");
  check_both_ways(std::tuple{1, "x"s, true}, R"([1,"x",true])");
  check_both_ways(std::tuple<>{}, "[]");
  check_both_ways(std::map<std::string, int>{{"a", 1}, {"b", 2}}, R"({"a":1,"b":2})");
  check_both_ways(std::unordered_map<std::string, std::vector<int>>{{"k", {1}}}, R"({"k":[1]})");
  check_both_ways(std::vector<std::optional<int>>{1, std::nullopt}, "[1,null]");
}

BOOST_AUTO_TEST_CASE(carries_bytes_inside_json_as_base64) {
  using bytes = std::vector<std::uint8_t>;
  check_both_ways(bytes{}, "\"\"");
  check_both_ways(bytes{1}, "\"AQ==\"");
  check_both_ways(bytes{1, 2}, "\"AQI=\"");
  check_both_ways(bytes{0xfb, 0xff, 0xfe}, "\"+//+\"");
  check_both_ways(std::vector<std::byte>{std::byte{0x41}}, "\"QQ==\"");
  BOOST_TEST((from_json<bytes>("\"-__-\"") == bytes{0xfb, 0xff, 0xfe}));
  BOOST_TEST((from_json<bytes>("\"AQ\"") == bytes{1}));
  for (const auto* bad : {"\"A\"", "\"A===\"", "\"====\"", "\"A!==\"", "\"AQ==AQ==\""})
    BOOST_TEST(payload_error_of([&] {
                 return from_json<bytes>(bad);
               }).starts_with("expected base64 text, got string"));
}

BOOST_AUTO_TEST_CASE(refuses_arrays_of_another_length) {
  using pair = std::pair<int, int>;
  BOOST_TEST(
      payload_error_of([] { return from_json<pair>("[1]"); })
      == "the array is too short: expected 2 elements");
  BOOST_TEST(
      payload_error_of([] { return from_json<pair>("[1,2,3]"); })
      == "at [2]: the array is too long: expected 2 elements");
  BOOST_TEST(
      (from_json<std::tuple<int, std::optional<int>, std::optional<int>>>("[1]")
       == std::tuple<int, std::optional<int>, std::optional<int>>{1, {}, {}}));
}

BOOST_AUTO_TEST_CASE(carries_described_structs_with_bases_and_nesting) {
  everything value;
  value.id = 42;
  value.flag = true;
  value.nickname = "bob";
  value.items = {{"a", language::french}, {"b", language::english}};
  value.counts = {{"x", 1}};
  value.choice = hello_input{"c", language::spanish};
  value.both = {7, "seven"};
  value.paint = color::green;
  check_both_ways(
      value,
      R"({"id":42,"flag":true,"nickname":"bob","items":[{"name":"a","lang":1},{"name":"b","lang":0}],)"
      R"("counts":{"x":1},"choice":{"name":"c","lang":7},"both":[7,"seven"],"paint":"green"})");
  check_both_ways(nothing{}, "{}");
  BOOST_TEST((from_json<nothing>(R"({"a":{}})") == nothing{}));
  BOOST_TEST(
      payload_error_of([] { return from_json<nothing>("[]"); }) == "expected object, got array");
  BOOST_TEST(to_json(hidden{5}) == R"({"value_":5})");
  BOOST_TEST(from_json<hidden>(R"({"value_":5})").value() == 5);
}

BOOST_AUTO_TEST_CASE(takes_members_in_any_order_and_ignores_unknown_ones) {
  const hello_input expected{"x", language::french};
  BOOST_TEST((from_json<hello_input>(R"({"lang":1,"name":"x"})") == expected));
  BOOST_TEST((
      from_json<hello_input>(
          R"( { "new" : {"deep":[1,{"a":null}],"s":"}\"]"}, "lang" : 1 , "n":-1.5e3, "name" : "x", "b":true } )")
      == expected));
  BOOST_TEST((from_json<hello_input>(R"({"name":"first","lang":1,"name":"x"})") == expected));
  BOOST_TEST((from_json<hello_input>(R"({"n\u0061me":"x","lang":1})") == expected));
}

BOOST_AUTO_TEST_CASE(members_left_out_keep_their_defaults) {
  const auto bare = from_json<lenient>("{}");
  BOOST_TEST(bare.name == "");
  BOOST_TEST(bare.count == 3);
  BOOST_TEST(bare.plain == 0);
  BOOST_TEST(bare.items.empty());
  BOOST_TEST(bare.inner.ratio == 0.5);
  // In any order, and inside of others.
  const auto all = from_json<std::vector<lenient>>(
      R"([{"items":[1]},{"plain":7,"name":"x"},{"inner":{},"count":4}])");
  BOOST_TEST(all[0].items.size() == 1);
  BOOST_TEST(all[0].count == 3);
  BOOST_TEST(all[1].plain == 7);
  BOOST_TEST(all[1].count == 3);
  BOOST_TEST(all[2].count == 4);
  BOOST_TEST(all[2].inner.ratio == 0.5);
}

BOOST_AUTO_TEST_CASE(says_which_required_member_is_missing) {
  BOOST_TEST(
      payload_error_of([] { return from_json<demanding>("{}"); })
      == "at .id: the member is missing");
  BOOST_TEST(
      payload_error_of([] { return from_json<demanding>(R"({"count":1})"); })
      == "at .id: the member is missing");
  BOOST_TEST(
      payload_error_of(
          [] { return from_json<std::vector<demanding>>(R"([{"id":"a","count":1},{"id":"b"}])"); })
      == "at [1].count: the member is missing");
  // What may be null may be missing, even if all members are required.
  BOOST_TEST(!from_json<demanding>(R"({"id":"a","count":1})").note.has_value());

  BOOST_TEST(from_json<choosy>(R"({"id":"a"})").count == 9);
  BOOST_TEST(
      payload_error_of([] { return from_json<choosy>(R"({"count":1})"); })
      == "at .id: the member is missing");
  // A base's statement holds for what is derived from it.
  BOOST_TEST(from_json<choosy_child>(R"({"id":"a"})").extra == 1);
  BOOST_TEST(
      payload_error_of([] { return from_json<choosy_child>(R"({"extra":2})"); })
      == "at .id: the member is missing");
}

BOOST_AUTO_TEST_CASE(reads_null_as_an_empty_list_set_or_map) {
  BOOST_TEST(from_json<std::vector<int>>("null").empty());
  BOOST_TEST(from_json<std::list<std::string>>("null").empty());
  BOOST_TEST(from_json<std::set<int>>("null").empty());
  BOOST_TEST((from_json<std::map<std::string, int>>("null").empty()));
  BOOST_TEST(from_json<std::vector<std::uint8_t>>("null").empty());
  BOOST_TEST(from_json<lenient>(R"({"name":"x","items":null,"count":4})").count == 4);
  BOOST_TEST((from_json<std::vector<std::vector<int>>>("[[1],null,[2]]")[1].empty()));
  // What says that it may be null keeps telling the two apart.
  BOOST_TEST(!from_json<std::optional<std::vector<int>>>("null").has_value());
  BOOST_TEST(from_json<std::optional<std::vector<int>>>("[]").has_value());
  // Nothing else is empty.
  for (const auto* text : {"nul", "nullx"})
    BOOST_CHECK_THROW((void)from_json<std::vector<int>>(text), troupe::payload_error);
  BOOST_TEST(
      payload_error_of([] { return from_json<lenient>("null"); }) == "expected object, got null");
  BOOST_TEST(
      payload_error_of([] { return from_json<std::array<int, 2>>("null"); })
      == "expected array, got null");
  BOOST_TEST(
      payload_error_of([] { return from_json<int>("null"); }) == "expected number, got null");
}

BOOST_AUTO_TEST_CASE(says_where_value_and_type_differ) {
  const auto hello = [](const char* text) {
    return payload_error_of([&] { return from_json<hello_input>(text); });
  };
  BOOST_TEST(
      hello(R"({"name":"a","lang":"fr"})") == R"(at .lang: expected number, got string "fr")");
  BOOST_TEST(hello(R"({"name":null,"lang":1})") == "at .name: expected string, got null");
  BOOST_TEST(hello(R"({"name":true,"lang":1})") == "at .name: expected string, got true");
  BOOST_TEST(hello(R"({"name":{},"lang":1})") == "at .name: expected string, got object");
  BOOST_TEST(hello(R"({"name":-12,"lang":1})") == "at .name: expected string, got number -12");
  BOOST_TEST(hello("[]") == "expected object, got array");
  BOOST_TEST(hello("\"x\"") == "expected object, got string \"x\"");
  const auto nested = [](const char* text) {
    return payload_error_of(
        [&] { return from_json<std::map<std::string, std::vector<hello_input>>>(text); });
  };
  BOOST_TEST(
      nested(R"({"a":[],"odd key":[{"name":"x","lang":1},{"name":1}]})")
      == R"(at ["odd key"][1].name: expected string, got number 1)");
  BOOST_TEST(
      payload_error_of([] { return from_json<color>("\"blue\""); })
      == R"(expected one of red, green, got string "blue")");
  BOOST_TEST(
      payload_error_of([] { return from_json<bool>("1"); }) == "expected boolean, got number 1");
  BOOST_TEST(
      payload_error_of([] { return from_json<int>("\"" + std::string(100, 'x') + "\""); })
      == "expected number, got string \"" + std::string(60, 'x') + "...\"");
}

BOOST_AUTO_TEST_CASE(writes_no_enum_value_without_a_name) {
  BOOST_TEST(
      payload_error_of([] { return to_json(static_cast<color>(9)); })
      == "JSON has no form for a value of the enum without a name");
  BOOST_TEST((from_json<language>("99") == static_cast<language>(99)));
  BOOST_TEST(payload_error_of([] {
               return from_json<language>("99999999999");
             }).starts_with("expected number from -2147483648 to 2147483647"));
}

BOOST_AUTO_TEST_CASE(reads_a_variant_as_the_first_alternative_that_fits) {
  using choice = std::variant<
      std::monostate,
      bool,
      std::int8_t,
      std::int64_t,
      std::string,
      std::vector<int>,
      hello_input,
      base>;
  check_both_ways(choice{}, "null");
  check_both_ways(choice{true}, "true");
  check_both_ways(choice{std::int8_t{5}}, "5");
  check_both_ways(choice{std::int64_t{500}}, "500");
  check_both_ways(choice{"text"s}, "\"text\"");
  check_both_ways(choice{std::vector{1, 2}}, "[1,2]");
  check_both_ways(choice{hello_input{"x", language::french}}, R"({"name":"x","lang":1})");
  check_both_ways(choice{base{9}}, R"({"id":9})");
  check_both_ways(std::vector<choice>{base{9}, true}, R"([{"id":9},true])");
  using two = std::variant<hello_input, base>;
  BOOST_TEST(
      payload_error_of([] { return from_json<two>("1"); })
      == "expected one of the variant's alternatives, got number 1");
  BOOST_TEST(payload_error_of([] {
               return from_json<std::variant<std::vector<int>, std::vector<std::string>>>(R"([1,)");
             }).starts_with("malformed JSON"));
}

BOOST_AUTO_TEST_CASE(a_variant_prefers_the_alternative_of_which_nothing_is_missing) {
  using two = std::variant<hello_input, base>;
  BOOST_TEST((from_json<two>(R"({"id":1})").index() == 1));
  BOOST_TEST((from_json<two>(R"({"name":"x","lang":1})").index() == 0));
  // None is whole: then the first that fits.
  BOOST_TEST((from_json<two>(R"({"name":"x"})").index() == 0));
  // Nested: the outer choice is made with all that lies inside.
  using outer = std::variant<std::vector<hello_input>, std::vector<base>>;
  BOOST_TEST((from_json<outer>(R"([{"id":1},{"id":2}])").index() == 1));
  BOOST_TEST((from_json<outer>(R"([{"name":"x"}])").index() == 0));
}

BOOST_AUTO_TEST_CASE(gives_up_on_variants_that_would_take_exponential_time) {
  // Each level fits neither alternative because of its last member, so every one is read twice.
  std::string text = "[]";
  for (int level = 0; level < 60; ++level)
    text = R"([{"is":{"in":)" + text + R"(,"a":{}}}])";
  const auto problem = payload_error_of([&] { return from_json<std::vector<twig>>(text); });
  BOOST_TEST(problem.find("there are too many ways to read it") != problem.npos, problem);
}

BOOST_AUTO_TEST_CASE(reads_long_lists_of_variants_that_are_tried_often) {
  using choice = std::variant<demanding, choosy_child, std::vector<int>, std::string, base>;
  std::string text = "[";
  for (int i = 0; i < 20'000; ++i)
    text += (i == 0 ? "" : ",") + std::string{R"({"id":7})"};
  const auto all = from_json<std::vector<choice>>(text + "]");
  BOOST_TEST(all.size() == 20'000);
  BOOST_TEST(all.back().index() == 4);
}

BOOST_AUTO_TEST_CASE(writes_no_deeper_than_it_reads) {
  const auto nested = [](std::size_t levels) {
    tree value;
    for (std::size_t level = 1; level < levels; ++level) {
      auto outer = std::make_unique<tree>();
      outer->next = std::make_unique<tree>(std::move(value));
      value = std::move(*outer);
    }
    return value;
  };
  // Each level is an object; the innermost holds an empty array besides.
  const auto deepest = to_json(nested(troupe::json_reader::max_depth - 1));
  BOOST_TEST(to_json(from_json<tree>(deepest)) == deepest);
  for (const std::size_t levels : {std::size_t{513}, std::size_t{20'000}})
    BOOST_TEST(payload_error_of([&] {
                 return to_json(nested(levels));
               }).ends_with("nested deeper than 512 levels"));
}

BOOST_AUTO_TEST_CASE(carries_recursive_types_through_pointers) {
  tree value{.label = "a", .children = {}, .next = nullptr};
  value.children.emplace_back().label = "b";
  value.next = std::make_unique<tree>();
  const auto text =
      R"({"label":"a","children":[{"label":"b","children":[],"next":null}],"next":{"label":"","children":[],"next":null}})";
  BOOST_TEST(to_json(value) == text);
  BOOST_TEST(to_json(from_json<tree>(text)) == text);
  BOOST_TEST(from_json<tree>(R"({"label":"x","children":[]})").next == nullptr);
  BOOST_TEST(*from_json<std::shared_ptr<int>>("7") == 7);
}

BOOST_AUTO_TEST_CASE(bounds_the_nesting_of_recursive_types) {
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += R"({"label":"","children":[)";
  BOOST_TEST(
      payload_error_of([&] { return from_json<tree>(text); }).find("nested too deeply")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(keeps_json_of_unknown_shape_as_text) {
  using troupe::json_value;
  check_both_ways(json_value{R"({ "a": [1, "x"] })"}, R"({ "a": [1, "x"] })");
  BOOST_TEST(
      (from_json<std::vector<json_value>>(R"([ 1 , {"b":2} ])")
       == std::vector<json_value>{{"1"}, {R"({"b":2})"}}));
  BOOST_TEST(
      payload_error_of([] { return to_json(json_value{"{"}); }).starts_with("malformed JSON"));
  BOOST_TEST(
      payload_error_of([] { return to_json(json_value{"1,2"}); }).starts_with("malformed JSON"));
}

BOOST_AUTO_TEST_CASE(lets_types_write_and_read_themselves) {
  BOOST_TEST(to_json(std::vector{celsius{20}}) == R"(["20C"])");
  BOOST_TEST(from_json<std::vector<celsius>>(R"(["21C"])")[0].degrees == 21);
  BOOST_TEST(
      payload_error_of([] { return from_json<std::vector<celsius>>("[1]"); })
      == "at [0]: expected string, got number 1");
}

BOOST_AUTO_TEST_SUITE_END()
