// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/nexus_failure.hpp"
#include "test/runtime/payload/failure_support.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/util/message_differencer.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

using google::protobuf::util::MessageDifferencer;
using temporal::api::failure::v1::Failure;
namespace wire = temporal::api::nexus::v1;
namespace enums = temporal::api::enums::v1;
using troupe::test::from_proto_json;

namespace {

Failure application_failure() {
  return from_proto_json<Failure>(
      R"({"message":"boom","stackTrace":"here","cause":{"message":"why","canceledFailureInfo":{}},)"
      R"("applicationFailureInfo":{"type":"T","nonRetryable":true,)"
      R"("details":{"payloads":[{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"eyJrIjoxfQ=="}]}}})");
}

Failure handler_failure() {
  return from_proto_json<Failure>(
      R"({"message":"busy","nexusHandlerFailureInfo":{"type":"UNAVAILABLE",)"
      R"("retryBehavior":"NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE"}})");
}

wire::Failure with_type(const char* type, const char* details) {
  wire::Failure failure;
  failure.set_message("text");
  if (*type != '\0')
    (*failure.mutable_metadata())["type"] = type;
  failure.set_details(details);
  return failure;
}

Failure read(const wire::Failure& from, bool retryable = false) {
  Failure to;
  troupe::from_nexus_failure(from, to, retryable);
  return to;
}

} // namespace

BOOST_AUTO_TEST_SUITE(nexus_failure)

BOOST_AUTO_TEST_CASE(packs_a_temporal_failure_and_unpacks_it_unchanged) {
  const auto original = application_failure();
  wire::Failure packed;
  troupe::to_nexus_failure(original, packed);
  BOOST_TEST(packed.message() == "boom");
  BOOST_TEST(packed.metadata().at("type") == "temporal.api.failure.v1.Failure");
  BOOST_TEST(packed.details().find("\"message\":\"boom\"") == std::string::npos);
  BOOST_TEST(
      packed.details().find("\"applicationFailureInfo\":{\"type\":\"T\"") != std::string::npos);
  BOOST_TEST(MessageDifferencer::Equals(read(packed), original));
}

// As the real server answers over HTTP to callers of the older form.
BOOST_AUTO_TEST_CASE(unpacks_what_the_real_server_sends) {
  auto failed = with_type(
      "temporal.api.failure.v1.Failure",
      R"({"stackTrace":"  File","applicationFailureInfo":{"type":"OperationError","nonRetryable":true}})");
  failed.set_message("operation failed");
  failed.set_stack_trace("  File");
  const auto direct = read(failed);
  BOOST_TEST(direct.message() == "operation failed");
  BOOST_TEST(direct.stack_trace() == "  File");
  BOOST_TEST(direct.application_failure_info().type() == "OperationError");

  auto wrapped = with_type("nexus.OperationError", R"({"state":"failed"})");
  (*wrapped.mutable_metadata())["unwrap-error"] = "true";
  *wrapped.mutable_cause() = failed;
  BOOST_TEST(MessageDifferencer::Equals(read(wrapped), direct));
}

BOOST_AUTO_TEST_CASE(understands_the_errors_of_the_nexus_specification) {
  const auto handler =
      read(with_type("nexus.HandlerError", R"({"type":"CONFLICT","retryableOverride":true})"));
  BOOST_TEST(handler.message() == "text");
  BOOST_TEST(handler.nexus_handler_failure_info().type() == "CONFLICT");
  BOOST_TEST(
      handler.nexus_handler_failure_info().retry_behavior()
      == enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE);
  BOOST_TEST(
      read(with_type("nexus.HandlerError", "junk")).nexus_handler_failure_info().type()
      == "INTERNAL");

  auto operation = with_type("nexus.OperationError", R"({"state":"failed"})");
  *operation.mutable_cause() = with_type("nexus.HandlerError", "{}");
  const auto failed = read(operation);
  BOOST_TEST(failed.application_failure_info().type() == "OperationError");
  BOOST_TEST(failed.application_failure_info().non_retryable());
  BOOST_TEST(failed.cause().has_nexus_handler_failure_info());
  BOOST_TEST(read(with_type("nexus.OperationError", R"({"state":"canceled"})"))
                 .has_canceled_failure_info());
}

