// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/address.hpp"
#include "test/runtime/http/raw_peer.hpp"
#include "test/runtime/nexus_peer/probe.hpp"

#include <troupe/nexus/workflow_run.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <coroutine>
#include <memory>
#include <optional>
#include <thread>

namespace nexus = troupe::nexus;
using namespace std::chrono_literals;
using troupe::test::body_of;
using troupe::test::probe;
using troupe::test::probe_server;
using troupe::test::raw_peer;
using troupe::test::status_line;

namespace {

/// What a request on a connection of its own is answered, even if it is not taken whole.
std::string
ask(const nexus::http_server& server,
    const std::string& path,
    const std::string& body,
    const std::string& headers = "Content-Type: application/json\r\n") {
  const auto url = server.url();
  raw_peer peer{*troupe::http::parse_address(url.substr(7, url.find('/', 7) - 7))};
  peer.try_send(
      "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + headers
      + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  return peer.rest();
}

/// The status of the first answer that does not say that all places are taken; of the last one if
/// that stays so.
std::string status_once_free(
    const nexus::http_server& server,
    const std::string& path,
    const std::string& body,
    const std::string& headers = "Content-Type: application/json\r\n") {
  const auto late = std::chrono::steady_clock::now() + 30s;
  for (;;) {
    auto status = status_line(ask(server, path, body, headers));
    if (status != "HTTP/1.1 429 Too Many Requests" || std::chrono::steady_clock::now() > late)
      return status;
  }
}

/// Does not end when it is cancelled.
nexus::async<std::string> hang(nexus::start_context ctx, std::shared_ptr<int> held) {
  co_await ctx.sleep(std::chrono::hours{1});
  co_await std::suspend_always{};
  co_return std::to_string(*held);
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_server)

BOOST_AUTO_TEST_CASE(coroutines_and_functions_are_served_below_the_path) {
  probe_server peer{{.path = "nexus/"}};
  BOOST_TEST(peer.server.url().ends_with("/nexus"));
  BOOST_TEST(body_of(ask(peer.server, "/nexus/probe/echo", "\"hi\"")) == "\"hi\"");
  BOOST_TEST(body_of(ask(peer.server, "/nexus/probe/echo", "\"nap\"")) == "\"nap\"");
  peer.gate.put("open");
  BOOST_TEST(body_of(ask(peer.server, "/nexus/probe/block", "\"x\"")) == "\"x\"");
  for (const auto* outside : {"/probe/echo", "/nexusprobe/echo", "/nexus"})
    BOOST_TEST(status_line(ask(peer.server, outside, "\"hi\"")) == "HTTP/1.1 404 Not Found");
}

BOOST_AUTO_TEST_CASE(bad_requests_are_told_what_is_wrong) {
  probe_server peer;
  const auto answer = [&](const std::string& path,
                          const std::string& body,
                          const std::string& headers = "Content-Type: application/json\r\n") {
    const auto said = ask(peer.server, path, body, headers);
    return status_line(said).substr(9, 3) + ' '
           + body_of(said).substr(0, body_of(said).find(",\"metadata"));
  };
  BOOST_TEST(answer("/probe/nope", "1").starts_with("404"));
  BOOST_TEST(answer("/nope/echo", "1").starts_with("404"));
  BOOST_TEST(answer("/probe", "1") == R"(404 {"message":"not found")");
  BOOST_TEST(answer("/probe/echo", "{").starts_with("400"));
  BOOST_TEST(answer("/probe/echo", std::string(10'000, '[')).starts_with("400"));
  BOOST_TEST(answer("/probe/echo", "\"x\"", "Content-Type: text/plain\r\n").starts_with("400"));
  BOOST_TEST(
      answer("/probe/echo", "1", "Request-Timeout: soon\r\n")
      == R"(400 {"message":"invalid request timeout header")");
  BOOST_TEST(answer("/probe/later", "\"x\"").starts_with("400")); // without a callback
  BOOST_TEST(
      answer("/probe/later?callback=ftp%3A%2F%2Fx", "\"x\"")
      == R"(400 {"message":"the callback cannot be called: \"ftp://x\" is no http://host:port/path")");
  BOOST_TEST(answer("/probe/echo?callback=nowhere", "\"x\"").starts_with("400"));
  BOOST_TEST(answer("/probe/echo?callback=http%3A%2F%2Fa", "\"x\"").starts_with("200"));
  BOOST_TEST(answer("/probe/echo/cancel", "") == R"(400 {"message":"missing operation token")");
  BOOST_TEST(answer("/probe/echo/cancel", "", "Nexus-Operation-Token: t\r\n").starts_with("501"));
  BOOST_TEST(
      answer("/callback", "1") == R"(400 {"message":"invalid request operation state: \"\"")");
  BOOST_TEST(answer("/probe/echo", std::string(5 << 20, 'x')).starts_with("413"));
  BOOST_TEST(
      answer("/probe/echo", "1", "X: " + std::string(1 << 20, 'x') + "\r\n").starts_with("431"));
}

BOOST_AUTO_TEST_CASE(more_headers_than_a_task_may_have_are_refused) {
  probe_server peer;
  const auto with = [&](int headers) {
    std::string all = "Content-Type: application/json\r\n";
    for (int i = 0; i < headers; ++i)
      all += "X-" + std::to_string(i) + ": 1\r\n";
    return ask(peer.server, "/probe/echo", "\"hi\"", all);
  };
  BOOST_TEST(body_of(with(200)) == "\"hi\"");
  BOOST_TEST(status_line(with(300)) == "HTTP/1.1 400 Bad Request");
  BOOST_TEST(
      body_of(with(300)).starts_with(R"({"message":"the request has more than 256 headers")"));
}

BOOST_AUTO_TEST_CASE(a_handler_that_takes_too_long_is_told_and_answered_for) {
  probe_server peer;
  const auto said =
      ask(peer.server,
          "/probe/echo",
          "\"sleep\"",
          "Content-Type: application/json\r\nRequest-Timeout: 20ms\r\n");
  BOOST_TEST(status_line(said) == "HTTP/1.1 408 Request Timeout");
  BOOST_TEST(body_of(said).starts_with(R"({"message":"the handler did not answer in time")"));
}

BOOST_AUTO_TEST_CASE(more_than_so_many_requests_are_refused) {
  probe_server peer{{.threads = 1, .max_requests = 1}};
  std::thread first{[&] { ask(peer.server, "/probe/block", "\"x\""); }};
  peer.entered.take();
  const auto refused = ask(peer.server, "/probe/echo", "\"hi\"");
  BOOST_TEST(status_line(refused) == "HTTP/1.1 429 Too Many Requests");
  peer.gate.put("open");
  first.join();
}

BOOST_AUTO_TEST_CASE(functions_that_are_late_keep_their_places_until_they_return) {
  probe_server peer{{.threads = 1, .max_requests = 1}};
  const std::string hurry = "Content-Type: application/json\r\nRequest-Timeout: 200ms\r\n";
  BOOST_TEST(
      status_line(ask(peer.server, "/probe/block", "\"x\"", hurry))
      == "HTTP/1.1 408 Request Timeout");
  const auto refused = ask(peer.server, "/probe/echo", "\"hi\"");
  BOOST_TEST(status_line(refused) == "HTTP/1.1 429 Too Many Requests");
  peer.gate.put("open");
  BOOST_TEST(status_once_free(peer.server, "/probe/echo", "\"hi\"") == "HTTP/1.1 200 OK");
}

BOOST_AUTO_TEST_CASE(what_needs_a_service_is_not_there) {
  nexus::http_server server;
  server.add(
      {"s",
       {nexus::dynamic_operation<std::string, std::string>(
           "start", [](nexus::start_context, std::string) -> nexus::start_result<std::string> {
             return nexus::start_workflow_named<std::string>("T", {.id = "w"});
           })}});
  server.start();
  const auto refused = ask(server, "/s/start?callback=http%3A%2F%2Fa", "\"x\"");
  BOOST_TEST(status_line(refused) == "HTTP/1.1 501 Not Implemented");
  BOOST_TEST(refused.find("needs a Temporal service") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(its_end_answers_who_waits) {
  auto peer = std::make_unique<probe_server>();
  nexus::http_client client{{.url = peer->server.url()}};
  std::string said;
  std::thread waits{[&] {
    try {
      static_cast<void>(client.start<probe, probe::echo>("sleep"));
    } catch (const nexus::handler_error& error) {
      said = error.type_text();
    }
  }};
  peer->entered.take();
  peer->server.stop(10ms);
  waits.join();
  BOOST_TEST(said == "UNAVAILABLE");
}

BOOST_AUTO_TEST_CASE(contexts_may_be_kept_for_longer_than_the_server) {
  std::optional<nexus::start_context> kept;
  {
    nexus::http_server server;
    server.add(
        {"s",
         {nexus::dynamic_operation<std::string, std::string>(
             "keep", [&](nexus::start_context ctx, std::string text) {
               kept = std::move(ctx);
               return text;
             })}});
    server.start();
    BOOST_TEST(status_line(ask(server, "/s/keep", "\"x\"")) == "HTTP/1.1 200 OK");
  }
  BOOST_REQUIRE(kept);
  BOOST_TEST(!kept->is_cancelled());
}

BOOST_AUTO_TEST_CASE(coroutines_that_never_end_go_with_the_server) {
  const auto held = std::make_shared<int>();
  {
    nexus::http_server server;
    server.add(
        {"s",
         {nexus::dynamic_operation<std::string, std::string>(
             "hang", [held](nexus::start_context ctx, std::string) {
               return hang(std::move(ctx), held);
             })}});
    server.start();
    const auto late = ask(
        server, "/s/hang", "\"x\"", "Content-Type: application/json\r\nRequest-Timeout: 5ms\r\n");
    BOOST_TEST(status_line(late) == "HTTP/1.1 408 Request Timeout");
  }
  BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(completions_that_cannot_be_decoded_take_no_place) {
  struct broken final : troupe::payload_codec {
    troupe::payloads encode(troupe::payloads all) const override { return all; }
    troupe::payloads decode(troupe::payloads) const override { throw std::runtime_error("secret"); }
  };
  nexus::http_server server{
      {.converter = {.codec = std::make_shared<broken>()}, .max_requests = 1}};
  server.on_completion([](const nexus::completion&) {});
  server.start();
  const std::string headers = "Content-Type: application/json\r\nNexus-Operation-State: ";
  const std::string body =
      R"({"message":"m","metadata":{"type":"temporal.api.failure.v1.Failure"},)"
      R"("details":{"encodedAttributes":{"data":"eA=="}}})";
  BOOST_TEST(
      status_line(ask(server, "/callback", body, headers + "failed\r\n"))
      == "HTTP/1.1 500 Internal Server Error");
  // Its place is free a moment after its answer.
  BOOST_TEST(
      status_once_free(server, "/callback", "1", headers + "succeeded\r\n") == "HTTP/1.1 200 OK");
}

BOOST_AUTO_TEST_CASE(mistakes_of_its_owner_are_told) {
  nexus::http_server server{{.address = "nowhere"}};
  BOOST_CHECK_THROW(static_cast<void>(server.url()), std::logic_error);
  BOOST_CHECK_THROW(server.start(), nexus::http_server_error);
  probe_server first;
  BOOST_CHECK_THROW(first.server.start(), std::logic_error);
  BOOST_CHECK_THROW(first.server.add({"late", {}}), std::logic_error);
  nexus::http_server second{{.address = first.server.url().substr(7)}};
  BOOST_CHECK_THROW(second.start(), nexus::http_server_error);
}

BOOST_AUTO_TEST_SUITE_END()
