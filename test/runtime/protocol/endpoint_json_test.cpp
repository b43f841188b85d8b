// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/endpoint_access.hpp"
#include "runtime/protocol/endpoint_breakers.hpp"
#include "runtime/protocol/endpoint_json.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/operatorservice/v1/request_response.pb.h>

#include <chrono>

BOOST_AUTO_TEST_SUITE(endpoint_json)

BOOST_AUTO_TEST_CASE(callers_and_breakers_are_shown_where_there_are_any) {
  using troupe::protocol::endpoint_breaker;
  using troupe::protocol::payload_style;
  using troupe::protocol::to_json_with_endpoints;
  temporal::api::operatorservice::v1::ListNexusEndpointsResponse all;
  all.add_endpoints()->mutable_spec()->set_name("plain");
  BOOST_TEST(
      to_json_with_endpoints(all, payload_style::raw)
      == troupe::protocol::to_json(all, payload_style::raw));

  auto& more = *all.add_endpoints();
  more.set_version(12345678901234567);
  more.mutable_spec()->set_name("more");
  troupe::protocol::set_allowed_callers(*more.mutable_spec(), {"a", "<b>"});
  const std::vector breakers{
      endpoint_breaker{.caller_namespace = "a", .failures = 2},
      endpoint_breaker{
          .caller_namespace = "a",
          .is_for_cancels = true,
          .state = endpoint_breaker::states::open,
          .opened_by = "s/o x6",
          .open_until = troupe::time_point{std::chrono::seconds{1'000'000'000}}},
      endpoint_breaker{
          .caller_namespace = "b",
          .state = endpoint_breaker::states::half_open,
          .opened_by = "s/o x6"}};
  for (const auto& each : breakers)
    add_circuit_breaker(more, each);
  BOOST_TEST((troupe::protocol::circuit_breakers(more) == breakers));
  temporal::api::nexus::v1::Endpoint sent;
  BOOST_REQUIRE(sent.ParseFromString(more.SerializeAsString()));
  BOOST_TEST((troupe::protocol::circuit_breakers(sent) == breakers));

  const std::string expected =
      R"({"version":"12345678901234567","spec":{"name":"more","allowedCallerNamespaces":["a","<b>"]},)"
      R"("circuitBreakers":[{"callerNamespace":"a","requests":"start","state":"closed","failuresInARow":2},)"
      R"({"callerNamespace":"a","requests":"cancel","state":"open","openedBy":"s/o x6","openUntil":"2001-09-09T01:46:40Z"},)"
      R"({"callerNamespace":"b","requests":"start","state":"half open","openedBy":"s/o x6"}]})";
  BOOST_TEST(to_json_with_endpoints(more, payload_style::raw) == expected);
  BOOST_TEST(
      to_json_with_endpoints(all, payload_style::raw)
      == R"({"endpoints":[{"spec":{"name":"plain"}},)" + expected + "]}");
  temporal::api::operatorservice::v1::GetNexusEndpointResponse one;
  *one.mutable_endpoint() = more;
  BOOST_TEST(
      to_json_with_endpoints(one, payload_style::shorthand) == R"({"endpoint":)" + expected + '}');
}

BOOST_AUTO_TEST_SUITE_END()
