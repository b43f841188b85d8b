// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/completing.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/common/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>

using namespace std::chrono_literals;
using namespace troupe::nexus_http;
using troupe::http::incoming;
using troupe::http::parse_http_url;

namespace {

completion made_of(std::string state) {
  completion made;
  made.state = std::move(state);
  made.operation_token = "token";
  made.start_time = troupe::time_point{1'700'000'000s};
  made.close_time = troupe::time_point{1'700'000'001s} + 250ms;
  made.links = {{"http://l", "L"}};
  return made;
}

incoming arrived(const troupe::http::outgoing& sent) {
  return {.method = "POST", .headers = sent.headers, .body = sent.body};
}

std::string refused(const incoming& request) {
  const auto read = read_completion(request);
  BOOST_REQUIRE(!read);
  return std::to_string(read.error().status) + ' '
         + read.error().body.substr(0, read.error().body.find(",\"metadata"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(completing)

BOOST_AUTO_TEST_CASE(a_success_comes_over_with_its_result) {
  auto what = made_of("succeeded");
  auto result = std::make_shared<temporal::api::common::v1::Payload>();
  (*result->mutable_metadata())["encoding"] = "json/plain";
  result->set_data("1");
  what.result = result;
  const auto sent = make_completion(
      *parse_http_url("http://h/done?x=1"),
      {{"golden", "v"}, {"Nexus-Operation-State", "lie"}, {"a b", "c"}, {"e", "f\r\ng: h"}},
      what,
      5s);
  BOOST_TEST(sent.to.path == "/done?x=1");
  BOOST_TEST(sent.body == "1");
  BOOST_TEST(find(sent.headers, "golden") == "v");
  BOOST_TEST(find(sent.headers, "e") == "");
  BOOST_TEST(find(sent.headers, "user-agent") == "temporalio/server");
  BOOST_TEST(find(sent.headers, "nexus-operation-state") == "succeeded");
  BOOST_TEST(find(sent.headers, "nexus-operation-start-time") == "Tue, 14 Nov 2023 22:13:20 GMT");
  BOOST_TEST(find(sent.headers, "nexus-operation-close-time") == "2023-11-14T22:13:21.250Z");
  const auto read = read_completion(arrived(sent));
  BOOST_REQUIRE(read);
  BOOST_TEST(read->state == "succeeded");
  BOOST_TEST(read->operation_token == "token");
  BOOST_TEST((read->start_time == what.start_time));
  BOOST_TEST((read->close_time == what.close_time));
  BOOST_TEST((read->links == what.links));
  BOOST_TEST(read->result->data() == "1");
}

BOOST_AUTO_TEST_CASE(a_failure_comes_over_as_it_was) {
  auto what = made_of("failed");
  auto failure = std::make_shared<temporal::api::failure::v1::Failure>();
  failure->set_message("no");
  failure->mutable_application_failure_info()->set_type("T");
  what.failure = failure;
  const auto sent = make_completion(*parse_http_url("http://h"), {}, what, 5s);
  BOOST_TEST(
      sent.body
      == R"({"message":"no","metadata":{"type":"temporal.api.failure.v1.Failure"},"details":{"applicationFailureInfo":{"type":"T"}}})");
  const auto read = read_completion(arrived(sent));
  BOOST_REQUIRE(read);
  BOOST_TEST(read->failure->DebugString() == failure->DebugString());
  auto older = arrived(sent);
  for (auto& [name, value] : older.headers)
    if (name == "nexus-operation-token")
      name = "nexus-operation-id";
  BOOST_TEST(read_completion(older)->operation_token == "token");
}

BOOST_AUTO_TEST_CASE(an_operation_error_says_itself_how_it_ended) {
  const auto read = [](std::string state, std::string body) {
    auto made = read_completion(
        {.headers =
             {{"nexus-operation-state", std::move(state)}, {"content-type", "application/json"}},
         .body = std::move(body)});
    return made ? made->state + ' ' + made->failure->message() : "refused";
  };
  const std::string error = R"({"message":"m","metadata":{"type":"nexus.OperationError"})";
  BOOST_TEST(read("failed", R"({"message":"m"})") == "failed m");
  BOOST_TEST(read("failed", error + R"(,"details":{"state":"canceled"}})") == "canceled m");
  BOOST_TEST(read("canceled", error + R"(,"details":{"state":"failed"}})") == "failed m");
  BOOST_TEST(read("failed", error + R"(,"details":{"state":"running"}})") == "refused");
  BOOST_TEST(read("failed", error + "}") == "refused");
  const std::string envelope =
      R"({"message":"m","metadata":{"type":"nexus.OperationError","unwrap-error":"true"})";
  BOOST_TEST(
      read("failed", envelope + R"(,"details":{"state":"failed"},"cause":{"message":"inner"}})")
      == "failed inner");
  BOOST_TEST(read("failed", envelope + R"(,"details":{"state":"failed"}})") == "failed m");
  BOOST_TEST(
      read(
          "failed",
          R"({"message":"m","metadata":{"unwrap-error":"true"},"cause":{"message":"inner"}})")
      == "failed m");
}

BOOST_AUTO_TEST_CASE(bad_completions_are_told_what_is_wrong) {
  const headers state{{"nexus-operation-state", "succeeded"}};
  const auto with = [&](std::string name, std::string value) {
    auto made = state;
    made.emplace_back(std::move(name), std::move(value));
    return made;
  };
  BOOST_TEST(refused({}) == R"(400 {"message":"invalid request operation state: \"\"")");
  BOOST_TEST(
      refused({.headers = with("nexus-operation-start-time", "x")})
      == R"(400 {"message":"failed to parse operation start time header")");
  BOOST_TEST(
      refused({.headers = with("nexus-operation-close-time", "x")})
      == R"(400 {"message":"failed to parse operation close time header")");
  BOOST_TEST(
      refused({.headers = with("nexus-link", "x")})
      == R"(400 {"message":"failed to decode links from request headers")");
  BOOST_TEST(
      refused({.headers = {{"nexus-operation-state", "failed"}, {"content-type", "text/plain"}}})
      == R"(400 {"message":"invalid request content type: \"text/plain\"")");
  BOOST_TEST(
      refused(
          {.headers = {{"nexus-operation-state", "failed"}, {"content-type", "application/json"}},
           .body = "{"})
      == R"(400 {"message":"failed to decode Failure from request body")");
  std::string many = "{\"details\":[0";
  for (int i = 0; i < 300'000; ++i)
    many += ",0";
  BOOST_TEST(
      refused(
          {.headers = {{"nexus-operation-state", "failed"}, {"content-type", "application/json"}},
           .body = many + "]}"})
          .starts_with(R"(400 {"message":"the failure has more than )"));
}

BOOST_AUTO_TEST_SUITE_END()
