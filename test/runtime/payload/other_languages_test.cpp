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

} // namespace other_languages_types

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

BOOST_AUTO_TEST_SUITE_END()
