// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/wire/wire_writer.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/timestamp.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

namespace {

using request = temporal::api::nexus::v1::Request;
using start_request = temporal::api::nexus::v1::StartOperationRequest;

request parse(const std::string& bytes) {
  request parsed;
  BOOST_REQUIRE(parsed.ParseFromString(bytes));
  return parsed;
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_writer)

BOOST_AUTO_TEST_CASE(writes_what_protobuf_writes) {
  // Lengths on both sides of where one more byte is needed, nested so that they add up.
  for (std::size_t size : {0U, 1U, 90U, 127U, 128U, 129U, 16'383U, 16'384U, 100'000U}) {
    request expected;
    expected.mutable_scheduled_time()->set_seconds(-5);
    expected.mutable_scheduled_time()->set_nanos(7);
    auto& start = *expected.mutable_start_operation();
    start.set_service(std::string(size, 's'));
    start.set_request_id("id");
    start.add_links()->set_url(std::string(size, 'u'));
    expected.set_endpoint("endpoint");
    expected.mutable_capabilities()->set_temporal_failure_responses(true);

    std::string bytes;
    troupe::wire_writer to{bytes};
    to.message(request::kScheduledTimeFieldNumber, expected.scheduled_time());
    to.message(request::kStartOperationFieldNumber, [&] {
      to.text(start_request::kServiceFieldNumber, start.service());
      to.text(start_request::kOperationFieldNumber, "");
      to.text(start_request::kRequestIdFieldNumber, "id");
      to.message(start_request::kLinksFieldNumber, start.links(0), start.links(0).ByteSizeLong());
    });
    to.text(request::kEndpointFieldNumber, "endpoint");
    to.message(request::kCapabilitiesFieldNumber, [&] {
      to.number(request::Capabilities::kTemporalFailureResponsesFieldNumber, 1);
    });
    BOOST_TEST((bytes == expected.SerializeAsString()));
  }
}

BOOST_AUTO_TEST_CASE(writes_map_entries_with_empty_parts) {
  std::string bytes;
  troupe::wire_writer to{bytes};
  to.entry(request::kHeaderFieldNumber, "name", "value");
  to.entry(request::kHeaderFieldNumber, "empty", "");
  to.entry(request::kHeaderFieldNumber, "long", std::string(1000, 'v'));
  const auto parsed = parse(bytes);
  BOOST_TEST(parsed.header().size() == 3U);
  BOOST_TEST(parsed.header().at("name") == "value");
  BOOST_TEST(parsed.header().at("empty").empty());
  BOOST_TEST(parsed.header().at("long") == std::string(1000, 'v'));
}

BOOST_AUTO_TEST_CASE(writes_numbers_of_any_size) {
  google::protobuf::Timestamp expected;
  for (std::int64_t seconds : {0LL, 1LL, 127LL, 128LL, 300LL, -1LL, 4'000'000'000LL}) {
    expected.set_seconds(seconds);
    std::string bytes;
    troupe::wire_writer{bytes}.number(1, static_cast<std::uint64_t>(seconds));
    BOOST_TEST((bytes == expected.SerializeAsString()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
