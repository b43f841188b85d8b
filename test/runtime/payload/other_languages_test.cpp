// SPDX-License-Identifier: Apache-2.0
// What the encoders of other languages wrote for one and the same contract: values set and not set.
// docs/contracts-and-json.md is the table to it.
#include "test/runtime/payload/payload_support.hpp"

#include <troupe/payload/data_converter.hpp>
#include <troupe/payload/json.hpp>

#include <boost/test/unit_test.hpp>

#include <map>

using namespace std::literals;
using troupe::from_json;
using troupe::test::payload_error_of;

namespace other_languages_types {

enum class language { arabic, chinese, english };

struct inner {
  double Ratio = 0;
};
BOOST_DESCRIBE_STRUCT(inner, (), (Ratio))

struct contract {
  std::string Name = "nobody";
  std::vector<std::string> Tags;
  std::map<std::string, int> Counts;
  std::vector<std::uint8_t> Data;
  std::optional<std::string> Note;
  std::chrono::sys_time<std::chrono::nanoseconds> When{};
  inner Inner;
  std::int64_t Big = 5;
  language Lang = language::english;
};
BOOST_DESCRIBE_STRUCT(contract, (), (Name, Tags, Counts, Data, Note, When, Inner, Big, Lang))

// The messaging sample: each language calls the same things by its own habit.
enum class greeting_language { arabic, chinese, english };
BOOST_DESCRIBE_ENUM(greeting_language, arabic, chinese, english)

struct get_languages_input {
  bool include_unsupported = false;
  std::string user_id;
  bool operator==(const get_languages_input&) const = default;
};
BOOST_DESCRIBE_STRUCT(get_languages_input, (), (include_unsupported, user_id))

struct set_language_input {
  greeting_language language = greeting_language::english;
  std::string user_id;
  bool operator==(const set_language_input&) const = default;
};
BOOST_DESCRIBE_STRUCT(set_language_input, (), (language, user_id))

// Go's tags: `json:"customerID"`, `json:"lines,omitempty"`; no tag: as the field.
struct go_order {
  static constexpr auto json_naming = troupe::naming::pascal_case;
  static constexpr auto json_names =
      troupe::renamed({{"customer_id", "customerID"}, {"lines", "lines"}});
  std::string customer_id;
  std::vector<std::string> lines;
  std::int64_t total_cents = 0;
  bool operator==(const go_order&) const = default;
};
BOOST_DESCRIBE_STRUCT(go_order, (), (customer_id, lines, total_cents))

// Java's Jackson: camel case, enums by name.
enum class java_state { not_started, in_progress };
BOOST_DESCRIBE_ENUM(java_state, not_started, in_progress)
struct java_job {
  static constexpr auto json_naming = troupe::naming::camel_case;
  std::string job_name;
  java_state current_state = java_state::not_started;
  bool operator==(const java_job&) const = default;
};
BOOST_DESCRIBE_STRUCT(java_job, (), (job_name, current_state))

} // namespace other_languages_types

template <>
inline constexpr auto troupe::json_naming<other_languages_types::java_state> =
    troupe::naming::upper_snake_case;

using namespace other_languages_types;

BOOST_AUTO_TEST_SUITE(other_languages)

BOOST_AUTO_TEST_CASE(reads_what_go_writes) {
  const auto unset = from_json<contract>(
      R"({"Name":"","Tags":null,"Counts":null,"Data":null,"Note":null,"Inner":{"Ratio":0},"Big":0,"Lang":0})");
  BOOST_TEST(unset.Name == "");
  BOOST_TEST(unset.Tags.empty());
  BOOST_TEST(unset.Counts.empty());
  BOOST_TEST(unset.Data.empty());
  BOOST_TEST(!unset.Note.has_value());
  BOOST_TEST((unset.Lang == language::arabic));

  const auto all = from_json<contract>(
      R"({"Name":"\u003cé\u003e","Tags":["a"],"Counts":{"b":1},"Data":"/w==","Note":null,)"
      R"("When":"2026-01-31T12:00:00.0000005+01:00","Inner":{"Ratio":0},"Big":4611686018427387904,"Lang":1})");
  BOOST_TEST(all.Name == "<\u00e9>");
  BOOST_TEST(all.Data.at(0) == 255);
  BOOST_TEST(all.When.time_since_epoch().count() == 1'769'857'200'000'000'500);
  BOOST_TEST(all.Big == std::int64_t{1} << 62);

  // With `omitempty` everything that is empty is left out.
  const auto omitted = from_json<contract>("{}");
  BOOST_TEST(omitted.Name == "nobody");
  BOOST_TEST(omitted.Big == 5);
  BOOST_TEST((omitted.Lang == language::english));

  // A time that was never set is further away than nanoseconds reach; durations are bare numbers.
  BOOST_CHECK_THROW(
      (void)from_json<contract>(R"({"When":"0001-01-01T00:00:00Z"})"), troupe::payload_error);
  BOOST_CHECK_THROW((void)from_json<std::chrono::seconds>("1500000000"), troupe::payload_error);
}

