// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/client.hpp"
#include "runtime/http/gzip.hpp"
#include "runtime/http/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <future>
#include <list>
#include <thread>

namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using troupe::http::client;
using troupe::http::client_limits;
using troupe::http::outgoing;
using troupe::http::received;

/// Takes connections one after another; says the next of these bytes to each request.
class scripted_server {
public:
  /// Empty bytes close the connection instead.
  explicit scripted_server(std::vector<std::vector<std::string>> connections)
      : thread_([this, script = std::move(connections)] {
          for (const auto& answers : script) {
            tcp::socket socket{context_};
            boost::system::error_code error;
            acceptor_.accept(socket, error);
            if (error)
              return;
            ++accepted;
            std::string unread;
            for (const auto& answer : answers) {
              const auto size = boost::asio::read_until(
                  socket, boost::asio::dynamic_buffer(unread), "\r\n\r\n", error);
              if (error || answer.empty())
                break;
              unread.erase(0, size);
              boost::asio::write(socket, boost::asio::buffer(answer), error);
            }
          }
        }) {}
  ~scripted_server() {
    boost::system::error_code ignored;
    tcp::socket last{context_};
    last.connect(acceptor_.local_endpoint(), ignored);
    acceptor_.close(ignored);
    last.close(ignored);
    thread_.join();
  }
  outgoing to(std::string path = "/") {
    return {
        .to = *troupe::http::parse_http_url(
            "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + path)};
  }

  std::atomic<int> accepted = 0;

private:
  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint{boost::asio::ip::make_address("127.0.0.1"), 0}};
  std::thread thread_;
};

received ask(client& with, outgoing what) {
  std::promise<received> promise;
  auto answered = promise.get_future();
  with.send(std::move(what), [&](received came) { promise.set_value(std::move(came)); });
  return answered.get();
}

const std::string ok = "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n\r\nhi";

} // namespace

BOOST_AUTO_TEST_SUITE(client)

BOOST_AUTO_TEST_CASE(connections_are_kept_and_replaced_when_they_are_gone) {
  scripted_server server{{{ok, ok, ""}, {ok}}};
  troupe::http::client client;
  for (int i = 0; i < 3; ++i) {
    const auto came = ask(client, server.to());
    BOOST_TEST(came.problem == "");
    BOOST_TEST(came.status == 200U);
    BOOST_TEST(came.reason == "OK");
    BOOST_TEST(came.body == "hi");
    BOOST_TEST((came.headers.front() == std::pair<std::string, std::string>{"x-a", "b"}));
  }
  BOOST_TEST(server.accepted == 2);
}

