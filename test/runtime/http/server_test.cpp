// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/gzip.hpp"
#include "runtime/http/server.hpp"
#include "test/runtime/http/raw_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using troupe::http::answer_function;
using troupe::http::incoming;
using troupe::http::response;
using troupe::http::server;
using troupe::http::server_limits;
using troupe::test::body_of;
using troupe::test::raw_peer;
using troupe::test::status_line;

/// Answers `/echo` with the body, `/big` with much, `/some` with less; keeps `/later` until it is
/// told; drops `/drop`; throws for `/thrown` and while it makes the answer of `/broken`; `/huge`
/// has a header that no message can hold.
class echo final : public troupe::http::handler {
public:
  troupe::unique_function<void()>
  serve(std::shared_ptr<const incoming> request, answer_function answer) override {
    if (request->path == "/drop")
      return {};
    if (request->path == "/thrown")
      throw std::runtime_error("secret");
    if (request->path == "/later") {
      std::lock_guard guard{mutex_};
      waiting_.push_back(std::move(answer));
      changed_.notify_all();
      return [this] {
        std::lock_guard inner{mutex_};
        ++gone_;
        changed_.notify_all();
      };
    }
    answer([request] {
      if (request->path == "/broken")
        throw std::runtime_error("secret");
      if (request->path == "/huge")
        return response{.headers = {{"X", std::string(70'000, 'x')}}};
      return response{
          .body = request->path == "/big" ? std::string(100'000, 'x')
                  : request->path == "/some"
                      ? std::string(10'000, 'y')
                      : request->method + ' ' + request->query + ' ' + request->body};
    });
    return {};
  }

  /// Once `count` requests wait, answers the first of them on another thread.
  void answer_one(std::size_t count = 1) {
    answer_function first;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [&] { return waiting_.size() >= count; });
      first = std::move(waiting_.front());
      waiting_.erase(waiting_.begin());
    }
    std::thread{[&] { first([] { return response{.body = "at last"}; }); }}.join();
  }
  void wait_for(std::size_t waiting, int gone) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_.size() >= waiting && gone_ >= gone; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<answer_function> waiting_;
  int gone_ = 0;
};

struct fixture {
  void restart(server_limits within) {
    serves = nullptr;
    serves = std::make_unique<server>(troupe::http::address{"127.0.0.1", 0}, handler, within);
  }
  std::string ask(const std::string& text) {
    raw_peer client{serves->where()};
    client.send(text);
    return client.rest();
  }
  /// A request whose answer is the last on its connection.
  std::string ask_once(
      const std::string& first_line,
      const std::string& headers = "",
      const std::string& body = "") {
    return ask(
        first_line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n" + body);
  }

  echo handler;
  std::unique_ptr<server> serves =
      std::make_unique<server>(troupe::http::address{"127.0.0.1", 0}, handler);
};

std::string with_length(const std::string& body) {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(server, fixture)

BOOST_AUTO_TEST_CASE(a_request_is_read_whole) {
  BOOST_TEST(body_of(ask_once("POST /echo?a=b", with_length("body"), "body")) == "POST a=b body");
  BOOST_TEST(
      body_of(ask_once(
          "POST /echo", "Transfer-Encoding: chunked\r\n", "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"))
      == "POST  body");
  BOOST_TEST(body_of(ask_once("GET http://x/echo?a")) == "GET a ");
  BOOST_TEST(serves->counts().requests == 3);
}

BOOST_AUTO_TEST_CASE(a_head_is_answered_without_its_body) {
  const auto answer = ask_once("HEAD /big");
  BOOST_TEST(status_line(answer) == "HTTP/1.1 200 OK");
  BOOST_TEST(answer.find("Content-Length: 100000\r\n") != answer.npos);
  BOOST_TEST(body_of(answer) == "");
}

BOOST_AUTO_TEST_CASE(connections_are_kept_and_requests_pipelined) {
  raw_peer client{serves->where()};
  std::string many;
  for (int i = 0; i < 200; ++i)
    many += "GET /echo?" + std::to_string(i) + ";;; HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(many);
  const auto all = client.until("GET 199;;; ");
  for (std::size_t i = 0, at = 0; i < 200; ++i) {
    at = all.find("GET " + std::to_string(i) + ";;; ", at);
    BOOST_TEST(at != all.npos);
  }
  client.send("GET /echo?last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  BOOST_TEST(client.rest().ends_with("GET last "));
  BOOST_TEST(serves->counts().accepted == 1);
}

BOOST_AUTO_TEST_CASE(who_reads_late_gets_all_answers_whole) {
  raw_peer client{serves->where()};
  std::string many;
  constexpr std::size_t pairs = 150; // more than the buffers of both sides take
  for (std::size_t i = 0; i < pairs; ++i)
    many += "GET /some HTTP/1.1\r\nHost: x\r\n\r\nGET /big HTTP/1.1\r\nHost: x\r\n\r\n";
  many += "GET /echo?last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  client.send(many);
  raw_peer other{serves->where()}; // served meanwhile
  other.send("GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  BOOST_TEST(body_of(other.rest()) == "GET  ");
  const auto all = client.rest();
  std::size_t at = 0;
  for (std::size_t i = 0; i < 2 * pairs; ++i) {
    const auto size = i % 2 == 0 ? 10'000U : 100'000U;
    at = all.find("\r\n\r\n", at);
    BOOST_REQUIRE(at != all.npos);
    at += 4;
    BOOST_REQUIRE(all.size() > at + size);
    BOOST_REQUIRE(all.substr(at, size) == std::string(size, i % 2 == 0 ? 'y' : 'x'));
    at += size;
    BOOST_REQUIRE(all.compare(at, 9, "HTTP/1.1 ") == 0);
  }
  BOOST_TEST(all.ends_with("GET last "));
}

BOOST_AUTO_TEST_CASE(old_clients_are_left_after_an_answer) {
  BOOST_TEST(status_line(ask("GET /echo HTTP/1.0\r\n\r\n")) == "HTTP/1.1 200 OK");
}

BOOST_AUTO_TEST_CASE(answers_may_come_later_and_in_order) {
  raw_peer client{serves->where()};
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /echo HTTP/1.1\r\nHost: x\r\nConnection: "
              "close\r\n\r\n");
  handler.answer_one();
  const auto all = client.rest();
  BOOST_TEST(all.find("at last") < all.find("GET  "));
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_while_it_waits_is_noticed) {
  {
    raw_peer client{serves->where()};
    client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    handler.wait_for(1, 0);
    client.vanish();
  }
  handler.wait_for(1, 1);
  handler.answer_one();
  BOOST_TEST(body_of(ask_once("GET /echo")) == "GET  ");
}

BOOST_AUTO_TEST_CASE(a_client_that_only_ends_its_sending_still_gets_its_answer) {
  raw_peer client{serves->where()};
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  client.end_sending();
  handler.wait_for(1, 1);
  handler.answer_one();
  BOOST_TEST(body_of(client.rest()) == "at last");
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_or_forgets_is_an_internal_error) {
  for (const auto* path : {"/broken", "/thrown", "/drop", "/huge"}) {
    const auto answer = ask_once(std::string{"GET "} + path);
    BOOST_TEST(status_line(answer) == "HTTP/1.1 500 Internal Server Error");
    BOOST_TEST(answer.find("secret") == answer.npos);
  }
}

BOOST_AUTO_TEST_CASE(bodies_travel_as_gzip_both_ways) {
  const auto packed = troupe::http::to_gzip("body");
  BOOST_TEST(
      body_of(ask_once("POST /echo", "Content-Encoding: gzip\r\n" + with_length(packed), packed))
      == "POST  body");
  const auto answer = ask_once("GET /big", "Accept-Encoding: br, gzip;q=0.5\r\n");
  BOOST_TEST(answer.find("Content-Encoding: gzip\r\n") != answer.npos);
  BOOST_TEST(answer.find("Vary: Accept-Encoding\r\n") != answer.npos);
  const auto body = troupe::http::from_gzip(body_of(answer), 1 << 20);
  BOOST_REQUIRE(body);
  BOOST_TEST(*body == std::string(100'000, 'x'));
  for (const auto* not_wanted : {"", "Accept-Encoding: br\r\n", "Accept-Encoding: gzip;q=0\r\n"})
    BOOST_TEST(body_of(ask_once("GET /big", not_wanted)).size() == 100'000);
}

BOOST_AUTO_TEST_CASE(damaged_and_unknown_encodings_are_refused) {
  const auto packed = troupe::http::to_gzip(std::string(1000, 'x'));
  const auto cut = packed.substr(0, packed.size() / 2);
  for (const auto& bad : {cut, packed + "more", std::string{"plain"}, std::string{}})
    BOOST_TEST(
        status_line(ask_once("POST /echo", "Content-Encoding: gzip\r\n" + with_length(bad), bad))
        == "HTTP/1.1 400 Bad Request");
  BOOST_TEST(
      status_line(ask_once("POST /echo", "Content-Encoding: br\r\n" + with_length("x"), "x"))
      == "HTTP/1.1 415 Unsupported Media Type");
}

BOOST_AUTO_TEST_CASE(bodies_have_a_limit_before_and_after_decompression) {
  restart({.body_bytes = 1000});
  const std::string too_large = "HTTP/1.1 413 Payload Too Large";
  const std::string body(1001, 'x');
  BOOST_TEST(status_line(ask_once("POST /echo", with_length(body), body)) == too_large);
  BOOST_TEST(status_line(ask_once("POST /echo", "Content-Length: 99999999999\r\n")) == too_large);
  const auto packed = troupe::http::to_gzip(body);
  BOOST_TEST(packed.size() < 100);
  BOOST_TEST(
      status_line(
          ask_once("POST /echo", "Content-Encoding: gzip\r\n" + with_length(packed), packed))
      == too_large);
}

BOOST_AUTO_TEST_CASE(who_sends_much_more_than_the_limit_hears_so) {
  restart({.body_bytes = 1000});
  const std::string body(16 << 20, 'x');
  raw_peer client{serves->where()};
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\n" + with_length(body) + "\r\n" + body);
  BOOST_TEST(status_line(client.rest()) == "HTTP/1.1 413 Payload Too Large");
}

BOOST_AUTO_TEST_CASE(chunks_for_ever_end_a_while_after_the_limit) {
  restart({.body_bytes = 100'000});
  raw_peer client{serves->where()};
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto chunk = "1000\r\n" + std::string(4096, 'x') + "\r\n";
  const auto late = std::chrono::steady_clock::now() + 60s;
  while (client.try_send(chunk))
    BOOST_REQUIRE(std::chrono::steady_clock::now() < late);
  BOOST_TEST(body_of(ask_once("GET /echo")) == "GET  ");
}

BOOST_AUTO_TEST_CASE(chunks_without_content_end_by_time_or_size) {
  restart({.header_bytes = 8192, .request_time = 100ms});
  raw_peer client{serves->where()};
  client.try_send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;"
      + std::string(1'000'000, 'e'));
  BOOST_TEST(client.rest().find("200 OK") == std::string::npos);
  BOOST_TEST(body_of(ask_once("GET /echo")) == "GET  ");
}

BOOST_AUTO_TEST_CASE(all_bodies_together_have_a_limit) {
  restart({.bodies_bytes = 10'000});
  BOOST_TEST(
      status_line(ask_once("POST /echo", "Content-Length: 20000\r\n", std::string(15'000, 'x')))
      == "HTTP/1.1 503 Service Unavailable");
  const std::string small(9'000, 'x'); // what is over is let go
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(body_of(ask_once("POST /echo", with_length(small), small)) == "POST  " + small);
  const auto packed = troupe::http::to_gzip(std::string(15'000, 'x'));
  const auto headers = "Content-Encoding: gzip\r\n" + with_length(packed);
  BOOST_TEST(
      status_line(ask_once("POST /echo", headers, packed)) == "HTTP/1.1 503 Service Unavailable");
}

BOOST_AUTO_TEST_CASE(headers_have_a_limit) {
  for (const auto& flood : {"A: " + std::string(1 << 20, 'a') + "\r\n", [] {
                              std::string many;
                              for (int i = 0; i < 50'000; ++i)
                                many += "A" + std::to_string(i) + ": b\r\n";
                              return many;
                            }()}) {
    raw_peer client{serves->where()};
    client.try_send("GET /echo HTTP/1.1\r\n" + flood + "\r\n");
    const auto answer = client.rest();
    if (!answer.empty()) // the reset for what was sent after it may overtake it
      BOOST_TEST(status_line(answer) == "HTTP/1.1 431 Request Header Fields Too Large");
  }
  BOOST_TEST(body_of(ask_once("GET /echo")) == "GET  ");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_refused) {
  for (const auto* text :
       {"\r\n\r\n\r\n\r\nnonsense\r\n\r\n",
        "GET\r\n\r\n",
        "GET /echo HTTP/9.9\r\n\r\n",
        "GET /echo HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        "GET /a\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: "
        "chunked\r\n\r\nx",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\nGET /echo "
        "HTTP/1.1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\nContent-Length: "
        "1\r\n\r\nx",
        "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /echo HTTP/1.1\r\nHost: localhost\r\nHost: example.com\r\n\r\n",
        "GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /echo HTTP/1.1\r\nHost: a b/c\r\n\r\n"})
    BOOST_TEST(status_line(ask(text)) == "HTTP/1.1 400 Bad Request", text);
}

BOOST_AUTO_TEST_CASE(bodies_that_are_cut_off_reach_nobody) {
  raw_peer client{serves->where()};
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nfive!");
  client.end_sending();
  BOOST_TEST(client.rest() == "");
  BOOST_TEST(serves->counts().requests == 0);
}

BOOST_AUTO_TEST_CASE(who_is_asked_to_go_on_is_told_so) {
  raw_peer client{serves->where()};
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: "
              "100-continue\r\nContent-Length: 4\r\n\r\n");
  BOOST_TEST(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  BOOST_TEST(body_of(client.rest()) == "POST  body");
}

BOOST_AUTO_TEST_CASE(an_expectation_is_to_go_on_or_is_refused) {
  for (const auto* other : {"200-ok", "100-continues", "x"})
    for (const std::string body : {"", "body"}) {
      const auto refused = ask_once(
          "POST /echo", "Expect: " + std::string{other} + "\r\n" + with_length(body), body);
      BOOST_TEST(status_line(refused) == "HTTP/1.1 417 Expectation Failed", other);
    }
  BOOST_TEST(serves->counts().requests == 0);
  // In any case of its letters, and beside others; who sends no body need not be told.
  for (const auto* known : {"100-Continue", "more, 100-continue"})
    BOOST_TEST(body_of(ask_once("GET /echo", "Expect: " + std::string{known} + "\r\n")) == "GET  ");
  // A client that knows no interim answers gets none.
  BOOST_TEST(
      body_of(ask("POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody"))
      == "POST  body");
}

BOOST_AUTO_TEST_CASE(who_is_slow_or_idle_is_left) {
  restart({.idle_time = 50ms});
  raw_peer idle{serves->where()};
  BOOST_TEST(idle.rest() == "");
  restart({.request_time = 50ms, .idle_time = 1h});
  raw_peer slow_header{serves->where()};
  slow_header.try_send("GET /echo HT");
  BOOST_TEST(slow_header.rest() == "");
  raw_peer slow_body{serves->where()};
  slow_body.try_send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
  BOOST_TEST(slow_body.rest() == "");
  // A clock that was set for one request is no measure for the next.
  restart({.request_time = 1h, .idle_time = 100ms});
  raw_peer idle_again{serves->where()};
  idle_again.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(idle_again.rest().ends_with("GET  "));
  restart({.request_time = 50ms, .idle_time = 1h});
  raw_peer slow_again{serves->where()};
  slow_again.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\nGET /ec");
  BOOST_TEST(slow_again.rest().ends_with("GET  "));
}

BOOST_AUTO_TEST_CASE(time_does_not_run_while_the_server_works) {
  restart({.request_time = 500ms, .idle_time = 1h});
  raw_peer client{serves->where()};
  client.send("GET /later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  handler.wait_for(1, 0);
  raw_peer slow{serves->where()};
  slow.try_send("GET /echo HT");
  BOOST_TEST(slow.rest() == ""); // longer than that time
  handler.answer_one();
  BOOST_TEST(body_of(client.rest()) == "at last");
}

BOOST_AUTO_TEST_CASE(if_all_wait_for_the_server_another_connection_is_refused_and_counted) {
  restart({.connections = 2});
  raw_peer first{serves->where()};
  raw_peer second{serves->where()};
  for (auto* each : {&first, &second})
    each->send("GET /later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  handler.wait_for(2, 0);
  raw_peer third{serves->where()};
  BOOST_TEST(third.rest() == "");
  BOOST_TEST(serves->counts().refused == 1);
  handler.answer_one();
  handler.answer_one();
  BOOST_TEST(body_of(first.rest()) + body_of(second.rest()) == "at lastat last");
}

BOOST_AUTO_TEST_CASE(a_stop_leaves_time_for_what_is_under_way) {
  raw_peer idle{serves->where()};
  raw_peer busy{serves->where()};
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  handler.wait_for(1, 0);
  std::thread stops{[&] { serves->stop(1h); }};
  BOOST_TEST(idle.rest() == "");
  handler.answer_one();
  stops.join();
  BOOST_TEST(body_of(busy.rest()) == "at last");
}

BOOST_AUTO_TEST_CASE(a_stop_without_grace_cancels_what_is_under_way) {
  raw_peer busy{serves->where()};
  busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  handler.wait_for(1, 0);
  std::thread stops{[&] { serves->stop(0ms); }};
  handler.wait_for(1, 1);
  BOOST_TEST(busy.rest() == "");
  handler.answer_one(); // it still must
  stops.join();
}

BOOST_AUTO_TEST_SUITE_END()
