// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/answers.hpp"

#include <boost/test/unit_test.hpp>
#include <google/rpc/status.pb.h>
#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>

using namespace troupe::gateway;
using troupe::rpc_status;
using troupe::status_code;
using troupe::http::incoming;
using troupe::protocol::payload_style;

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(an_error_has_its_code_text_and_details) {
  google::rpc::Status status;
  temporal::api::errordetails::v1::NamespaceNotFoundFailure detail;
  detail.set_namespace_("nope");
  status.add_details()->PackFrom(detail);
  const auto answer = answer_with(
      rpc_status{
          status_code::not_found, "Namespace nope is not found.", status.SerializeAsString()},
      {});
  BOOST_TEST(answer.status == 404);
  BOOST_TEST(answer.content_type == "application/json");
  BOOST_TEST(
      answer.body
      == R"({"code":5,"message":"Namespace nope is not found.","details":[{"@type":"type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure","namespace":"nope"}]})");
}

BOOST_AUTO_TEST_CASE(codes_have_http_statuses) {
  constexpr unsigned expected[] = {
      200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401};
  for (int code = 0; code < 17; ++code)
    BOOST_TEST(http_status(static_cast<status_code>(code)) == expected[code]);
}

BOOST_AUTO_TEST_CASE(the_form_is_asked_for_by_query_accept_or_content_type) {
  BOOST_TEST(form_of_answer({}).content_type == "application/json");
  BOOST_TEST(form_of_answer({.query = "pretty"}).content_type == "application/json+pretty");
  const auto both = form_of_answer({.query = "pretty=false&noPayloadShorthand"});
  BOOST_TEST(both.content_type == "application/json+pretty+no-payload-shorthand");
  BOOST_TEST(both.is_pretty);
  BOOST_CHECK(both.payloads == payload_style::raw);
  const incoming asked{
      .headers = {
          {"accept", "text/html"},
          {"accept", "application/json+pretty"},
          {"content-type", "application/json+no-payload-shorthand"}}};
  BOOST_TEST(form_of_answer(asked).content_type == "application/json+pretty");
  BOOST_CHECK(form_of_body(asked).payloads == payload_style::raw);
  BOOST_CHECK(
      form_of_answer({.headers = {{"content-type", "application/json+no-payload-shorthand"}}})
          .payloads
      == payload_style::raw);
}

BOOST_AUTO_TEST_CASE(pretty_is_indented_and_payloads_are_short_or_long) {
  temporal::api::common::v1::Memo memo;
  auto& payload = (*memo.mutable_fields())["x"];
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data("5");
  BOOST_TEST(answer_with(memo, {}).body == R"({"fields":{"x":5}})");
  BOOST_TEST(
      answer_with(memo, {.is_pretty = true}).body == "{\n  \"fields\": {\n    \"x\": 5\n  }\n}");
  BOOST_TEST(
      answer_with(memo, {.payloads = payload_style::raw}).body
      == R"({"fields":{"x":{"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"NQ=="}}})");
}

BOOST_AUTO_TEST_SUITE_END()
