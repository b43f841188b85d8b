// SPDX-License-Identifier: Apache-2.0
// Whoever cannot connect is told why, against real listeners of each sort.

#include "runtime/rpc/connection/connect_hint.hpp"
#include "test/runtime/rpc/grpc_test_server.hpp"

#include <troupe/client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>
#include <grpcpp/security/server_credentials.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>

using namespace troupe;
namespace asio = boost::asio;

namespace {

std::string read(const std::string& name) {
  std::ifstream file{std::string{TROUPE_TEST_DATA} + "/runtime/rpc/pem/" + name};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::shared_ptr<grpc::ServerCredentials> server_credentials(bool wants_client) {
  grpc::SslServerCredentialsOptions options{
      wants_client ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                   : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE};
  options.pem_key_cert_pairs.push_back({read("server.key"), read("server.pem")});
  options.pem_root_certs = read("ca.pem");
  return grpc::SslServerCredentials(options);
}

/// Hands whoever connects to `serve`, one after the other, on a thread of its own.
class listener {
public:
  explicit listener(std::function<void(asio::ip::tcp::socket)> serve) {
    thread_ = std::thread{[this, serve = std::move(serve)] {
      for (;;) {
        boost::system::error_code error;
        asio::ip::tcp::socket peer{context_};
        acceptor_.accept(peer, error);
        if (error || is_over_)
          return;
        serve(std::move(peer));
      }
    }};
  }
  ~listener() {
    is_over_ = true;
    boost::system::error_code error;
    asio::ip::tcp::socket last{context_};
    last.connect(acceptor_.local_endpoint(), error);
    thread_.join();
  }
  [[nodiscard]] std::string target() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

private:
  asio::io_context context_;
  asio::ip::tcp::acceptor acceptor_{context_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

/// Answers whoever connects with these bytes and closes; says nothing at all if there are none.
class tcp_server : public listener {
public:
  explicit tcp_server(std::string answer)
      : listener([answer = std::move(answer)](asio::ip::tcp::socket peer) {
          boost::system::error_code error;
          std::array<char, 4096> heard{};
          peer.read_some(asio::buffer(heard), error);
          asio::write(peer, asio::buffer(answer), error);
          peer.shutdown(asio::ip::tcp::socket::shutdown_both, error);
        }) {}
};

std::shared_ptr<asio::ssl::context>
tls_of(asio::ssl::context::method how, const std::string& trusted) {
  auto tls = std::make_shared<asio::ssl::context>(how);
  const auto certificate = read("server.pem");
  const auto key = read("server.key");
  const auto ca = read(trusted);
  tls->use_certificate_chain(asio::buffer(certificate));
  tls->use_private_key(asio::buffer(key), asio::ssl::context::pem);
  tls->add_certificate_authority(asio::buffer(ca));
  tls->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  SSL_CTX_set_alpn_select_cb(
      tls->native_handle(),
      [](SSL*,
         const unsigned char** chosen,
         unsigned char* length,
         const unsigned char*,
         unsigned,
         void*) {
        *chosen = reinterpret_cast<const unsigned char*>("h2");
        *length = 2;
        return SSL_TLSEXT_ERR_OK;
      },
      nullptr);
  return tls;
}

/// Wants a client certificate of who is trusted, by OpenSSL alone: what it does to others differs
/// from gRPC.
class tls_server : public listener {
public:
  tls_server(asio::ssl::context::method how, const std::string& trusted)
      : listener([tls = tls_of(how, trusted)](asio::ip::tcp::socket socket) {
          boost::system::error_code error;
          asio::ssl::stream<asio::ip::tcp::socket> peer{std::move(socket), *tls};
          peer.handshake(asio::ssl::stream_base::server, error);
        }) {}
};

const tls_options with_our_ca{.server_ca = read("ca.pem"), .server_name = "troupe.test"};

/// Speaks HTTP/2 and answers every request with 404.
class web_server {
public:
  web_server() {
    thread_ = std::thread{[this] {
      while (!is_over_) {
        boost::system::error_code error;
        auto peer = std::make_shared<asio::ip::tcp::socket>(context_);
        acceptor_.accept(*peer, error);
        if (error)
          return;
        {
          const std::lock_guard guard{mutex_};
          peer_ = peer;
        }
        if (!is_over_)
          serve(*peer);
      }
    }};
  }
  ~web_server() {
    is_over_ = true;
    boost::system::error_code error;
    asio::ip::tcp::socket last{context_};
    last.connect(acceptor_.local_endpoint(), error);
    last.close(error);
    {
      const std::lock_guard guard{mutex_};
      if (peer_)
        peer_->shutdown(asio::ip::tcp::socket::shutdown_both, error);
    }
    thread_.join();
  }
  [[nodiscard]] std::string target() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

private:
  static void serve(asio::ip::tcp::socket& peer) {
    using namespace std::string_literals;
    boost::system::error_code error;
    asio::write(peer, asio::buffer("\0\0\0\4\0\0\0\0\0"s), error); // SETTINGS, none
    std::string heard(24, '\0'); // what every connection begins with
    asio::read(peer, asio::buffer(heard), error);
    for (;;) {
      std::array<unsigned char, 9> head{};
      asio::read(peer, asio::buffer(head), error);
      if (error)
        return;
      std::string body((head[0] << 16) + (head[1] << 8) + head[2], '\0');
      asio::read(peer, asio::buffer(body), error);
      if (head[3] == 1) { // HEADERS: so are ours, with END_STREAM, and `:status: 404` in them
        auto answer = "\0\0\1\1\5\0\0\0\0\x8d"s;
        answer[8] = static_cast<char>(head[8]);
        asio::write(peer, asio::buffer(answer), error);
      }
    }
  }

  asio::io_context context_;
  asio::ip::tcp::acceptor acceptor_{context_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::atomic<bool> is_over_{false};
  std::mutex mutex_;
  std::shared_ptr<asio::ip::tcp::socket> peer_;
  std::thread thread_;
};

class proxy_variable {
public:
  explicit proxy_variable(const std::string& target) {
    setenv("http_proxy", ("http://" + target + "/").c_str(), 1);
  }
  ~proxy_variable() { unsetenv("http_proxy"); }
  proxy_variable(const proxy_variable&) = delete;
  proxy_variable& operator=(const proxy_variable&) = delete;
};

void expect(
    const connection_options& options,
    std::string_view words,
    std::chrono::milliseconds patience = std::chrono::seconds{20}) {
  test::blocking_caller caller{options};
  const auto status = caller.call("/t/echo", "hello", patience).status;
  BOOST_TEST_MESSAGE(to_string(status.code) << ": " << status.message);
  BOOST_TEST(!status.ok());
  const auto hint = rpc::connect_hint(status, options);
  BOOST_TEST(hint.find(words) != std::string::npos, hint << " of " << status.message);
}

std::string why_no_connection(const connection_options& options) {
  try {
    (void)client::connect(options);
  } catch (const connection_error& error) {
    return error.what();
  }
  return {};
}

} // namespace

BOOST_AUTO_TEST_SUITE(connect_hints)

BOOST_AUTO_TEST_CASE(nobody_listens_there) {
  std::string target;
  {
    const tcp_server gone{{}};
    target = gone.target();
  }
  expect({.target = target}, "nobody listens there");
  expect({.target = target, .tls = with_our_ca}, "nobody listens there");
}

BOOST_AUTO_TEST_CASE(the_name_is_not_known) {
  expect({.target = "no-such-host.invalid:7233"}, "the name cannot be resolved");
}

BOOST_AUTO_TEST_CASE(tls_meets_plain_text) {
  test::grpc_test_server server;
  expect({.target = server.target(), .tls = with_our_ca}, "speaks no TLS");
}

BOOST_AUTO_TEST_CASE(plain_text_meets_tls) {
  test::grpc_test_server server{0, server_credentials(false)};
  expect({.target = server.target()}, "it may want TLS");
}

BOOST_AUTO_TEST_CASE(an_http_server_is_no_temporal) {
  const tcp_server old{
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n"};
  expect({.target = old.target()}, "HTTP server");
  // Python's http.server takes the preface for a request of HTTP/0.9.
  const tcp_server older{"<!DOCTYPE HTML>\n<html><body>Error code: 505</body></html>\n"};
  expect({.target = older.target()}, "speaks no HTTP/2");
  expect({.target = old.target(), .tls = with_our_ca}, "speaks no TLS");
}

BOOST_AUTO_TEST_CASE(the_certificate_is_of_nobody_we_trust) {
  test::grpc_test_server server{0, server_credentials(false)};
  expect(
      {.target = server.target(), .tls = tls_options{.server_name = "troupe.test"}},
      "certificate is not signed by a CA");
}

BOOST_AUTO_TEST_CASE(the_certificate_is_for_another_name) {
  test::grpc_test_server server{0, server_credentials(false)};
  expect(
      {.target = server.target(),
       .tls = tls_options{.server_ca = read("ca.pem"), .server_name = "other.test"}},
      "for another name");
}

BOOST_AUTO_TEST_CASE(the_service_wants_a_client_certificate) {
  test::grpc_test_server server{0, server_credentials(true)};
  expect({.target = server.target(), .tls = with_our_ca}, "it may want a client certificate");
}

BOOST_AUTO_TEST_CASE(a_service_of_another_tls_library_wants_a_client_certificate) {
  for (const auto how : {asio::ssl::context::tlsv13_server, asio::ssl::context::tlsv12_server}) {
    const tls_server any{how, "ca.pem"};
    expect({.target = any.target(), .tls = with_our_ca}, "it may want a client certificate");
    const tls_server others{how, "server.pem"};
    auto ours = with_our_ca;
    ours.client_certificate = read("client.pem");
    ours.client_key = read("client.key");
    expect({.target = others.target(), .tls = ours}, "or not the one that it got");
  }
}

BOOST_AUTO_TEST_CASE(a_proxy_refuses) {
  const tcp_server proxy{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"};
  const proxy_variable set{proxy.target()};
  expect({.target = "temporal.invalid:7233"}, "refuses to connect there");
  expect({.target = "temporal.invalid:7233", .tls = with_our_ca}, "refuses to connect there");
}

BOOST_AUTO_TEST_CASE(a_proxy_wants_to_know_who_asks) {
  const tcp_server proxy{"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"};
  const proxy_variable set{proxy.target()};
  expect({.target = "temporal.invalid:7233"}, "wants a login");
}

BOOST_AUTO_TEST_CASE(a_proxy_is_not_there) {
  std::string target;
  {
    const tcp_server gone{{}};
    target = gone.target();
  }
  const proxy_variable set{target};
  expect({.target = "temporal.invalid:7233"}, "the proxy of the environment");
  expect({.target = "temporal.invalid:7233"}, "is not there");
}

BOOST_AUTO_TEST_CASE(a_web_server_is_no_temporal) {
  web_server server;
  const connection_options options{.target = server.target()};
  expect(options, "a web server answers there");
  const auto words = why_no_connection(options);
  BOOST_TEST(words.starts_with("what answers at "), words);
  BOOST_TEST(words.find("a web server answers there") != std::string::npos, words);
}

BOOST_AUTO_TEST_CASE(somebody_listens_and_says_nothing) {
  asio::io_context context;
  const asio::ip::tcp::acceptor deaf{context, {asio::ip::make_address("127.0.0.1"), 0}};
  expect(
      {.target = "127.0.0.1:" + std::to_string(deaf.local_endpoint().port())},
      "nothing was answered in time",
      std::chrono::milliseconds{200});
}

BOOST_AUTO_TEST_CASE(what_has_another_cause_has_no_hint) {
  const connection_options options{.target = "127.0.0.1:7233"};
  for (const auto& status :
       {rpc_status{},
        rpc_status{status_code::unavailable, "shutting down", {}},
        rpc_status{status_code::not_found, "Connection refused", {}},
        rpc_status{status_code::unimplemented, "unknown method", {}}})
    BOOST_TEST(rpc::connect_hint(status, options).empty(), status.message);
}

BOOST_AUTO_TEST_CASE(what_worked_before_is_not_doubted_when_the_service_goes_away) {
  const connection_options options{.target = "127.0.0.1:7233"};
  const rpc_status closed{status_code::unavailable, "Socket closed", {}};
  BOOST_TEST(!rpc::connect_hint(closed, options).empty());
  BOOST_TEST(rpc::reconnect_hint(closed, options) == "");
  const rpc_status refused{status_code::unavailable, "Connection refused", {}};
  BOOST_TEST(rpc::reconnect_hint(refused, options) == rpc::connect_hint(refused, options));
}

BOOST_AUTO_TEST_CASE(who_connects_is_told) {
  std::string target;
  {
    const tcp_server gone{{}};
    target = gone.target();
  }
  const auto words = why_no_connection({.target = target});
  BOOST_TEST(words.starts_with("cannot reach a Temporal service at "), words);
  BOOST_TEST(words.find("(without TLS)") != std::string::npos, words);
  BOOST_TEST(words.find("nobody listens there") != std::string::npos, words);
}

BOOST_AUTO_TEST_SUITE_END()