BOOST_AUTO_TEST_CASE(keeps_unknown_failures_as_details) {
  const auto unknown = read(with_type("acme.Error", R"({"code":7})"));
  BOOST_TEST(unknown.message() == "text");
  BOOST_TEST(unknown.application_failure_info().type() == "NexusFailure");
  BOOST_TEST(unknown.application_failure_info().non_retryable());
  BOOST_TEST(
      unknown.application_failure_info().details().payloads(0).data()
      == R"({"metadata":{"type":"acme.Error"},"details":{"code":7}})");
  BOOST_TEST(!read(with_type("acme.Error", "{}"), true).application_failure_info().non_retryable());
  BOOST_TEST(!read(with_type("", "")).application_failure_info().has_details());
  BOOST_TEST(
      read(with_type("", "\xff")).application_failure_info().details().payloads(0).data()
      == R"({"details":"/w=="})");
}

BOOST_AUTO_TEST_CASE(keeps_a_temporal_failure_that_cannot_be_read_as_details) {
  const auto broken = read(with_type("temporal.api.failure.v1.Failure", "{\"cause\":5"));
  BOOST_TEST(broken.message() == "text");
  BOOST_TEST(broken.application_failure_info().type() == "NexusFailure");
}

BOOST_AUTO_TEST_CASE(ignores_members_of_newer_failures) {
  const auto newer = read(with_type(
      "temporal.api.failure.v1.Failure",
      R"({"future":{"a":1},"applicationFailureInfo":{"type":"T","newField":2}})"));
  BOOST_TEST(newer.application_failure_info().type() == "T");
}

BOOST_AUTO_TEST_CASE(bounds_hostile_chains) {
  wire::Failure deep;
  auto* level = &deep;
  for (int i = 0; i < 5'000; ++i) {
    (*level->mutable_metadata())["type"] = i % 2 == 0 ? "x" : "nexus.OperationError";
    (*level->mutable_metadata())["unwrap-error"] = "true";
    level = level->mutable_cause();
  }
  const auto failure = read(deep);
  int length = 1;
  for (const auto* at = &failure; at->has_cause(); at = &at->cause())
    ++length;
  BOOST_TEST(length <= 65);
}

BOOST_AUTO_TEST_CASE(carries_handler_errors_both_ways) {
  wire::HandlerError packed;
  troupe::to_handler_error(handler_failure(), packed);
  BOOST_TEST(packed.error_type() == "UNAVAILABLE");
  BOOST_TEST(packed.retry_behavior() == enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
  Failure back;
  troupe::from_handler_error(packed, back);
  BOOST_TEST(MessageDifferencer::Equals(back, handler_failure()));

  troupe::to_handler_error(application_failure(), packed);
  BOOST_TEST(packed.error_type() == "INTERNAL");
}

BOOST_AUTO_TEST_CASE(takes_the_failure_inside_a_handler_error_as_its_cause) {
  wire::HandlerError packed;
  packed.set_error_type("BAD_REQUEST");
  troupe::to_nexus_failure(application_failure(), *packed.mutable_failure());
  Failure back;
  troupe::from_handler_error(packed, back);
  BOOST_TEST(back.message() == "boom");
  BOOST_TEST(back.nexus_handler_failure_info().type() == "BAD_REQUEST");
  BOOST_TEST(MessageDifferencer::Equals(back.cause(), application_failure()));
}

BOOST_AUTO_TEST_CASE(carries_operation_errors_both_ways) {
  wire::UnsuccessfulOperationError packed;
  Failure back;
  troupe::to_operation_error(application_failure(), packed);
  BOOST_TEST(packed.operation_state() == "failed");
  troupe::from_operation_error(packed, back);
  BOOST_TEST(MessageDifferencer::Equals(back, application_failure()));

  const auto canceled = from_proto_json<Failure>(R"({"message":"stop","canceledFailureInfo":{}})");
  troupe::to_operation_error(canceled, packed);
  BOOST_TEST(packed.operation_state() == "canceled");
  troupe::from_operation_error(packed, back);
  BOOST_TEST(MessageDifferencer::Equals(back, canceled));
}

BOOST_AUTO_TEST_CASE(makes_every_canceled_operation_a_canceled_failure) {
  wire::UnsuccessfulOperationError packed;
  packed.set_operation_state("canceled");
  packed.mutable_failure()->set_message("stop");
  Failure back;
  troupe::from_operation_error(packed, back);
  BOOST_TEST(back.message() == "stop");
  BOOST_TEST(back.has_canceled_failure_info());
  BOOST_TEST(back.cause().application_failure_info().type() == "NexusFailure");
}

BOOST_AUTO_TEST_SUITE_END()