BOOST_AUTO_TEST_CASE(reads_what_python_writes) {
  const auto read = from_json<contract>(
      R"({"Name": "\u00e9", "Tags": [], "Counts": {}, "Note": null, "When": "2026-01-31T12:00:00+00:00", "Lang": 1})");
  BOOST_TEST(read.Name == "\u00e9");
  BOOST_TEST(read.When.time_since_epoch().count() == 1'769'860'800'000'000'000);
  BOOST_CHECK_THROW((void)from_json<double>("NaN"), troupe::payload_error);
  BOOST_CHECK_THROW((void)from_json<std::string>(R"("\u00e9\ud800")"), troupe::payload_error);
  BOOST_CHECK_THROW(
      (void)from_json<contract>(R"({"When": "2026-01-31T12:00:00"})"), troupe::payload_error);
}

BOOST_AUTO_TEST_CASE(reads_what_typescript_writes) {
  // `undefined` is left out.
  const auto read =
      from_json<contract>(R"({"Name":"x","Note":null,"When":"1970-01-01T00:00:00.000Z"})");
  BOOST_TEST(!read.Note.has_value());
  BOOST_TEST(read.When.time_since_epoch().count() == 0);
  BOOST_TEST(read.Big == 5);
  BOOST_CHECK_THROW((void)from_json<contract>(R"({"Data":{"0":255}})"), troupe::payload_error);
  BOOST_CHECK_THROW((void)from_json<double>("null"), troupe::payload_error);
  troupe::payload null;
  null.set("encoding", "json/plain");
  null.data = "null";
  BOOST_TEST(!troupe::data_converter{}.from_payload<std::optional<std::string>>(null).has_value());
}

BOOST_AUTO_TEST_CASE(reads_what_java_and_dot_net_write) {
  // Both write everything; what was not set is null.
  const auto read = from_json<contract>(
      R"({"Name":"x","Tags":null,"Counts":null,"Data":null,"Note":null,"Lang":1,"When":"2026-01-31T12:00:00Z"})");
  BOOST_TEST(read.Tags.empty());
  BOOST_TEST((read.Lang == language::chinese));
  BOOST_TEST(
      (from_json<std::vector<language>>("[1,2]")
       == std::vector{language::chinese, language::english}));
  // A text that is null is no empty text: say std::optional where that may be.
  BOOST_TEST(
      payload_error_of([] { return from_json<contract>(R"({"Name":null})"); })
      == "at .Name: expected string, got null");
  BOOST_CHECK_THROW(
      (void)from_json<std::chrono::seconds>(R"("00:00:01.5000000")"), troupe::payload_error);
  BOOST_CHECK_THROW((void)from_json<double>(R"("NaN")"), troupe::payload_error);
}

BOOST_AUTO_TEST_CASE(speaks_pascal_case_with_dot_net) {
  const troupe::data_converter dot_net{.json = {.naming = troupe::naming::pascal_case}};
  const auto* get = R"({"IncludeUnsupported":false,"UserId":"default-user"})";
  const auto* set = R"({"Language":1,"UserId":"default-user"})";
  BOOST_TEST(dot_net.to_payload(get_languages_input{false, "default-user"}).data == get);
  BOOST_TEST(
      dot_net.to_payload(set_language_input{greeting_language::chinese, "default-user"}).data
      == set);
  troupe::payload written;
  written.set("encoding", "json/plain");
  written.data = set;
  BOOST_TEST(
      (dot_net.from_payload<set_language_input>(written)
       == set_language_input{greeting_language::chinese, "default-user"}));
  // What System.Text.Json escapes reads back: `"`, `<` and all beyond ASCII.
  written.data = R"({"Language":2,"UserId":"\u00E9\u0022\u003C"})";
  BOOST_TEST(dot_net.from_payload<set_language_input>(written).user_id == "\u00e9\"<");
  written.data = R"({"Language":7,"UserId":""})";
  BOOST_TEST(
      payload_error_of([&] { return dot_net.from_payload<set_language_input>(written); })
      == "at .Language: expected one of arabic (0), chinese (1), english (2), got number 7");
}

BOOST_AUTO_TEST_CASE(speaks_snake_case_with_python) {
  // Its converter sorts the keys, ours keeps their order; both read either.
  const get_languages_input get{false, "user-1"};
  const auto* text = R"({"include_unsupported":false,"user_id":"user-1"})";
  BOOST_TEST(troupe::data_converter{}.to_payload(get).data == text);
  BOOST_TEST((from_json<get_languages_input>(text) == get));
  const set_language_input set{greeting_language::chinese, "\u00e9<"};
  BOOST_TEST((from_json<set_language_input>(R"({"language":1,"user_id":"\u00e9<"})") == set));
}

BOOST_AUTO_TEST_CASE(speaks_the_tags_of_go) {
  const go_order order{"c-1", {"a"}, 250};
  const auto* text = R"({"customerID":"c-1","lines":["a"],"TotalCents":250})";
  BOOST_TEST(troupe::to_json(order) == text);
  BOOST_TEST((from_json<go_order>(text) == order));
  // `omitempty` leaves out what is empty; a nil slice without it is null.
  BOOST_TEST(
      (from_json<go_order>(R"({"customerID":"c-1","TotalCents":0})") == go_order{"c-1", {}, 0}));
  BOOST_TEST(
      (from_json<go_order>(R"({"customerID":"","lines":null,"TotalCents":0})") == go_order{}));
}

BOOST_AUTO_TEST_CASE(speaks_camel_case_with_java_and_typescript) {
  const java_job job{"j", java_state::in_progress};
  const auto* text = R"({"jobName":"j","currentState":"IN_PROGRESS"})";
  BOOST_TEST(troupe::to_json(job) == text);
  BOOST_TEST((from_json<java_job>(text) == job));
}

BOOST_AUTO_TEST_SUITE_END()