BOOST_AUTO_TEST_CASE(a_connection_that_was_answered_before_its_request_was_read_is_not_kept) {
  boost::asio::io_context context;
  tcp::acceptor acceptor{context, tcp::endpoint{boost::asio::ip::make_address("127.0.0.1"), 0}};
  troupe::http::client client;
  outgoing what{
      .to = *troupe::http::parse_http_url(
          "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port())),
      .body = std::string(std::size_t{32} << 20, 'x')}; // more than the kernel keeps
  std::list<tcp::socket> open;
  for (int i = 0; i < 2; ++i) {
    auto answered = std::async(std::launch::async, [&] { return ask(client, what); });
    auto& socket = open.emplace_back(acceptor.accept());
    std::string unread;
    boost::asio::read_until(socket, boost::asio::dynamic_buffer(unread), "\r\n\r\n");
    boost::asio::write(socket, boost::asio::buffer(ok));
    BOOST_TEST(answered.get().status == 200U);
  }
}

BOOST_AUTO_TEST_CASE(answers_of_every_status_are_answers) {
  scripted_server server{
      {{"HTTP/1.1 520 status code 520\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://x\r\nContent-Length: 0\r\n\r\n"}}};
  troupe::http::client client;
  BOOST_TEST(ask(client, server.to()).status == 520U);
  BOOST_TEST(ask(client, server.to()).status == 302U);
}

BOOST_AUTO_TEST_CASE(answers_that_are_not_the_last_are_waited_through) {
  const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string other = "HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nother";
  scripted_server server{{{hints + go_on + ok, other}}};
  troupe::http::client client;
  BOOST_TEST(ask(client, server.to()).body == "hi");
  BOOST_TEST(ask(client, server.to()).body == "other");
  BOOST_TEST(server.accepted == 1);
}

BOOST_AUTO_TEST_CASE(answers_that_are_never_the_last_end) {
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += "HTTP/1.1 102 Processing\r\n\r\n";
  scripted_server server{{{many}}};
  troupe::http::client client;
  BOOST_TEST(
      ask(client, server.to()).problem.ends_with("the server says for ever that it goes on"));
}

BOOST_AUTO_TEST_CASE(a_connection_that_changed_its_protocol_is_not_used_again) {
  scripted_server server{{{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + ok}, {ok}}};
  troupe::http::client client;
  BOOST_TEST(ask(client, server.to()).status == 101U);
  BOOST_TEST(ask(client, server.to()).status == 200U);
  BOOST_TEST(server.accepted == 2);
}

BOOST_AUTO_TEST_CASE(headers_that_no_message_can_hold_end_their_request_alone) {
  scripted_server server{{{ok}}};
  troupe::http::client client;
  auto what = server.to();
  what.headers = {{"x", std::string(70'000, 'x')}};
  BOOST_TEST(ask(client, what).problem.starts_with("the request cannot be written: "));
  BOOST_TEST(ask(client, server.to()).status == 200U);
}

BOOST_AUTO_TEST_CASE(what_is_done_with_an_answer_may_throw) {
  scripted_server server{{{ok, ok}}};
  troupe::http::client client{{.connections = 1}};
  client.send(server.to(), [](const received&) { throw std::runtime_error("mistake"); });
  BOOST_TEST(ask(client, server.to()).status == 200U);
}

BOOST_AUTO_TEST_CASE(connections_that_nobody_uses_are_closed) {
  boost::asio::io_context context;
  tcp::acceptor acceptor{context, tcp::endpoint{boost::asio::ip::make_address("127.0.0.1"), 0}};
  troupe::http::client client{{.idle_time = 20ms}};
  const outgoing what{
      .to = *troupe::http::parse_http_url(
          "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()))};
  auto answered = std::async(std::launch::async, [&] { return ask(client, what); });
  auto socket = acceptor.accept();
  std::string unread;
  boost::asio::read_until(socket, boost::asio::dynamic_buffer(unread), "\r\n\r\n");
  boost::asio::write(socket, boost::asio::buffer(ok));
  BOOST_TEST(answered.get().status == 200U);
  boost::system::error_code error;
  boost::asio::read(socket, boost::asio::buffer(unread, 1), error); // until it is closed
  BOOST_TEST((error == boost::asio::error::eof));
}

BOOST_AUTO_TEST_CASE(what_goes_wrong_is_told) {
  troupe::http::client client{{.header_bytes = 1000, .body_bytes = 1000}};
  const auto problem = [&](const std::string& bytes) {
    scripted_server server{{{bytes}}};
    return ask(client, server.to());
  };
  BOOST_TEST(problem("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
                 .problem.ends_with("the answer was cut off"));
  BOOST_TEST(problem("").problem.ends_with("the server closed the connection without an answer"));
  BOOST_TEST(problem("nonsense\r\n\r\n").problem.find(": read: ") != std::string::npos);
  const auto large =
      problem("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x'));
  BOOST_TEST(large.problem == "http: response body too large");
  BOOST_TEST(large.is_too_large);
  BOOST_TEST(problem(
                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n"
                 + std::string(2000, 'x') + "\r\n0\r\n\r\n")
                 .is_too_large);
  BOOST_TEST(
      problem("HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'x') + "\r\n\r\n").problem
      == "the headers of the answer are larger than 1000 bytes");
  const auto packed = troupe::http::to_gzip(std::string(2000, 'x'));
  BOOST_TEST(problem(
                 "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
                 + std::to_string(packed.size()) + "\r\n\r\n" + packed)
                 .is_too_large);
  BOOST_TEST(
      problem("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx").problem
      == "the answer is compressed in a way that was not asked for");
  auto nobody = outgoing{.to = *troupe::http::parse_http_url("http://127.0.0.1:1/")};
  BOOST_TEST(ask(client, nobody).problem == "127.0.0.1:1: connect: Connection refused");
  nobody.to = *troupe::http::parse_http_url("https://127.0.0.1:1/");
  nobody.to.ca_file = "/nowhere.pem";
  BOOST_TEST(ask(client, nobody).problem.starts_with("TLS: "));
}

BOOST_AUTO_TEST_CASE(time_runs_out_also_for_what_waits) {
  boost::asio::io_context context;
  tcp::acceptor silent{context, tcp::endpoint{boost::asio::ip::make_address("127.0.0.1"), 0}};
  troupe::http::client client{{.connections = 1, .waiting_for_one = 1}};
  outgoing what{
      .to = *troupe::http::parse_http_url(
          "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()))};
  std::vector<std::future<received>> answers;
  for (const auto time : {1h, 0h, 1h}) {
    what.time = time + 50ms;
    auto promise = std::make_shared<std::promise<received>>();
    answers.push_back(promise->get_future());
    client.send(what, [promise](received came) { promise->set_value(std::move(came)); });
  }
  BOOST_TEST(answers[2].get().problem == "too many HTTP requests are under way");
  const auto late = answers[1].get(); // its turn never came
  BOOST_TEST(late.problem == "request timed out");
  BOOST_TEST(late.is_late);
  client.stop();
  BOOST_TEST(answers[0].get().problem == "the HTTP client was closed");
}

BOOST_AUTO_TEST_CASE(its_end_ends_what_is_under_way) {
  boost::asio::io_context context;
  tcp::acceptor silent{context, tcp::endpoint{boost::asio::ip::make_address("127.0.0.1"), 0}};
  troupe::http::client client{{.connections = 1}};
  const outgoing what{
      .to = *troupe::http::parse_http_url(
          "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()))};
  std::vector<std::string> problems;
  for (int i = 0; i < 2; ++i)
    client.send(what, [&](received came) { problems.push_back(came.problem); });
  client.stop();
  client.send(what, [&](received came) { problems.push_back(came.problem); });
  BOOST_TEST(
      problems == std::vector<std::string>(3, "the HTTP client was closed"),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
