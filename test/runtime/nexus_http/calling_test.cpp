// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/calling.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

using namespace std::chrono_literals;
using namespace troupe::nexus_http;
using troupe::http::parse_http_url;
using troupe::http::received;
namespace nexus = temporal::api::nexus::v1;

namespace {

received json(unsigned status, std::string body, headers more = {}) {
  more.emplace_back("content-type", "application/json");
  return {.status = status, .reason = "Why", .headers = std::move(more), .body = std::move(body)};
}

std::string problem(received from, bool is_cancel = false) {
  const auto made = read_answer(std::move(from), is_cancel);
  BOOST_TEST(!made.response);
  BOOST_TEST(!made.refused);
  return made.problem;
}

} // namespace

BOOST_AUTO_TEST_SUITE(calling)

BOOST_AUTO_TEST_CASE(a_start_is_a_post_below_the_address) {
  nexus::Request from;
  (*from.mutable_header())["Golden"] = "v";
  (*from.mutable_header())["bad name"] = "x";
  (*from.mutable_header())["evil"] = "a\r\nb: c";
  (*from.mutable_header())["content-type"] = "mine";
  for (const char* name : {"Expect", "Upgrade", "te", "trailer", "keep-alive", "Proxy-Connection"})
    (*from.mutable_header())[name] = "x";
  from.mutable_capabilities()->set_temporal_failure_responses(true);
  auto& start = *from.mutable_start_operation();
  start.set_service("a/b");
  start.set_operation("c d");
  start.set_request_id("r");
  start.set_callback("http://me/cb?x=1");
  (*start.mutable_callback_header())["Token"] = "t";
  (*start.mutable_payload()->mutable_metadata())["encoding"] = "json/plain";
  start.mutable_payload()->set_data("1");
  const auto made = make_call(*parse_http_url("http://h:1/base/?k=v"), from, 1500ms);
  BOOST_TEST(made.to.path == "/base/a%2Fb/c%20d?k=v&callback=http%3A%2F%2Fme%2Fcb%3Fx%3D1");
  BOOST_TEST(made.body == "1");
  BOOST_TEST(find(made.headers, "golden") == "v");
  BOOST_TEST(find(made.headers, "evil") == "");
  for (const char* name : {"expect", "upgrade", "te", "trailer", "keep-alive", "proxy-connection"})
    BOOST_TEST(find(made.headers, name) == "", name);
  BOOST_TEST(find(made.headers, "content-type") == "application/json");
  BOOST_TEST(find(made.headers, "nexus-request-id") == "r");
  BOOST_TEST(find(made.headers, "nexus-callback-token") == "t");
  BOOST_TEST(find(made.headers, "request-timeout") == "1500ms");
  BOOST_TEST(find(made.headers, "temporal-nexus-failure-support") == "true");
  from.mutable_cancel_operation()->set_service("s");
  from.mutable_cancel_operation()->set_operation("o");
  from.mutable_cancel_operation()->set_operation_token("t");
  const auto cancel = make_call(*parse_http_url("https://h"), from, 1s);
  BOOST_TEST(cancel.to.path == "/s/o/cancel");
  BOOST_TEST(find(cancel.headers, "nexus-operation-token") == "t");
}

BOOST_AUTO_TEST_CASE(successes_are_what_a_worker_would_have_said) {
  const auto sync = read_answer(json(200, "1", {{"nexus-link", "<http://l>; type=L"}}), false);
  BOOST_REQUIRE(sync.response);
  BOOST_TEST(sync.response->start_operation().sync_success().payload().data() == "1");
  BOOST_TEST(sync.response->start_operation().sync_success().links(0).type() == "L");
  const auto started = read_answer(json(201, R"({"token":"t","state":"running","more":1})"), false);
  BOOST_REQUIRE(started.response);
  BOOST_TEST(started.response->start_operation().async_success().operation_token() == "t");
  BOOST_REQUIRE(read_answer({.status = 202}, true).response);
}

