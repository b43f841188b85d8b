// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/payload/payload_support.hpp"

#include <troupe/error.hpp>
#include <troupe/nexus/error.hpp>
#include <troupe/payload/data_converter.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace std::literals;
using troupe::payload;
using troupe::payloads;
using troupe::test::payload_error_of;
using converter = troupe::data_converter;

namespace data_converter_test_types {

struct greeting {
  std::string message;
  std::optional<int> times;
  bool operator==(const greeting&) const = default;
};
BOOST_DESCRIBE_STRUCT(greeting, (), (message, times))

} // namespace data_converter_test_types

using namespace data_converter_test_types;

namespace {

payload made(std::string_view encoding, std::string_view data) {
  payload result;
  result.set("encoding", encoding);
  result.data = data;
  return result;
}

// Reverses the bytes, and says so in the metadata.
class reversing_codec final : public troupe::payload_codec {
public:
  payloads encode(payloads plain) const override {
    for (auto& one : plain) {
      one.set("original", one.encoding());
      one.set("encoding", "binary/reversed");
      std::reverse(one.data.begin(), one.data.end());
    }
    return plain;
  }
  payloads decode(payloads encoded) const override {
    for (auto& one : encoded) {
      if (one.encoding() != "binary/reversed")
        continue;
      one = made(one.get("original"), std::string{one.data.rbegin(), one.data.rend()});
    }
    return encoded;
  }
};

template <class Error>
class failing_codec final : public troupe::payload_codec {
public:
  explicit failing_codec(Error error) : error_(std::move(error)) {}
  payloads encode(payloads) const override { throw Error{error_}; }
  payloads decode(payloads) const override { throw Error{error_}; }

private:
  Error error_;
};

class merging_codec final : public troupe::payload_codec {
public:
  payloads encode(payloads) const override { return {}; }
  payloads decode(payloads) const override { return payloads(2); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(data_converter)

BOOST_AUTO_TEST_CASE(picks_the_encoding_in_the_published_order) {
  const converter c;
  BOOST_TEST((c.to_payload(nullptr) == made("binary/null", "")));
  BOOST_TEST((c.to_payload(std::monostate{}) == made("binary/null", "")));
  BOOST_TEST((c.to_payload(std::optional<int>{}) == made("binary/null", "")));
  BOOST_TEST((c.to_payload(std::vector<std::uint8_t>{1, 2}) == made("binary/plain", "\x01\x02")));
  BOOST_TEST(
      (c.to_payload(std::optional{std::vector<std::byte>{std::byte{1}}})
       == made("binary/plain", "\x01")));
  BOOST_TEST((c.to_payload("text"s) == made("json/plain", "\"text\"")));
  BOOST_TEST((c.to_payload("literal") == made("json/plain", "\"literal\"")));
  BOOST_TEST((c.to_payload(std::optional<int>{7}) == made("json/plain", "7")));
  BOOST_TEST(
      (c.to_payload(greeting{"hi", {}}) == made("json/plain", R"({"message":"hi","times":null})")));
}

// Bytes as they stand in recorded histories of workflows and handlers written in Python.
BOOST_AUTO_TEST_CASE(makes_and_reads_the_bytes_that_other_sdks_record) {
  const converter c;
  using object = std::map<std::string, int>;
  BOOST_TEST((c.to_payload(object{{"k", 1}}) == made("json/plain", "{\"k\":1}")));
  BOOST_TEST((c.to_payload("two"s) == made("json/plain", "\"two\"")));
  BOOST_TEST((c.from_payload<object>(made("json/plain", "{\"k\":1}")) == object{{"k", 1}}));
  // Go ends its JSON with a line feed, Python escapes what is not ASCII.
  BOOST_TEST(c.from_payload<std::string>(made("json/plain", "\"two\"\n")) == "two");
  BOOST_TEST(c.from_payload<std::string>(made("json/plain", "\"Gr\\u00fc\\u00dfe\"")) == "Grüße");
}

BOOST_AUTO_TEST_CASE(passes_payloads_through_untouched) {
  const converter c;
  auto raw = made("custom/thing", "\xff\x00");
  raw.set("key", "value");
  BOOST_TEST((c.to_payload(raw) == raw));
  BOOST_TEST((c.from_payload<payload>(raw) == raw));
  BOOST_TEST(
      (c.from_payloads<std::tuple<int, payload>>(payloads{made("json/plain", "1"), raw})
       == std::tuple{1, raw}));
}

BOOST_AUTO_TEST_CASE(reads_null_as_whatever_may_be_null) {
  const converter c;
  const auto null = made("binary/null", "");
  BOOST_TEST(!c.from_payload<std::optional<int>>(null).has_value());
  BOOST_TEST(!c.from_payload<std::optional<int>>(made("json/plain", " null ")).has_value());
  BOOST_TEST(!c.from_payload<std::optional<std::vector<std::byte>>>(null).has_value());
  BOOST_TEST((c.from_payload<troupe::json_value>(null) == troupe::json_value{"null"}));
  BOOST_TEST((c.from_payload<std::variant<int, std::monostate>>(null).index() == 1));
  BOOST_TEST(c.from_payload<std::unique_ptr<int>>(null) == nullptr);
  (void)c.from_payload<std::monostate>(null);
  (void)c.from_payload<std::nullptr_t>(null);
  c.from_payload<void>(null);
  c.from_payload<void>(made("unknown", "anything"));
  BOOST_TEST(
      payload_error_of([&] { return c.from_payload<int>(null); }) == "expected number, got null");
  BOOST_TEST(
      payload_error_of([&] { return c.from_payload<greeting>(null); })
      == "expected object, got null");
}

BOOST_AUTO_TEST_CASE(reads_bytes_plain_or_as_base64) {
  using bytes = std::vector<std::uint8_t>;
  const converter c;
  BOOST_TEST((c.from_payload<bytes>(made("binary/plain", "\x01\x02")) == bytes{1, 2}));
  BOOST_TEST((c.from_payload<bytes>(made("binary/plain", "")) == bytes{}));
  BOOST_TEST((c.from_payload<bytes>(made("json/plain", "\"AQI=\"")) == bytes{1, 2}));
}

BOOST_AUTO_TEST_CASE(says_which_encoding_does_not_fit) {
  const converter c;
  BOOST_TEST(
      payload_error_of([&] { return c.from_payload<std::string>(made("binary/plain", "x")); })
      == "expected a payload of JSON (json/plain), got binary/plain");
  BOOST_TEST(
      payload_error_of([&] { return c.from_payload<int>(made("json/protobuf", "{}")); })
      == "expected a payload of JSON (json/plain), got json/protobuf");
  BOOST_TEST(
      payload_error_of([&] { return c.from_payload<int>(made("binary/encrypted", "x")); })
      == "unknown payload encoding \"binary/encrypted\"; a codec that decodes it may be missing in "
         "the data converter");
  BOOST_TEST(
      payload_error_of([&] { return c.from_payload<int>(payload{}); })
      == "the payload does not say how it is encoded");
}

BOOST_AUTO_TEST_CASE(reads_arguments_into_tuples) {
  const converter c;
  const auto args = c.to_payloads(1, "two"s, greeting{"three", 3});
  BOOST_TEST(args.size() == 3u);
  using all = std::tuple<int, std::string, greeting>;
  BOOST_TEST((c.from_payloads<all>(args) == all{1, "two", {"three", 3}}));
  BOOST_TEST((c.from_payloads<std::tuple<int>>(args) == std::tuple{1}));
  BOOST_TEST((c.from_payloads<std::tuple<>>(args) == std::tuple<>{}));
  BOOST_TEST(c.to_payloads().empty());
}

BOOST_AUTO_TEST_CASE(fills_up_missing_optional_arguments_only) {
  const converter c;
  const auto args = c.to_payloads(1);
  using with_optional = std::tuple<int, std::optional<int>, std::optional<std::string>>;
  BOOST_TEST((c.from_payloads<with_optional>(args) == with_optional{1, {}, {}}));
  BOOST_TEST(
      (payload_error_of([&] { return c.from_payloads<std::tuple<int, int>>(args); })
       == "argument 2 is missing: expected 2, got 1"));
  BOOST_TEST(
      payload_error_of([&] { return c.from_payloads<std::tuple<int>>({}); })
      == "argument 1 is missing: expected 1, got 0");
}

BOOST_AUTO_TEST_CASE(says_which_argument_does_not_fit) {
  const converter c;
  const auto args = c.to_payloads(1, troupe::json_value{R"({"message":5})"});
  BOOST_TEST(
      (payload_error_of([&] { return c.from_payloads<std::tuple<int, greeting>>(args); })
       == "at argument 2.message: expected string, got number 5"));
  BOOST_TEST(
      (payload_error_of([&] { return c.from_payloads<std::tuple<std::string, greeting>>(args); })
       == "at argument 1: expected string, got number 1"));
  BOOST_TEST(
      (payload_error_of([&] { return c.from_payloads<std::tuple<std::string>>(args); })
       == "at argument 1: expected string, got number 1"));
}

BOOST_AUTO_TEST_CASE(reads_results_with_null_where_there_is_none) {
  const converter c;
  BOOST_TEST(c.from_result<int>({made("json/plain", "5")}) == 5);
  BOOST_TEST(!c.from_result<std::optional<int>>({}).has_value());
  c.from_result<void>({});
  c.from_result<void>({made("json/plain", "5")});
  BOOST_TEST(
      payload_error_of([&] { return c.from_result<int>({}); }) == "expected number, got null");
}

BOOST_AUTO_TEST_CASE(reads_views_without_copying_the_payload) {
  const converter c;
  const std::string received = R"({"message":"hi"})";
  BOOST_TEST(
      (c.from_payload<greeting>(troupe::payload_view{"json/plain", "", received})
       == greeting{"hi", {}}));
}

BOOST_AUTO_TEST_CASE(applies_the_codec_to_everything) {
  const converter c{.codec = std::make_shared<reversing_codec>()};
  const auto sent = c.to_payload("abc"s);
  BOOST_TEST(sent.encoding() == "binary/reversed");
  BOOST_TEST(sent.data == "\"cba\"");
  BOOST_TEST(c.from_payload<std::string>(sent) == "abc");
  const auto args = c.to_payloads(12, "ab"s);
  BOOST_TEST(args[0].data == "21");
  BOOST_TEST((c.from_payloads<std::tuple<int, std::string>>(args) == std::tuple{12, "ab"s}));
  BOOST_TEST(c.from_result<int>({args[0]}) == 12);
  // What the codec did not make still can be read.
  BOOST_TEST(c.from_payload<std::string>(made("json/plain", "\"plain\"")) == "plain");
}

BOOST_AUTO_TEST_CASE(names_the_codec_when_it_throws) {
  const converter c{
      .codec = std::make_shared<failing_codec<std::runtime_error>>(std::runtime_error{"no key"})};
  BOOST_CHECK_EXCEPTION(
      (void)c.to_payload(1), troupe::payload_codec_error, [](const std::exception& e) {
        return e.what() == "the payload codec failed to encode: no key"s;
      });
  BOOST_CHECK_EXCEPTION(
      (void)c.from_payload<int>(made("json/plain", "1")),
      troupe::payload_codec_error,
      [](const std::exception& e) {
        return e.what() == "the payload codec failed to decode: no key"s;
      });
  const converter odd{.codec = std::make_shared<failing_codec<int>>(5)};
  BOOST_CHECK_THROW((void)odd.to_payload(1), troupe::payload_codec_error);
}

BOOST_AUTO_TEST_CASE(keeps_what_the_codec_threw_as_the_cause) {
  const converter c{
      .codec = std::make_shared<failing_codec<std::out_of_range>>(std::out_of_range{"no key"})};
  try {
    (void)c.to_payload(1);
    BOOST_ERROR("the codec throws");
  } catch (const std::exception& error) {
    BOOST_TEST(troupe::find_cause<std::out_of_range>(error)->what() == "no key"s);
    BOOST_TEST(
        troupe::describe(error)
        == "the payload codec failed to encode: no key (std::out_of_range)");
  }
}

BOOST_AUTO_TEST_CASE(lets_errors_that_mean_something_to_the_service_pass_the_codec) {
  const converter c{
      .codec = std::make_shared<failing_codec<troupe::nexus::handler_error>>(
          troupe::nexus::handler_error{
              troupe::nexus::handler_error_type::unavailable, "key store is away"})};
  BOOST_CHECK_THROW((void)c.to_payload(1), troupe::nexus::handler_error);
}

BOOST_AUTO_TEST_CASE(refuses_a_codec_that_changes_the_number_of_single_payloads) {
  const converter c{.codec = std::make_shared<merging_codec>()};
  BOOST_CHECK_THROW((void)c.to_payload(1), troupe::payload_codec_error);
  BOOST_CHECK_THROW(
      (void)c.from_payload<int>(made("json/plain", "1")), troupe::payload_codec_error);
}

BOOST_AUTO_TEST_SUITE_END()
