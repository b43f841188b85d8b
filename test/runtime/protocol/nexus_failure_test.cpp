// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/nexus_failure.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

using namespace troupe::protocol;
namespace enums = temporal::api::enums::v1;
using temporal_failure = temporal::api::failure::v1::Failure;
using nexus_message = temporal::api::nexus::v1::Failure;

BOOST_AUTO_TEST_SUITE(nexus_failure)

BOOST_AUTO_TEST_CASE(a_failure_with_causes_comes_back_as_it_was) {
  temporal_failure from;
  from.set_message("outer <&>");
  from.set_stack_trace("at x");
  auto& info = *from.mutable_nexus_handler_failure_info();
  info.set_type("NOT_FOUND");
  info.set_retry_behavior(enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
  (*from.mutable_encoded_attributes()->mutable_metadata())["encoding"] = "json/plain";
  from.mutable_encoded_attributes()->set_data("{}");
  auto& cause = *from.mutable_cause();
  cause.set_message("inner");
  cause.mutable_application_failure_info()->set_type("T");
  cause.mutable_cause()->set_message("innermost");
  cause.mutable_cause()->mutable_canceled_failure_info();
  nexus_message packed;
  to_nexus(from, packed);
  const auto json = failure_json(packed);
  BOOST_TEST(
      json.starts_with(
          R"({"message":"outer \u003c\u0026\u003e","stackTrace":"at x","metadata":{"type":"nexus.HandlerError"},"details":{"type":"NOT_FOUND","retryableOverride":false,"encodedAttributes":")"),
      json);
  const auto read = parse_failure_json(json);
  BOOST_REQUIRE(read);
  temporal_failure back;
  BOOST_TEST(from_nexus(*read, back));
  BOOST_TEST(back.DebugString() == from.DebugString());
}

BOOST_AUTO_TEST_CASE(failures_of_others_are_kept) {
  const auto read = [](const char* json) {
    const auto parsed = parse_failure_json(json);
    BOOST_REQUIRE(parsed);
    temporal_failure made;
    BOOST_TEST(from_nexus(*parsed, made));
    return made;
  };
  const auto unknown = read(R"({"message":"m","metadata":{"type":"x","a":"b"},"details":[1, 2]})");
  BOOST_TEST(unknown.message() == "m");
  BOOST_TEST(unknown.application_failure_info().type() == "NexusFailure");
  BOOST_TEST(
      unknown.application_failure_info().details().payloads(0).data()
      == R"({"metadata":{"a":"b","type":"x"},"details":[1,2]})");
  BOOST_TEST(!read(R"({"message":"only"})").has_application_failure_info());
  const auto failed = read(
      R"({"message":"m","metadata":{"type":"nexus.OperationError"},"details":{"state":"failed"}})");
  BOOST_TEST(failed.application_failure_info().type() == "OperationError");
  BOOST_TEST(failed.application_failure_info().non_retryable());
  BOOST_TEST(read(R"({"metadata":{"type":"nexus.OperationError"},"details":{"state":"canceled"}})")
                 .has_canceled_failure_info());
}

BOOST_AUTO_TEST_CASE(what_is_no_failure_is_refused) {
  for (const char* json :
       {"",
        "x",
        "[]",
        "\"a\"",
        R"({"message":1})",
        R"({"metadata":[]})",
        R"({"metadata":{"a":1}})",
        R"({"cause":"x"})",
        R"({"cause":{"stackTrace":{}}})"})
    BOOST_TEST(!parse_failure_json(json), json);
  std::string deep;
  for (int i = 0; i < 10'000; ++i)
    deep += R"({"cause":)";
  BOOST_TEST(!parse_failure_json(deep + "{}" + std::string(10'000, '}')));
  for (const char* json :
       {R"({"metadata":{"type":"nexus.HandlerError"},"details":1})",
        R"({"metadata":{"type":"nexus.HandlerError"}})",
        R"({"metadata":{"type":"nexus.HandlerError"},"details":{"type":1}})",
        R"({"metadata":{"type":"nexus.HandlerError"},"details":{"encodedAttributes":"???"}})",
        R"({"metadata":{"type":"nexus.OperationError"},"details":{"state":1}})",
        R"({"metadata":{"type":"temporal.api.failure.v1.Failure"},"details":{"message":1}})"}) {
    const auto parsed = parse_failure_json(json);
    BOOST_REQUIRE(parsed);
    temporal_failure made;
    BOOST_TEST(!from_nexus(*parsed, made), json);
  }
}

BOOST_AUTO_TEST_CASE(a_stack_trace_in_the_details_counts_if_there_is_no_other) {
  nexus_message from;
  (*from.mutable_metadata())["type"] = "temporal.api.failure.v1.Failure";
  from.set_details(R"({"stackTrace":"inside","cause":{"message":"inner"}})");
  temporal_failure read;
  BOOST_TEST(from_nexus(from, read));
  BOOST_TEST(read.stack_trace() == "inside");
  BOOST_TEST(read.cause().message() == "inner");
  from.set_stack_trace("outside");
  from.mutable_cause()->set_message("beside");
  BOOST_TEST(from_nexus(from, read));
  BOOST_TEST(read.stack_trace() == "outside");
  BOOST_TEST(read.cause().message() == "beside");
}

BOOST_AUTO_TEST_CASE(chains_of_causes_are_bounded) {
  nexus_message deep;
  auto* level = &deep;
  for (int i = 0; i < 5'000; ++i)
    level = level->mutable_cause();
  temporal_failure read;
  BOOST_TEST(from_nexus(deep, read));
  int length = 1;
  for (const auto* at = &read; at->has_cause(); at = &at->cause())
    ++length;
  BOOST_TEST(length == 65);
}

BOOST_AUTO_TEST_CASE(an_envelope_is_what_is_in_it) {
  nexus_message inner;
  inner.set_message("inner");
  const auto envelope = wrap_operation_error("outer", "canceled", inner);
  BOOST_TEST(failure_type(envelope) == operation_error_type);
  BOOST_TEST(operation_state(envelope).value() == "canceled");
  BOOST_TEST(unwrapped(envelope).message() == "inner");
  auto alone = envelope;
  alone.clear_cause();
  BOOST_TEST(unwrapped(alone).message() == "outer");
  auto of_another = envelope;
  (*of_another.mutable_metadata())["type"] = "x";
  BOOST_TEST(unwrapped(of_another).message() == "outer");
  BOOST_TEST(!operation_state(of_another));
  alone.set_details("[]");
  BOOST_TEST(!operation_state(alone));
}

BOOST_AUTO_TEST_SUITE_END()
