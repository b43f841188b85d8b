// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/trace_header.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/common/v1/message.pb.h>

#include <string>

using namespace troupe;

namespace {

temporal::api::common::v1::Header with_data(const std::string& encoding, const std::string& data) {
  temporal::api::common::v1::Header header;
  auto& payload = (*header.mutable_fields())["_tracer-data"];
  (*payload.mutable_metadata())["encoding"] = encoding;
  payload.set_data(data);
  return header;
}

constexpr auto parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

} // namespace

BOOST_AUTO_TEST_SUITE(trace_header)

BOOST_AUTO_TEST_CASE(is_what_the_sdks_of_temporal_write) {
  temporal::api::common::v1::Header header;
  protocol::write_trace_header(*from_traceparent(parent), header);
  const auto& payload = header.fields().at("_tracer-data");
  BOOST_TEST(payload.metadata().at("encoding") == "json/plain");
  BOOST_TEST(payload.data() == std::string{R"({"traceparent":")"} + parent + R"("})");
  BOOST_TEST((protocol::read_trace_header(header) == from_traceparent(parent)));
}

BOOST_AUTO_TEST_CASE(what_else_is_in_it_is_left_alone) {
  const auto read = protocol::read_trace_header(with_data(
      "json/plain",
      std::string{R"({"tracestate":"a=1","traceparent":")"} + parent + R"(","baggage":"b=2"})"));
  BOOST_TEST((read == from_traceparent(parent)));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_no_trace) {
  BOOST_TEST(!protocol::read_trace_header(temporal::api::common::v1::Header{}).has_value());
  BOOST_TEST(!protocol::read_trace_header(with_data("json/plain", "{")).has_value());
  BOOST_TEST(!protocol::read_trace_header(with_data("json/plain", "{}")).has_value());
  BOOST_TEST(
      !protocol::read_trace_header(with_data("json/plain", R"({"traceparent":7})")).has_value());
  BOOST_TEST(
      !protocol::read_trace_header(with_data("json/plain", R"({"traceparent":"x"})")).has_value());
  BOOST_TEST(!protocol::read_trace_header(with_data("binary/encrypted", "\xff\x01")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
