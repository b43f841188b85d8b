// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/json_value.hpp"
#include "runtime/protocol/proto_json.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

using namespace troupe::protocol;
namespace common = temporal::api::common::v1;

namespace {

common::Payload payload(const std::string& encoding, const std::string& data) {
  common::Payload made;
  (*made.mutable_metadata())["encoding"] = encoding;
  made.set_data(data);
  return made;
}

std::string short_json(const google::protobuf::Message& message) {
  return to_json(message, payload_style::shorthand);
}

} // namespace

BOOST_AUTO_TEST_SUITE(proto_json)

BOOST_AUTO_TEST_CASE(prints_fields_as_protobuf_json_does) {
  temporal::api::history::v1::HistoryEvent event;
  event.set_event_id(5);
  event.set_event_type(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
  event.mutable_event_time()->set_seconds(1'795'397'352);
  event.mutable_event_time()->set_nanos(10'264'961);
  auto& attributes = *event.mutable_workflow_execution_signaled_event_attributes();
  attributes.set_signal_name("say \"hi\"\n");
  attributes.mutable_header();
  BOOST_TEST(
      to_json(event, payload_style::raw)
      == R"({"eventId":"5","eventTime":"2026-11-23T01:29:12.010264961Z","eventType":"EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED",)"
         R"("workflowExecutionSignaledEventAttributes":{"signalName":"say \"hi\"\n","header":{}}})");
}

BOOST_AUTO_TEST_CASE(prints_payloads_as_they_travel_or_as_what_they_hold) {
  const auto plain = payload("json/plain", R"({"b":1,"a":"x"})");
  BOOST_TEST(
      to_json(plain, payload_style::raw)
      == R"({"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"eyJiIjoxLCJhIjoieCJ9"})");
  BOOST_TEST(short_json(plain) == R"({"a":"x","b":1})");
}

BOOST_AUTO_TEST_CASE(names_the_message_type_of_protobuf_payloads) {
  auto proto = payload("json/protobuf", R"({"x":1})");
  (*proto.mutable_metadata())["messageType"] = "a.B";
  BOOST_TEST(short_json(proto) == R"({"_protoMessageType":"a.B","x":1})");
}

BOOST_AUTO_TEST_CASE(prints_nothing_as_the_payload_that_says_so) {
  const auto* nothing = R"({"metadata":{"encoding":"YmluYXJ5L251bGw="}})";
  BOOST_TEST(short_json(payload("binary/null", "")) == nothing);
  BOOST_TEST(short_json(payload("json/plain", "null")) == nothing);
}

BOOST_AUTO_TEST_CASE(prints_payloads_without_a_short_form_as_they_travel) {
  BOOST_TEST(
      short_json(payload("binary/plain", "abc"))
      == R"({"metadata":{"encoding":"YmluYXJ5L3BsYWlu"},"data":"YWJj"})");
  auto typed = payload("json/plain", "1");
  (*typed.mutable_metadata())["type"] = "Int";
  BOOST_TEST(
      short_json(typed)
      == R"({"metadata":{"encoding":"anNvbi9wbGFpbg==","type":"SW50"},"data":"MQ=="})");
  BOOST_TEST(
      short_json(payload("json/plain", "{broken"))
      == R"({"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"e2Jyb2tlbg=="})");
}

BOOST_AUTO_TEST_CASE(prints_lists_of_payloads_short_only_if_all_are) {
  common::Payloads list;
  *list.add_payloads() = payload("json/plain", "1");
  BOOST_TEST(short_json(list) == "[1]");
  *list.add_payloads() = payload("binary/plain", "abc");
  BOOST_TEST(
      short_json(list)
      == R"({"payloads":[1,{"metadata":{"encoding":"YmluYXJ5L3BsYWlu"},"data":"YWJj"}]})");
}

BOOST_AUTO_TEST_CASE(prints_what_is_nested_too_deeply_as_it_travels) {
  const std::string deep(100'000, '[');
  BOOST_TEST(short_json(payload("json/plain", deep)).starts_with(R"({"metadata":{"encoding":)"));
}

BOOST_AUTO_TEST_CASE(whatever_it_prints_can_be_read_again) {
  // The last depths that are short differ by where the payload stands.
  const auto nested = [](std::size_t levels) {
    return payload("json/plain", std::string(levels, '[') + std::string(levels, ']'));
  };
  temporal::api::history::v1::HistoryEvent event;
  const auto json_of_event = [&](std::size_t levels) {
    auto& input = *event.mutable_workflow_execution_started_event_attributes()->mutable_input();
    input.Clear();
    *input.add_payloads() = payload("json/plain", "1");
    *input.add_payloads() = nested(levels);
    return short_json(event);
  };
  const auto is_short = [](const std::string& json) {
    return json.find("metadata") == std::string::npos;
  };
  for (std::size_t levels = 500; levels < 520; ++levels) {
    BOOST_TEST(is_short(short_json(nested(levels))) == (levels <= 512));
    const auto json = json_of_event(levels);
    BOOST_TEST(parse_json(json).has_value());
    BOOST_TEST(json_depth(json) <= 512U);
    BOOST_TEST(is_short(json) == (levels <= 509)); // in the event, its attributes, the list
  }
}

BOOST_AUTO_TEST_CASE(prints_any_in_any_without_end_up_to_a_depth) {
  google::protobuf::Any any;
  for (int i = 0; i < 5'000; ++i) {
    google::protobuf::Any outer;
    outer.PackFrom(any);
    any = std::move(outer);
  }
  const auto json = to_json(any, payload_style::raw);
  BOOST_TEST(json.starts_with(R"({"@type":"type.googleapis.com/google.protobuf.Any",)"));
  BOOST_TEST(json.ends_with("}"));
}

BOOST_AUTO_TEST_CASE(prints_times_and_durations_of_every_size) {
  google::protobuf::Duration span;
  span.set_seconds(-1);
  span.set_nanos(-500'000'000);
  BOOST_TEST(to_json(span, payload_style::raw) == "\"-1.500s\"");
  span.set_seconds(INT64_MIN);
  span.set_nanos(INT32_MIN);
  BOOST_TEST(to_json(span, payload_style::raw).starts_with("\"-9223372036854775808"));
  google::protobuf::Timestamp time;
  time.set_seconds(INT64_MAX);
  BOOST_TEST(to_json(time, payload_style::raw) == "\"9999-12-31T23:59:59.999999999Z\"");
}

BOOST_AUTO_TEST_SUITE_END()
