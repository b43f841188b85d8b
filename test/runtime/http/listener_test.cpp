// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/listener.hpp"
#include "test/runtime/http/raw_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using troupe::http::limits;
using troupe::http::request;
using troupe::http::response;
using troupe::test::raw_peer;

struct fixture {
  std::unique_ptr<troupe::http::listener> make(limits within = {}) {
    return std::make_unique<troupe::http::listener>(
        troupe::http::address{"127.0.0.1", 0},
        std::map<std::string, troupe::http::listener::handler>{
            {"/hello",
             [](const request& from) {
               return response{.body = "hello " + std::string{from.query}};
             }},
            {"/broken", [](const request&) -> response { throw std::runtime_error("secret"); }}},
        within);
  }
  std::string ask(const std::string& first_line, const std::string& headers = "") {
    raw_peer client{server->where()};
    client.send(first_line + "\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n");
    return client.rest();
  }
  std::unique_ptr<troupe::http::listener> server = make();
};

std::string status_of(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(listener, fixture)

BOOST_AUTO_TEST_CASE(answers_its_paths) {
  const auto answer = ask("GET /hello?world HTTP/1.1");
  BOOST_TEST(status_of(answer) == "HTTP/1.1 200 OK");
  BOOST_TEST(answer.ends_with("\r\n\r\nhello world"));
  BOOST_TEST(status_of(ask("GET / HTTP/1.1")) == "HTTP/1.1 404 Not Found");
  BOOST_TEST(status_of(ask("GET /hello/../hello HTTP/1.1")) == "HTTP/1.1 404 Not Found");
}

BOOST_AUTO_TEST_CASE(head_is_get_without_the_body) {
  const auto answer = ask("HEAD /hello HTTP/1.1");
  BOOST_TEST(status_of(answer) == "HTTP/1.1 200 OK");
  BOOST_TEST(answer.find("Content-Length: 6") != std::string::npos);
  BOOST_TEST(answer.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(other_methods_are_refused_by_name) {
  const auto answer = ask("POST /hello HTTP/1.1", "Content-Length: 0\r\n");
  BOOST_TEST(status_of(answer) == "HTTP/1.1 405 Method Not Allowed");
  BOOST_TEST(answer.find("Allow: GET, HEAD") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_a_500_without_its_words) {
  const auto answer = ask("GET /broken HTTP/1.1");
  BOOST_TEST(status_of(answer) == "HTTP/1.1 500 Internal Server Error");
  BOOST_TEST(answer.find("secret") == std::string::npos);
  BOOST_TEST(status_of(ask("GET /hello HTTP/1.1")) == "HTTP/1.1 200 OK");
}

BOOST_AUTO_TEST_CASE(one_connection_carries_many_requests) {
  raw_peer client{server->where()};
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n"
              "Connection: close\r\n\r\n");
  const auto answers = client.rest();
  BOOST_TEST(answers.find("200 OK") != answers.rfind("200 OK"));
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused_or_cut_off) {
  for (const std::string& bytes :
       {std::string("nonsense\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00", 5),
        std::string(100, '\0'),
        std::string("GET /hello HTTP/9.9\r\n\r\n"),
        std::string("GET  HTTP/1.1\r\n\r\n")}) {
    raw_peer client{server->where()};
    client.send(bytes + "\r\n\r\n");
    const auto answer = client.rest();
    BOOST_TEST((answer.empty() || answer.starts_with("HTTP/1.1 4")), answer);
  }
  BOOST_TEST(status_of(ask("GET /hello HTTP/1.1")) == "HTTP/1.1 200 OK");
}

BOOST_AUTO_TEST_CASE(headers_and_bodies_have_limits) {
  const auto large =
      ask("GET /hello HTTP/1.1", "X: " + std::string(std::size_t{9} << 10, 'x') + "\r\n");
  BOOST_TEST(
      (large.empty() || status_of(large) == "HTTP/1.1 431 Request Header Fields Too Large"), large);
  const auto body = ask("GET /hello HTTP/1.1", "Content-Length: 70000\r\n");
  BOOST_TEST(status_of(body) == "HTTP/1.1 413 Payload Too Large");
}

BOOST_AUTO_TEST_CASE(who_is_slow_is_cut_off_and_holds_up_nobody) {
  server = make({.request_time = 50ms});
  raw_peer slow{server->where()};
  slow.try_send("GET /hello HT");
  BOOST_TEST(status_of(ask("GET /hello HTTP/1.1")) == "HTTP/1.1 200 OK");
  BOOST_TEST(slow.rest() == "");
}

BOOST_AUTO_TEST_CASE(for_one_connection_too_many_the_one_goes_that_has_waited_longest) {
  server = make({.connections = 3, .request_time = 1h});
  raw_peer first{server->where()};
  raw_peer second{server->where()};
  raw_peer third{server->where()};
  for (auto* each : {&second, &third, &first}) {
    each->send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    BOOST_TEST(status_of(each->until("hello ")) == "HTTP/1.1 200 OK");
  }
  second.send("GET /he"); // by halves does not count
  BOOST_TEST(status_of(ask("GET /hello HTTP/1.1")) == "HTTP/1.1 200 OK");
  BOOST_TEST(second.rest() == "");
  third.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  BOOST_TEST(status_of(third.rest()) == "HTTP/1.1 200 OK");
  first.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  BOOST_TEST(status_of(first.rest()) == "HTTP/1.1 200 OK");
}

BOOST_AUTO_TEST_CASE(idle_connections_keep_nobody_out) {
  server = make({.request_time = 1h});
  std::vector<std::unique_ptr<raw_peer>> idle;
  for (std::size_t i = 0; i < limits{}.connections * 3; ++i)
    idle.push_back(std::make_unique<raw_peer>(server->where()));
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(status_of(ask("GET /hello HTTP/1.1")) == "HTTP/1.1 200 OK");
  BOOST_TEST(idle.front()->rest() == "");
}

BOOST_AUTO_TEST_CASE(it_ends_with_requests_under_way) {
  raw_peer client{server->where()};
  client.send("GET /hel");
  server = nullptr;
  BOOST_TEST(client.rest() == "");
}

BOOST_AUTO_TEST_CASE(an_address_in_use_is_told) {
  const auto where = server->where();
  BOOST_CHECK_EXCEPTION(
      troupe::http::listener(where, {}),
      troupe::http::listen_error,
      [&](const troupe::http::listen_error& error) {
        return std::string{error.what()}
               == "cannot listen on " + to_string(where) + ": Address already in use";
      });
}

BOOST_AUTO_TEST_SUITE_END()