BOOST_AUTO_TEST_CASE(an_operation_error_is_its_cause_or_itself) {
  const auto failure_of = [](received from) {
    const auto made = read_answer(std::move(from), false);
    BOOST_REQUIRE(made.response);
    BOOST_REQUIRE(made.response->start_operation().has_failure());
    return made.response->start_operation().failure();
  };
  BOOST_TEST(failure_of(json(424, R"({"message":"m"})", {{"nexus-operation-state", "canceled"}}))
                 .has_canceled_failure_info());
  // Whatever its status is.
  BOOST_TEST(
      failure_of(
          json(
              400,
              R"({"message":"m","metadata":{"type":"nexus.OperationError"},"details":{"state":"canceled"}})"))
          .has_canceled_failure_info());
  const auto own = failure_of(json(
      424,
      R"({"message":"m","metadata":{"type":"nexus.OperationError"},"details":{"state":"failed"}})"));
  BOOST_TEST(own.message() == "m");
  BOOST_TEST(own.application_failure_info().type() == "OperationError");
  const auto inner = failure_of(json(
      424,
      R"({"message":"w","metadata":{"type":"nexus.OperationError","unwrap-error":"true"},"details":{"state":"failed"},"cause":{"message":"m"}})"));
  BOOST_TEST(inner.message() == "m");
}

BOOST_AUTO_TEST_CASE(handler_errors_are_told_by_the_body_before_the_status) {
  const auto refused = [](received from) {
    const auto made = read_answer(std::move(from), false);
    BOOST_REQUIRE(made.refused);
    const auto& info = made.refused->nexus_handler_failure_info();
    return info.type() + ' ' + std::to_string(info.retry_behavior()) + ' ' + made.refused->message()
           + (made.refused->has_cause() ? " <- " + made.refused->cause().message() : "");
  };
  BOOST_TEST(
      refused(json(
          500,
          R"({"message":"m","metadata":{"type":"nexus.HandlerError"},"details":{"type":"CONFLICT","retryableOverride":true}})"))
      == "CONFLICT 1 m");
  BOOST_TEST(
      refused(json(404, R"({"message":"m"})", {{"nexus-request-retryable", "False"}}))
      == "NOT_FOUND 2  <- m");
  BOOST_TEST(refused({.status = 520, .body = "x"}) == "UPSTREAM_TIMEOUT 0 ");
  BOOST_TEST(refused(json(429, "{not json")) == "RESOURCE_EXHAUSTED 0 ");
}

BOOST_AUTO_TEST_CASE(answers_that_make_no_sense_are_problems) {
  BOOST_TEST(problem({.problem = "request timed out"}) == "request timed out");
  BOOST_TEST(
      problem(
          {.status = 307, .reason = "Temporary Redirect", .headers = {{"location", "http://b"}}})
          .starts_with("the handler's address redirects (\"307 Temporary Redirect\") to "
                       "\"http://b\", which is not followed"));
  BOOST_TEST(
      problem(json(418, R"({"message":"tea"})")) == "unexpected response status: \"418 Why\": tea");
  BOOST_TEST(
      problem({.status = 201, .headers = {{"content-type", "text/html"}}, .body = "<p>"})
      == "invalid response content type: \"text/html\"");
  BOOST_TEST(
      problem(json(201, R"({"token":"t","state":"succeeded"})"))
      == "invalid operation state in response info: \"succeeded\"");
  BOOST_TEST(
      problem(json(201, R"({"token":"","state":"running"})"))
      == "empty operation token in response");
  BOOST_TEST(problem(json(201, "[")) == "the handler's answer is no operation info: \"[\"");
  BOOST_TEST(problem({.status = 424, .body = "x"}) == "invalid response content type: \"\"");
  BOOST_TEST(problem(json(424, R"({"message":"m"})")) == "invalid operation state header: \"\": m");
  BOOST_TEST(problem(json(200, "1", {{"nexus-link", "x"}})) == "invalid links header: \"x\"");
  BOOST_TEST(
      problem({.status = 200,
               .headers = {{"content-type", "application/x-temporal-payload"}},
               .body = "\xff"})
          .find("cannot be read")
      != std::string::npos);
  BOOST_TEST(problem({.status = 200}, true) == "unexpected response status: \"200\"");
  const auto large = read_answer({.problem = "large", .is_too_large = true}, false);
  BOOST_TEST(large.is_problem_final);
}

BOOST_AUTO_TEST_CASE(names_that_are_another_place_in_a_path_are_none) {
  nexus::Request request;
  request.mutable_start_operation()->set_service("s");
  for (const char* name : {".", ".."}) {
    request.mutable_start_operation()->set_operation(name);
    BOOST_TEST(names_no_operation(request), name);
  }
  request.mutable_start_operation()->set_operation("...");
  BOOST_TEST(!names_no_operation(request));
  request.mutable_cancel_operation()->set_service("..");
  BOOST_TEST(names_no_operation(request));
}

BOOST_AUTO_TEST_SUITE_END()
