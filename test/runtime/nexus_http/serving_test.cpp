// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/serving.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

using namespace std::chrono_literals;
using namespace troupe::nexus_http;
using troupe::http::incoming;
using troupe::http::response;
namespace nexus = temporal::api::nexus::v1;

namespace {

std::string shown(const response& answer) {
  auto text = std::to_string(answer.status) + ' ' + answer.body;
  for (const auto& [name, value] : answer.headers)
    text += " | " + name + ": " + value;
  return text;
}

target start_of(const std::string& operation = "o") {
  return {"s", operation, false, {}};
}

std::string refused(const incoming& request, target what = start_of()) {
  const auto read = read_request(request, std::move(what), {});
  BOOST_REQUIRE(!read);
  return shown(read.error());
}

std::string refused_target(const incoming& request) {
  const auto parsed = parse_target(request, split_path(request.path));
  BOOST_REQUIRE(!parsed);
  return shown(parsed.error());
}

} // namespace

BOOST_AUTO_TEST_SUITE(serving)

BOOST_AUTO_TEST_CASE(paths_say_what_is_asked_for) {
  const auto parsed = [](const char* path) {
    const auto made = parse_target({.method = "POST"}, split_path(path));
    BOOST_REQUIRE(made);
    return made->service + '|' + made->operation + '|' + (made->is_cancel ? "cancel" : "start")
           + '|' + made->token.value_or("-");
  };
  BOOST_TEST(parsed("/a%2Fb/c%20d") == "a/b|c d|start|-");
  BOOST_TEST(parsed("/a/b/cancel") == "a|b|cancel|-");
  BOOST_TEST(parsed("/a/b/t%2B/cancel") == "a|b|cancel|t+");
  BOOST_TEST(refused_target({.method = "POST", .path = "/a"}).starts_with("404"));
  BOOST_TEST(refused_target({.method = "POST", .path = "/a/b/c"}).starts_with("404"));
  BOOST_TEST(refused_target({.method = "POST", .path = "/a/b/c/d/e"}).starts_with("404"));
  BOOST_TEST(refused_target({.method = "POST", .path = "/a/%zz"}).starts_with("400"));
  BOOST_TEST(
      refused_target({.method = "GET", .path = "/a/b"})
      == R"(400 {"message":"invalid request method: expected POST, got \"GET\"","metadata":{"type":"nexus.HandlerError"},"details":{"type":"BAD_REQUEST"}})");
}

BOOST_AUTO_TEST_CASE(a_start_has_what_workers_get) {
  const incoming request{
      .method = "POST",
      .query = "callback=http%3A%2F%2Fa%2Fdone%3Fx%3D1&other=2",
      .headers =
          {{"host", "h"},
           {"content-type", "application/json"},
           {"nexus-request-id", "r"},
           {"nexus-callback-token", "t"},
           {"nexus-link", "<http://l>; type=\"L\""},
           {"request-timeout", "5s"},
           {"operation-timeout", "30s"},
           {"golden", "v"},
           {"golden", "second"},
           {"accept-encoding", "gzip"},
           {"x-forwarded-for", "me"},
           {"temporal-nexus-failure-support", "true"}},
      .body = "\"hello\""};
  const auto read = read_request(request, start_of(), {});
  BOOST_REQUIRE(read);
  BOOST_TEST((read->timeout == 5s));
  BOOST_TEST(read->reads_new_failures);
  const auto& message = *read->message;
  BOOST_TEST(message.capabilities().temporal_failure_responses());
  BOOST_TEST(message.header().at("golden") == "v");
  BOOST_TEST(message.header().at("nexus-request-id") == "r");
  for (const char* gone :
       {"host", "content-type", "nexus-callback-token", "accept-encoding", "x-forwarded-for"})
    BOOST_TEST(!message.header().contains(gone), gone);
  const auto& start = message.start_operation();
  BOOST_TEST(start.service() == "s");
  BOOST_TEST(start.request_id() == "r");
  BOOST_TEST(start.callback() == "http://a/done?x=1");
  BOOST_TEST(start.callback_header().at("token") == "t");
  BOOST_TEST(start.links(0).url() == "http://l");
  BOOST_TEST(start.payload().data() == "\"hello\"");
}

