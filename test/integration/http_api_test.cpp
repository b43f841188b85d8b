// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/http/raw_peer.hpp"

#include <troupe/client.hpp>
#include <troupe/service.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using troupe::test::body_of;
using troupe::test::raw_peer;
using troupe::test::status_line;

struct fixture {
  raw_peer connect() { return raw_peer{*troupe::http::parse_address(address)}; }
  static std::string
  request(const std::string& line, const std::string& body = "", const std::string& headers = "") {
    return line + " HTTP/1.1\r\nHost: localhost\r\n" + headers
           + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  std::string ask(const std::string& line, const std::string& body = "") {
    auto client = connect();
    client.send(request(line, body, "Connection: close\r\n"));
    return client.rest();
  }
  void start(const std::string& id) {
    BOOST_TEST(
        status_line(ask(
            "POST /api/v1/namespaces/default/workflows/" + id,
            R"({"workflowType":{"name":"T"},"taskQueue":{"name":"q"},"input":[{"a":[1,null]},"b"]})"))
        == "HTTP/1.1 200 OK");
  }
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
  }

  troupe::service here;
  std::string address = here.listen_http("127.0.0.1:0");
};

const std::string workflows = "/api/v1/namespaces/default/workflows";
const std::string close_of = "/history?waitNewEvent=true&historyEventFilterType=2";

} // namespace

BOOST_FIXTURE_TEST_SUITE(http_api, fixture)

BOOST_AUTO_TEST_CASE(a_workflow_is_started_signalled_described_and_ended) {
  start("w");
  BOOST_TEST(body_of(ask("POST " + workflows + "/w/signal/s", R"({"input":["x"]})")) == "{}");
  const auto history = body_of(ask("GET " + workflows + "/w/history"));
  BOOST_TEST(has(history, R"("input":[{"a":[1,null]},"b"])"));
  BOOST_TEST(has(history, R"("signalName":"s","input":["x"])"));
  BOOST_TEST(
      has(body_of(ask("GET " + workflows + "/w/history?noPayloadShorthand")),
          R"({"metadata":{"encoding":"anNvbi9wbGFpbg=="},"data":"ImIi"})"));
  BOOST_TEST(has(
      body_of(ask("GET " + workflows + "/w")), R"("status":"WORKFLOW_EXECUTION_STATUS_RUNNING")"));
  BOOST_TEST(body_of(ask("POST " + workflows + "/w/terminate", R"({"reason":"enough"})")) == "{}");
  const auto again = ask("POST " + workflows + "/w/terminate", "{}");
  BOOST_TEST(status_line(again) == "HTTP/1.1 404 Not Found");
  BOOST_TEST(has(body_of(again), R"({"code":5,"message":"workflow execution already completed")"));
  // What gRPC sees is the same.
  BOOST_CHECK(
      here.connect().get_workflow("w").describe().status == troupe::workflow_status::terminated);
}

BOOST_AUTO_TEST_CASE(errors_carry_their_details) {
  BOOST_TEST(
      body_of(ask("GET /api/v1/namespaces/nope"))
      == R"({"code":5,"message":"Namespace nope is not found.","details":[{"@type":"type.googleapis.com/temporal.api.errordetails.v1.NamespaceNotFoundFailure","namespace":"nope"}]})");
  const auto unknown = ask("GET /api/v1/namespaces/default/current-deployment/a");
  BOOST_TEST(!has(status_line(unknown), " 200 "));
  BOOST_TEST(has(body_of(unknown), R"({"code":)"));
}

BOOST_AUTO_TEST_CASE(endpoints_of_nexus_are_made_and_deleted) {
  const auto made = body_of(ask(
      "POST /api/v1/nexus/endpoints",
      R"({"spec":{"name":"endpoint","description":"# hi","target":{"worker":{"namespace":"default","taskQueue":"q"}}}})"));
  const auto id = made.substr(made.find("\"id\":\"") + 6, 36);
  const auto got = body_of(ask("GET /api/v1/nexus/endpoints/" + id));
  BOOST_TEST(has(got, R"("description":"# hi")"));
  BOOST_TEST(body_of(ask("DELETE /api/v1/nexus/endpoints/" + id + "?version=1")) == "{}");
  BOOST_TEST(body_of(ask("GET /api/v1/nexus/endpoints")) == "{}");
}

BOOST_AUTO_TEST_CASE(a_long_poll_ends_when_something_happens) {
  start("w");
  auto waiting = connect();
  waiting.send(request("GET " + workflows + "/w" + close_of, "", "Connection: close\r\n"));
  here.connect().get_workflow("w").terminate("enough");
  BOOST_TEST(has(waiting.rest(), "EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED"));
}

BOOST_AUTO_TEST_CASE(a_stop_answers_long_polls) {
  start("w");
  auto waiting = connect();
  waiting.send(request("GET " + workflows + "/w"));
  waiting.until("pendingWorkflowTask"); // the connection is served
  waiting.send(request("GET " + workflows + "/w" + close_of));
  here.stop(1h);
  // Before the poll was read, with an answer, or as one that came too late.
  const auto answer = waiting.rest();
  BOOST_TEST(
      (answer.find("HTTP/1.1") == answer.npos || has(answer, " 200 ") || has(answer, " 503 ")));
}

BOOST_AUTO_TEST_CASE(clients_that_vanish_in_long_polls_leave_nothing_behind) {
  start("w");
  for (int round = 0; round < 50; ++round) {
    auto client = connect();
    client.send(request("GET " + workflows + "/w" + close_of));
    if (round % 2 == 0)
      client.vanish();
  }
  BOOST_TEST(status_line(ask("GET " + workflows)) == "HTTP/1.1 200 OK");
  here.stop(0ms); // must not wait for any of them
}

BOOST_AUTO_TEST_CASE(a_flood_of_pipelined_requests_is_answered_in_order) {
  start("w");
  auto client = connect();
  constexpr int count = 300;
  std::thread sender{[&] {
    for (int i = 0; i < count; ++i)
      client.send(request("GET " + workflows + "/nope-" + std::to_string(i) + '-'));
  }};
  const auto all = client.until("nope-" + std::to_string(count - 1) + '-');
  sender.join();
  std::size_t at = 0;
  for (int i = 0; i < count; ++i) {
    at = all.find("workflow not found for ID: nope-" + std::to_string(i) + '-', at);
    BOOST_TEST_REQUIRE(at != all.npos);
  }
}

BOOST_AUTO_TEST_CASE(fields_have_the_limits_of_grpc) {
  BOOST_TEST(
      has(body_of(
              ask("POST " + workflows + "/" + std::string(1001, 'w'),
                  R"({"workflowType":{"name":"T"},"taskQueue":{"name":"q"}})")),
          "WorkflowId length exceeds limit."));
}

BOOST_AUTO_TEST_CASE(an_address_in_use_or_none_is_told) {
  BOOST_CHECK_THROW(here.listen_http(address), troupe::service_error);
  BOOST_CHECK_THROW(here.listen_http("nonsense"), troupe::service_error);
  const auto second = here.listen_http("127.0.0.1:0");
  BOOST_TEST(second != address);
  here.stop();
  BOOST_CHECK_THROW(here.listen_http("127.0.0.1:0"), troupe::service_error);
}

BOOST_AUTO_TEST_SUITE_END()
