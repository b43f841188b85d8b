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

/// The failure that was packed, by the reader of protobuf.
Failure unpacked(const wire::Failure& from) {
  BOOST_TEST(from.metadata().at("type") == "temporal.api.failure.v1.Failure");
  auto read = from_proto_json<Failure>(from.details());
  BOOST_TEST(read.message().empty());
  read.set_message(from.message());
  return read;
}

} // namespace

BOOST_AUTO_TEST_SUITE(nexus_failure)

BOOST_AUTO_TEST_CASE(packs_an_operation_that_failed) {
  wire::UnsuccessfulOperationError packed;
  troupe::to_operation_error(application_failure(), packed);
  BOOST_TEST(packed.operation_state() == "failed");
  BOOST_TEST(packed.failure().message() == "boom");
  BOOST_TEST(packed.failure().stack_trace() == "here");
  BOOST_TEST(
      packed.failure().details().find("\"applicationFailureInfo\":{\"type\":\"T\"")
      != std::string::npos);
  BOOST_TEST(MessageDifferencer::Equals(unpacked(packed.failure()), application_failure()));
}

BOOST_AUTO_TEST_CASE(packs_an_operation_that_was_canceled) {
  const auto canceled = from_proto_json<Failure>(R"({"message":"stop","canceledFailureInfo":{}})");
  wire::UnsuccessfulOperationError packed;
  troupe::to_operation_error(canceled, packed);
  BOOST_TEST(packed.operation_state() == "canceled");
  BOOST_TEST(MessageDifferencer::Equals(unpacked(packed.failure()), canceled));
}

BOOST_AUTO_TEST_CASE(packs_a_handler_error) {
  wire::HandlerError packed;
  troupe::to_handler_error(handler_failure(), packed);
  BOOST_TEST(packed.error_type() == "UNAVAILABLE");
  BOOST_TEST(packed.retry_behavior() == enums::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
  BOOST_TEST(MessageDifferencer::Equals(unpacked(packed.failure()), handler_failure()));
}

BOOST_AUTO_TEST_CASE(takes_any_other_failure_for_an_internal_error) {
  wire::HandlerError packed;
  troupe::to_handler_error(application_failure(), packed);
  BOOST_TEST(packed.error_type() == "INTERNAL");
  BOOST_TEST(MessageDifferencer::Equals(unpacked(packed.failure()), application_failure()));
}

BOOST_AUTO_TEST_SUITE_END()
