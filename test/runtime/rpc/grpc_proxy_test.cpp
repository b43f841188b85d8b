// SPDX-License-Identifier: Apache-2.0
// What stands between us and a service: a proxy, and keys that change.
#include "runtime/rpc/connection/connector.hpp"
#include "test/runtime/rpc/grpc_test_server.hpp"
#include "test/support/captured_log.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

using namespace troupe;

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Takes one connection, by HTTP `CONNECT`, and passes bytes on until either side ends.
class connect_proxy {
public:
  connect_proxy() : thread_([this] { run(); }) {}
  ~connect_proxy() {
    asio::post(context_, [this] { context_.stop(); });
    thread_.join();
  }

  [[nodiscard]] std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  /// What the client asked, as soon as it has.
  [[nodiscard]] std::string asked() const { return whole_.get(); }

private:
  void run() {
    acceptor_.async_accept(client_, [this](const auto& error) {
      if (error)
        return;
      asio::async_read_until(
          client_,
          asio::dynamic_buffer(asked_),
          "\r\n\r\n",
          [this](const auto& failed, std::size_t) {
            if (!failed)
              connect();
          });
    });
    context_.run();
  }

  void connect() {
    came_.set_value(asked_);
    const auto from = asked_.find(' ') + 1;
    const auto target = asked_.substr(from, asked_.find(' ', from) - from);
    const auto port = static_cast<unsigned short>(std::stoi(target.substr(target.rfind(':') + 1)));
    service_.connect({asio::ip::make_address("127.0.0.1"), port});
    asio::write(client_, asio::buffer(std::string{"HTTP/1.1 200 OK\r\n\r\n"}));
    pass_on(client_, service_, there_);
    pass_on(service_, client_, back_);
  }

  void pass_on(tcp::socket& from, tcp::socket& to, std::array<char, 4096>& through) {
    from.async_read_some(asio::buffer(through), [&, this](const auto& error, std::size_t size) {
      boost::system::error_code failed = error;
      if (!failed)
        asio::write(to, asio::buffer(through.data(), size), failed);
      if (!failed)
        pass_on(from, to, through);
    });
  }

  asio::io_context context_;
  tcp::acceptor acceptor_{context_, {asio::ip::make_address("127.0.0.1"), 0}};
  tcp::socket client_{context_};
  tcp::socket service_{context_};
  std::array<char, 4096> there_{};
  std::array<char, 4096> back_{};
  std::string asked_;
  std::promise<std::string> came_;
  std::shared_future<std::string> whole_ = came_.get_future().share();
  std::thread thread_; ///< last: uses the rest
};

/// The headers that the service gets with a call.
class caller {
public:
  explicit caller(connection_options options)
      : transport_(rpc::grpc_connector(std::move(options))->connect(loop_, &loop_.queue())) {}
  ~caller() {
    rpc::waiter{loop_}.wait<void>([&](auto done) {
      transport_.reset();
      done(result<void>{});
    });
  }

  std::string headers(rpc::metadata own = {}) {
    return rpc::waiter{loop_}.wait<std::string>([&](auto done) {
      transport_->start(
          {"/t/headers", {}, std::chrono::seconds{20}, std::move(own)},
          [done](const rpc_status& status, const rpc::bytes& message) mutable {
            done(result<std::string>{status.ok() ? message.str() : "failed: " + status.message});
          });
    });
  }

private:
  rpc::client_loop loop_;
  std::unique_ptr<rpc::transport> transport_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(grpc_proxy)

BOOST_AUTO_TEST_CASE(a_proxy_is_asked_to_connect) {
  test::grpc_test_server server;
  connect_proxy proxy;
  test::blocking_caller through{
      {.target = server.target(), .http_proxy = "user:word@" + proxy.address()}};
  const auto got = through.call("/t/echo", "hello");
  BOOST_TEST(got.status.ok(), got.status.message);
  BOOST_TEST(got.message == "hello");
  BOOST_TEST(proxy.asked().starts_with("CONNECT " + server.target() + " HTTP/1."), proxy.asked());
  BOOST_TEST(has(proxy.asked(), "Basic dXNlcjp3b3Jk"), proxy.asked());
}

BOOST_AUTO_TEST_CASE(each_call_carries_the_key_that_is_good_then) {
  test::grpc_test_server server;
  std::atomic<int> count = 0;
  caller with_source{
      {.target = server.target(),
       .disable_tls = true,
       .api_key = "old",
       .api_key_source = [&count] { return "key-" + std::to_string(++count); }}};
  const auto first = with_source.headers();
  BOOST_TEST(has(first, "Bearer key-1"), first);
  BOOST_TEST(!has(first, "old"), first);
  BOOST_TEST(has(with_source.headers(), "Bearer key-2"));
  BOOST_TEST(has(with_source.headers({{"authorization", "mine"}}), "mine"));
  BOOST_TEST(count == 2);
}

BOOST_AUTO_TEST_CASE(a_source_without_a_key_is_told_in_the_log) {
  const test::captured_log log;
  test::grpc_test_server server;
  caller with_source{
      {.target = server.target(), .disable_tls = true, .api_key_source = []() -> std::string {
         throw std::runtime_error{"the vault is closed"};
       }}};
  BOOST_TEST(!has(with_source.headers(), "authorization"));
  BOOST_TEST(log.count("the vault is closed") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
