// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/payload/payload_support.hpp"

#include <troupe/payload/data_converter.hpp>
#include <troupe/payload/json.hpp>

#include <boost/test/unit_test.hpp>

#include <map>

using namespace std::literals;
using namespace troupe;
using troupe::test::payload_error_of;

namespace json_naming_types {

struct address {
  std::string street_name;
  int house_number = 1;
  bool operator==(const address&) const = default;
};
BOOST_DESCRIBE_STRUCT(address, (), (street_name, house_number))

struct customer {
  static constexpr auto json_naming = naming::camel_case;
  std::string user_id;
  std::vector<address> known_addresses;
  std::optional<std::string> short_note;
  bool operator==(const customer&) const = default;
};
BOOST_DESCRIBE_STRUCT(customer, (), (user_id, known_addresses, short_note))

// Of somebody else, so described and stated beside it.
struct foreign {
  int first_value = 0;
  int second_value = 0;
  bool operator==(const foreign&) const = default;
};
BOOST_DESCRIBE_STRUCT(foreign, (), (first_value, second_value))

struct renamed_base {
  static constexpr auto json_names = renamed({{"id", "@id"}});
  int id = 0;
  int count = 0;
  bool operator==(const renamed_base&) const = default;
};
BOOST_DESCRIBE_STRUCT(renamed_base, (), (id, count))

struct mixed_base {
  static constexpr auto json_naming = naming::pascal_case;
  int base_value = 0;
  int other_value = 0;
};
BOOST_DESCRIBE_STRUCT(mixed_base, (), (base_value, other_value))

struct mixed : mixed_base {
  static constexpr auto json_naming = naming::kebab_case;
  static constexpr auto json_names = renamed({{"other_value", "Other"}, {"own_value", "own"}});
  int own_value = 0;
  int last_value = 0;
};
BOOST_DESCRIBE_STRUCT(mixed, (mixed_base), (own_value, last_value))

struct quiet_derived : mixed_base {
  int own_value = 0;
};
BOOST_DESCRIBE_STRUCT(quiet_derived, (mixed_base), (own_value))

class account {
public:
  static constexpr auto json_naming = naming::camel_case;
  static constexpr auto json_required = members("holder_");
  [[nodiscard]] const std::string& holder() const { return holder_; }

private:
  std::string holder_;
  int open_since_ = 2000;
  BOOST_DESCRIBE_CLASS(account, (), (), (), (holder_, open_since_))
};

struct exact {
  static constexpr auto json_naming = naming::camel_case;
  static constexpr bool json_refuse_unknown = true;
  static constexpr auto json_required = every_member;
  int first_value = 0;
  std::optional<int> second_value;
};
BOOST_DESCRIBE_STRUCT(exact, (), (first_value, second_value))

struct nothing_at_all {
  static constexpr bool json_refuse_unknown = true;
};
BOOST_DESCRIBE_STRUCT(nothing_at_all, (), ())

enum class level { very_low, medium, very_high };
BOOST_DESCRIBE_ENUM(level, very_low, medium, very_high)
enum class answer { yes, no };
BOOST_DESCRIBE_ENUM(answer, yes, no)
enum class language { arabic = 1, chinese, english };
BOOST_DESCRIBE_ENUM(language, arabic, chinese, english)
enum class rights : unsigned { none = 0, read = 1, write = 2 };
BOOST_DESCRIBE_ENUM(rights, none, read, write)
enum class narrow : std::uint8_t { one = 1 };

struct speaker {
  std::string name;
  std::vector<language> speaks;
  rights may = rights::none;
  std::int16_t age = 0;
};
BOOST_DESCRIBE_STRUCT(speaker, (), (name, speaks, may, age))

struct version_1 {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(version_1, (), (id))
struct version_2 {
  std::string id;
  int amount = 1;
  std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(version_2, (), (id, amount, tags))

} // namespace json_naming_types

template <>
inline constexpr auto troupe::json_naming<json_naming_types::foreign> = troupe::naming::pascal_case;
template <>
inline constexpr auto troupe::json_names<json_naming_types::foreign> =
    troupe::renamed({{"second_value", "2nd"}});
template <>
inline constexpr auto troupe::json_naming<json_naming_types::level> =
    troupe::naming::upper_snake_case;
template <>
inline constexpr auto troupe::json_names<json_naming_types::answer> =
    troupe::renamed({{"yes", "Y"}, {"no", "N"}});
template <>
inline constexpr bool troupe::json_open_enum<json_naming_types::rights> = true;

using namespace json_naming_types;

namespace {

std::string spelled(naming how, std::string_view name) {
  std::string to(detail::most_spelled(name.size()), '?');
  to.resize(static_cast<std::size_t>(detail::spell(how, name, to.data()) - to.data()));
  return to;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_naming)

BOOST_AUTO_TEST_CASE(spells_names_as_each_style_does) {
  const struct {
    std::string_view written, camel, pascal, snake, upper, kebab;
  } rows[] = {
      {"user_id", "userId", "UserId", "user_id", "USER_ID", "user-id"},
      {"name", "name", "Name", "name", "NAME", "name"},
      {"userId", "userId", "UserId", "user_id", "USER_ID", "user-id"},
      {"UserId", "userId", "UserId", "user_id", "USER_ID", "user-id"},
      {"ID", "id", "ID", "id", "ID", "id"},
      {"HTTPServer", "httpServer", "HTTPServer", "http_server", "HTTP_SERVER", "http-server"},
      {"a_b_c", "aBC", "ABC", "a_b_c", "A_B_C", "a-b-c"},
      {"line_2", "line2", "Line2", "line_2", "LINE_2", "line-2"},
      {"line2text", "line2text", "Line2text", "line2text", "LINE2TEXT", "line2text"},
      {"value_", "value", "Value", "value", "VALUE", "value"},
      {"__deep__value", "deepValue", "DeepValue", "deep_value", "DEEP_VALUE", "deep-value"},
      {"_", "_", "_", "_", "_", "_"},
      {"größe_x", "größeX", "GrößeX", "größe_x", "GRößE_X", "größe-x"},
  };
  for (const auto& row : rows) {
    BOOST_TEST(spelled(naming::as_written, row.written) == row.written);
    BOOST_TEST(spelled(naming::camel_case, row.written) == row.camel);
    BOOST_TEST(spelled(naming::pascal_case, row.written) == row.pascal);
    BOOST_TEST(spelled(naming::snake_case, row.written) == row.snake);
    BOOST_TEST(spelled(naming::upper_snake_case, row.written) == row.upper);
    BOOST_TEST(spelled(naming::kebab_case, row.written) == row.kebab);
  }
}

BOOST_AUTO_TEST_CASE(a_type_says_how_its_members_are_spelled) {
  const customer value{"u-1", {{"Main", 7}}, std::nullopt};
  // The type's word holds for its own members, not for those of what it holds.
  const auto* text =
      R"({"userId":"u-1","knownAddresses":[{"street_name":"Main","house_number":7}],"shortNote":null})";
  BOOST_TEST(to_json(value) == text);
  BOOST_TEST((from_json<customer>(text) == value));
  BOOST_TEST((
      from_json<customer>(R"({"shortNote":"x","more":1,"userId":"u"})") == customer{"u", {}, "x"}));
  // The name in C++ is no name in JSON.
  BOOST_TEST(from_json<customer>(R"({"user_id":"u"})").user_id == "");
  BOOST_TEST(
      payload_error_of([] { return from_json<customer>(R"({"userId":1})"); })
      == "at .userId: expected string, got number 1");
  BOOST_TEST(
      payload_error_of([] { return to_json(customer{"\xff", {}, {}}); })
      == "at .userId: the text is not valid UTF-8");
}

BOOST_AUTO_TEST_CASE(single_names_go_before_the_style) {
  BOOST_TEST(to_json(foreign{1, 2}) == R"({"FirstValue":1,"2nd":2})");
  BOOST_TEST((from_json<foreign>(R"({"2nd":2,"FirstValue":1})") == foreign{1, 2}));
  BOOST_TEST(to_json(renamed_base{1, 2}) == R"({"@id":1,"count":2})");
  BOOST_TEST((from_json<renamed_base>(R"({"@id":1,"count":2})") == renamed_base{1, 2}));
}

BOOST_AUTO_TEST_CASE(a_struct_has_the_last_word_on_what_it_inherits) {
  BOOST_TEST(to_json(mixed{}) == R"({"base-value":0,"Other":0,"own":0,"last-value":0})");
  // Without a word of its own it follows its base.
  BOOST_TEST(to_json(quiet_derived{}) == R"({"BaseValue":0,"OtherValue":0,"OwnValue":0})");
  BOOST_TEST(from_json<mixed>(R"({"Other":3})").other_value == 3);
}

BOOST_AUTO_TEST_CASE(required_members_are_named_as_in_cpp_and_missed_as_in_json) {
  BOOST_TEST(
      payload_error_of([] { return from_json<account>(R"({"openSince":1})"); })
      == "at .holder: the member is missing");
  BOOST_TEST(from_json<account>(R"({"holder":"ann"})").holder() == "ann");
  BOOST_TEST(
      to_json(from_json<account>(R"({"holder":"ann"})")) == R"({"holder":"ann","openSince":2000})");
  BOOST_TEST(
      payload_error_of([] { return from_json<exact>("{}"); })
      == "at .firstValue: the member is missing");
  BOOST_TEST(from_json<exact>(R"({"firstValue":1})").first_value == 1);
}

BOOST_AUTO_TEST_CASE(a_converter_says_how_the_members_of_all_types_are_spelled) {
  const json_options dot_net{.naming = naming::pascal_case};
  const address value{"Main", 7};
  const auto* text = R"({"StreetName":"Main","HouseNumber":7})";
  BOOST_TEST(to_json(value, dot_net) == text);
  BOOST_TEST((from_json<address>(text, dot_net) == value));
  BOOST_TEST(
      (from_json<address>(R"({"x":[],"HouseNumber":7,"StreetName":"Main"})", dot_net) == value));
  BOOST_TEST((from_json<address>(R"({"street_name":"Main"})", dot_net) == address{}));
  // What a type says itself stays; the rest is spelled at every depth.
  BOOST_TEST(
      to_json(customer{"u", {value}, {}}, dot_net)
      == R"({"userId":"u","knownAddresses":[{"StreetName":"Main","HouseNumber":7}],"shortNote":null})");
  BOOST_TEST(to_json(renamed_base{1, 2}, dot_net) == R"({"@id":1,"Count":2})");
  BOOST_TEST((from_json<renamed_base>(R"({"@id":1,"Count":2})", dot_net) == renamed_base{1, 2}));
  BOOST_TEST((from_json<renamed_base>(R"({"Count":2,"@id":1})", dot_net) == renamed_base{1, 2}));
  // Keys of maps and values of enums are no members.
  BOOST_TEST(
      to_json(std::map<std::string, level>{{"a_b", level::very_low}}, dot_net)
      == R"({"a_b":"VERY_LOW"})");
  BOOST_TEST(
      payload_error_of([&] { return from_json<address>(R"({"HouseNumber":1.9})", dot_net); })
      == "at .HouseNumber: expected whole number, got number 1.9");
  BOOST_TEST(
      payload_error_of([&] { return to_json(std::vector{address{"\xff", 1}}, dot_net); })
      == "at [0].StreetName: the text is not valid UTF-8");
}

BOOST_AUTO_TEST_CASE(everything_goes_through_the_options_of_the_converter) {
  const data_converter dot_net{.json = {.naming = naming::pascal_case}};
  const address value{"Main", 7};
  const auto* text = R"({"StreetName":"Main","HouseNumber":7})";
  BOOST_TEST(dot_net.to_payload(value).data == text);
  BOOST_TEST(dot_net.to_payload(std::optional{value}).data == text);
  BOOST_TEST(dot_net.to_payloads(1, value).at(1).data == text);
  const auto one = dot_net.to_payload(value);
  BOOST_TEST((dot_net.from_payload<address>(one) == value));
  BOOST_TEST((dot_net.from_payload<address>(payload_view{one}) == value));
  BOOST_TEST((dot_net.from_payload<std::optional<address>>(one) == value));
  BOOST_TEST((dot_net.from_result<address>({one}) == value));
  BOOST_TEST((dot_net.from_payloads<std::tuple<address>>({one}) == std::tuple{value}));
  BOOST_TEST(
      (dot_net.from_payloads<std::tuple<int, address>>(dot_net.to_payloads(1, value))
       == std::tuple{1, value}));
  BOOST_TEST((data_converter{}.from_payload<address>(one) == address{}));
}

BOOST_AUTO_TEST_CASE(unknown_members_are_refused_where_the_type_or_the_converter_says_so) {
  BOOST_TEST(
      payload_error_of([] { return from_json<exact>(R"({"firstValue":1,"third":{}})"); })
      == "at .third: there is no such member, only firstValue, secondValue");
  BOOST_TEST(
      payload_error_of([] { return from_json<exact>(R"({"first_value":1})"); })
      == "at .first_value: there is no such member, only firstValue, secondValue");
  BOOST_TEST(
      payload_error_of([] { return from_json<std::vector<nothing_at_all>>(R"([{},{"a":1}])"); })
      == "at [1].a: there is no such member, only none");
  const json_options strict{.naming = naming::kebab_case, .refuse_unknown = true};
  BOOST_TEST(
      payload_error_of([&] { return from_json<address>(R"({"street-name":"x","zip":1})", strict); })
      == "at .zip: there is no such member, only street-name, house-number");
  BOOST_TEST(from_json<address>(R"({"house-number":2})", strict).house_number == 2);
  // A variant goes on to the next alternative.
  using either = std::variant<exact, address>;
  BOOST_TEST((from_json<either>(R"({"firstValue":1,"x":1})").index() == 1));
}

BOOST_AUTO_TEST_CASE(enums_travel_by_the_names_that_they_state) {
  BOOST_TEST(to_json(std::vector{level::very_low, level::medium}) == R"(["VERY_LOW","MEDIUM"])");
  BOOST_TEST((from_json<level>(R"("VERY_HIGH")") == level::very_high));
  BOOST_TEST(
      payload_error_of([] { return from_json<level>(R"("very_high")"); })
      == R"(expected one of VERY_LOW, MEDIUM, VERY_HIGH, got string "very_high")");
  BOOST_TEST(
      payload_error_of([] { return from_json<level>("1"); })
      == "expected one of VERY_LOW, MEDIUM, VERY_HIGH, got number 1");
  BOOST_TEST(to_json(std::map<std::string, answer>{{"a", answer::no}}) == R"({"a":"N"})");
  BOOST_TEST((from_json<answer>(R"("Y")") == answer::yes));
}

BOOST_AUTO_TEST_CASE(numbers_that_fit_nothing_are_refused_by_the_name_of_their_member) {
  const auto read = [](const char* text) {
    return payload_error_of([&] { return from_json<speaker>(text); });
  };
  BOOST_TEST((from_json<language>("3") == language::english));
  BOOST_TEST(
      read(R"({"speaks":[1,4]})")
      == "at .speaks[1]: expected one of arabic (1), chinese (2), english (3), got number 4");
  BOOST_TEST(
      read(R"({"speaks":[0]})")
      == "at .speaks[0]: expected one of arabic (1), chinese (2), english (3), got number 0");
  BOOST_TEST(
      read(R"({"speaks":["english"]})")
      == "at .speaks[0]: expected one of arabic (1), chinese (2), english (3), by number (by name "
         "if "
         "troupe::json_enum_names of the enum is true), got string \"english\"");
  BOOST_TEST(read(R"({"speaks":[1.9]})") == "at .speaks[0]: expected whole number, got number 1.9");
  BOOST_TEST(read(R"({"age":1.9})") == "at .age: expected whole number, got number 1.9");
  BOOST_TEST(
      read(R"({"age":40000})")
      == "at .age: expected number from -32768 to 32767, got number 40000");
  BOOST_TEST(read(R"({"age":null})") == "at .age: expected number, got null");
  // Flags are numbers of their own.
  BOOST_TEST((from_json<speaker>(R"({"may":3})").may == static_cast<rights>(3)));
  BOOST_TEST(
      read(R"({"may":-1})") == "at .may: expected number from 0 to 4294967295, got number -1");
  // Of an enum that is not described only the range of its type is known.
  BOOST_TEST((from_json<narrow>("7") == static_cast<narrow>(7)));
  BOOST_TEST(
      payload_error_of([] { return from_json<narrow>("256"); })
      == "expected number from 0 to 255, got number 256");
}

BOOST_AUTO_TEST_CASE(old_payloads_are_read_after_a_new_member_and_new_ones_before) {
  const auto old = from_json<version_2>(to_json(version_1{"a"}));
  BOOST_TEST(old.id == "a");
  BOOST_TEST(old.amount == 1);
  BOOST_TEST(old.tags.empty());
  BOOST_TEST(from_json<version_1>(to_json(version_2{"b", 5, {"x"}})).id == "b");
}

BOOST_AUTO_TEST_SUITE_END()