BOOST_AUTO_TEST_CASE(a_cancel_has_its_token_from_header_query_or_path) {
  const auto token = [](const incoming& request, target what) {
    const auto read = read_request(request, std::move(what), {});
    BOOST_REQUIRE(read);
    BOOST_TEST(!read->message->header().contains("nexus-operation-token"));
    BOOST_TEST(
        read->message->cancel_operation().operation_id()
        == read->message->cancel_operation().operation_token());
    return read->message->cancel_operation().operation_token();
  };
  const target cancel{"s", "o", true, {}};
  BOOST_TEST(token({.headers = {{"nexus-operation-token", "t"}}}, cancel) == "t");
  BOOST_TEST(token({.query = "a=b&token=t%20u"}, cancel) == "t u");
  BOOST_TEST(token({}, {"s", "o", true, "old"}) == "old");
  BOOST_TEST(refused({}, cancel).starts_with(R"(400 {"message":"missing operation token")"));
}

BOOST_AUTO_TEST_CASE(bad_requests_are_told_what_is_wrong) {
  BOOST_TEST(refused({.headers = {{"request-timeout", "soon"}}})
                 .starts_with(R"(400 {"message":"invalid request timeout header")"));
  BOOST_TEST(refused({.headers = {{"nexus-link", "x"}}})
                 .starts_with(R"(400 {"message":"invalid \"nexus-link\" header")"));
  BOOST_TEST(
      refused({.headers = {{"content-type", "application/x-temporal-payload"}}, .body = "\xff"})
          .starts_with(R"(400 {"message":"invalid input")"));
  BOOST_TEST(refused({.headers = {{"a", "\xff"}}})
                 .starts_with(R"(400 {"message":"a header is not valid UTF-8")"));
  BOOST_TEST(refused({.headers = {{"content-type", "\xff"}}, .body = "x"})
                 .starts_with(R"(400 {"message":"invalid input")"));
}

BOOST_AUTO_TEST_CASE(of_many_headers_the_first_of_each_name_goes_along) {
  for (const int names : {3, 300}) {
    incoming request{.method = "POST"};
    for (int i = 0; i < 3 * names; ++i) {
      request.headers.emplace_back("x-" + std::to_string(i % names), std::to_string(i));
      request.headers.emplace_back(
          "nexus-callback-" + std::to_string(i % names), std::to_string(i));
    }
    const auto parts = read_parts(request, start_of());
    BOOST_REQUIRE(parts);
    for (const auto* each : {&parts->headers, &parts->callback_headers})
      BOOST_TEST(each->size() == static_cast<std::size_t>(names));
    for (const auto& [name, value] : parts->headers)
      BOOST_TEST(name == "x-" + std::string{value});
    for (const auto& [name, value] : parts->callback_headers)
      BOOST_TEST(name == value);
  }
}

BOOST_AUTO_TEST_CASE(only_json_as_it_is_is_not_looked_into) {
  const auto is_plain = [](const incoming& request) {
    const auto parts = read_parts(request, start_of());
    BOOST_REQUIRE(parts);
    return parts->input == nullptr;
  };
  using each = std::vector<std::pair<std::string, std::string>>;
  const each plain{{"content-type", "application/json"}};
  BOOST_TEST(is_plain({.headers = plain, .body = "1"}));
  BOOST_TEST(is_plain({.headers = {{"content-length", "1"}, plain[0]}, .body = "1"}));
  BOOST_TEST(!is_plain({.headers = {}, .body = {}}));
  BOOST_TEST(!is_plain({.headers = {{"content-type", "application/octet-stream"}}, .body = "1"}));
  BOOST_TEST(!is_plain({.headers = {plain[0], {"content-language", "de"}}, .body = "1"}));
  BOOST_TEST(!is_plain({.headers = {{"content-language", "de"}, plain[0]}, .body = "1"}));
  // And what it holds is the same either way.
  const incoming spaced{.headers = {{"content-type", " application/json"}}, .body = "{\"a\": 1}"};
  const incoming as_it_is{.headers = plain, .body = spaced.body};
  BOOST_TEST(!is_plain(spaced));
  const auto one = read_request(spaced, start_of(), {});
  const auto two = read_request(as_it_is, start_of(), {});
  BOOST_REQUIRE((one && two));
  BOOST_TEST(one->message->SerializeAsString() == two->message->SerializeAsString());
}

BOOST_AUTO_TEST_CASE(serialised_answers_are_those_of_the_messages) {
  const auto same = [](const nexus::Response& from) {
    const auto bytes = from.SerializeAsString();
    const auto one = write_answer(from, false);
    const auto two = write_answer(std::string_view{bytes}, false);
    BOOST_TEST(shown(one) == shown(two));
    BOOST_TEST(one.content_type == two.content_type);
    return shown(two);
  };
  nexus::Response from;
  same(from);
  auto& sync = *from.mutable_start_operation()->mutable_sync_success();
  same(from);
  auto& result = *sync.mutable_payload();
  result.set_data("{}");
  auto& about = *result.mutable_metadata();
  about["encoding"] = "json/plain";
  BOOST_TEST(same(from) == "200 {}");
  result.clear_data();
  BOOST_TEST(same(from) == "200 ");
  result.set_data("{}");
  about["messageType"] = "T";
  same(from);
  about["encoding"] = "json/protobuf";
  same(from);
  about.erase("messageType");
  about["encoding"] = "binary/plain";
  same(from);
  about["encoding"] = "json/plain";
  auto& link = *sync.add_links();
  link.set_url("http://l");
  link.set_type("L");
  BOOST_TEST(same(from) == R"(200 {} | Nexus-Link: <http://l>; type="L")");
  from.mutable_start_operation()->mutable_async_success()->set_operation_token("t");
  same(from);
  from.mutable_cancel_operation();
  same(from);
  BOOST_TEST(shown(write_answer(std::string_view{"\xff"}, false)).starts_with("500"));
}

BOOST_AUTO_TEST_CASE(answers_are_those_of_the_specification) {
  nexus::Response from;
  auto& sync = *from.mutable_start_operation()->mutable_sync_success();
  BOOST_TEST(shown(write_answer(from, false)) == "200 ");
  sync.mutable_payload()->set_data("1");
  (*sync.mutable_payload()->mutable_metadata())["encoding"] = "json/plain";
  auto& link = *sync.add_links();
  link.set_url("http://l");
  link.set_type("L");
  const auto answer = write_answer(from, false);
  BOOST_TEST(answer.content_type == "application/json");
  BOOST_TEST(shown(answer) == R"(200 1 | Nexus-Link: <http://l>; type="L")");
  from.mutable_start_operation()->mutable_async_success()->set_operation_token("t\"<");
  BOOST_TEST(shown(write_answer(from, false)) == R"(201 {"token":"t\"\u003c","state":"running"})");
  from.mutable_cancel_operation();
  BOOST_TEST(shown(write_answer(from, false)) == "202 ");
  from.Clear();
  BOOST_TEST(shown(write_answer(from, false)).starts_with(R"(500 {"message":"empty outcome")"));
  auto& failure = *from.mutable_start_operation()->mutable_failure();
  failure.set_message("no");
  failure.mutable_canceled_failure_info();
  BOOST_TEST(
      shown(write_answer(from, false))
      == R"(424 {"message":"no","metadata":{"type":"temporal.api.failure.v1.Failure"},"details":{"canceledFailureInfo":{}}} | Nexus-Operation-State: canceled | Temporal-Nexus-Failure-Source: worker)");
  BOOST_TEST(
      shown(write_answer(from, true))
      == R"(424 {"message":"operation error","metadata":{"type":"nexus.OperationError","unwrap-error":"true"},"details":{"state":"canceled"},"cause":{"message":"no","metadata":{"type":"temporal.api.failure.v1.Failure"},"details":{"canceledFailureInfo":{}}}} | Nexus-Operation-State: canceled | Temporal-Nexus-Failure-Source: worker)");
}

BOOST_AUTO_TEST_CASE(refusals_of_workers_come_in_both_forms) {
  temporal::api::failure::v1::Failure refused;
  refused.set_message("no such thing");
  refused.mutable_nexus_handler_failure_info()->set_type("NOT_FOUND");
  BOOST_TEST(
      shown(write_answer(refused, true))
      == R"(404 {"message":"no such thing","metadata":{"type":"nexus.HandlerError"},"details":{"type":"NOT_FOUND"}} | Temporal-Nexus-Failure-Source: worker)");
  nexus::HandlerError old;
  old.set_error_type("UPSTREAM_TIMEOUT");
  old.set_retry_behavior(
      temporal::api::enums::v1::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
  old.mutable_failure()->set_message("late");
  BOOST_TEST(
      shown(write_answer(old, false))
      == R"(520 {"message":"late"} | Nexus-Request-Retryable: false | Temporal-Nexus-Failure-Source: worker)");
  BOOST_TEST(
      shown(write_answer(old, true))
          .starts_with(
              R"(520 {"metadata":{"type":"nexus.HandlerError"},"details":{"type":"UPSTREAM_TIMEOUT","retryableOverride":false},"cause":{"message":"late"}})"));
}

BOOST_AUTO_TEST_SUITE_END()
