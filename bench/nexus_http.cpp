// SPDX-License-Identifier: Apache-2.0
// Nexus over HTTP, a synchronous start of an echo: served by the least that Boost.Beast can do, or
// by `nexus::http_server`; and a load of kept connections, each with one request at a time.
#include <troupe/nexus/http_server.hpp>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace nexus = troupe::nexus;
using asio::ip::tcp;
using boost::system::error_code;

struct probe : nexus::service<"probe"> {
  static constexpr operation<std::string, std::string> echo{"echo"};
  static constexpr auto operations = std::tuple{echo};
};

void until_signal(asio::io_context& context) {
  asio::signal_set ends{context, SIGTERM, SIGINT};
  ends.async_wait([&](error_code, int) { context.stop(); });
  context.run();
}

/// Reads a request, writes its body back, and again.
class bare_session : public std::enable_shared_from_this<bare_session> {
public:
  explicit bare_session(tcp::socket socket) : socket_(std::move(socket)) {}

  void read() {
    request_ = {};
    http::async_read(
        socket_, buffer_, request_, [self = shared_from_this()](error_code error, std::size_t) {
          if (!error)
            self->write();
        });
  }

private:
  void write() {
    answer_ = {http::status::ok, 11};
    answer_.set(http::field::content_type, "application/json");
    answer_.body() = std::move(request_.body());
    answer_.prepare_payload();
    http::async_write(socket_, answer_, [self = shared_from_this()](error_code error, std::size_t) {
      if (!error)
        self->read();
    });
  }

  tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> answer_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&](error_code error, tcp::socket socket) {
    if (error)
      return;
    socket.set_option(tcp::no_delay(true));
    std::make_shared<bare_session>(std::move(socket))->read();
    accept(acceptor);
  });
}

void serve_bare(unsigned short port) {
  asio::io_context context{1};
  tcp::acceptor acceptor{context, {asio::ip::make_address("127.0.0.1"), port}};
  accept(acceptor);
  until_signal(context);
}

auto echo_handler() {
  return nexus::handler_for<probe>(nexus::sync<probe::echo>(
      [](nexus::start_context, std::string text) -> nexus::async<std::string> { co_return text; }));
}

void serve_troupe(unsigned short port) {
  asio::io_context context{1};
  asio::signal_set blocked{context, SIGTERM, SIGINT};
  nexus::http_server server{{.address = "127.0.0.1:" + std::to_string(port)}};
  server.add(echo_handler());
  server.start();
  blocked.async_wait([&](error_code, int) { context.stop(); });
  context.run();
  server.stop();
}

/// One request at a time, until it is told to stop.
class loader : public std::enable_shared_from_this<loader> {
public:
  loader(
      asio::io_context& context,
      const tcp::endpoint& to,
      const std::string& request,
      std::uint64_t& count,
      std::uint64_t most)
      : context_(context), socket_(context), request_(request), count_(count), most_(most) {
    socket_.connect(to);
    socket_.set_option(tcp::no_delay(true));
  }

  void ask() {
    asio::async_write(
        socket_,
        asio::buffer(request_),
        [self = shared_from_this()](error_code error, std::size_t) {
          if (!error)
            self->read();
        });
  }

private:
  void read() {
    parser_.emplace();
    http::async_read(
        socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
          if (error || self->parser_->get().result() != http::status::ok)
            throw std::runtime_error("a request was not answered");
          if (++self->count_ == self->most_)
            return self->context_.stop();
          self->ask();
        });
  }

  asio::io_context& context_;
  tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
  const std::string& request_;
  std::uint64_t& count_;
  const std::uint64_t most_; ///< zero: no end
};

/// For so long, or for so many tasks.
struct load_size {
  int connections = 16;
  double seconds = 2;
  std::uint64_t max_tasks = 0; ///< zero: as long as the time says
};

void load(unsigned short port, const load_size& size) {
  const std::string body = '"' + std::string(100, 'x') + '"';
  const std::string request =
      "POST /probe/echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
      "Nexus-Request-Id: 8b7f3a0e-0000-4000-8000-000000000000\r\nRequest-Timeout: 10000ms\r\n"
      "User-Agent: bench\r\nContent-Length: "
      + std::to_string(body.size()) + "\r\n\r\n" + body;
  asio::io_context context{1};
  std::uint64_t count = 0;
  for (int i = 0; i < size.connections; ++i)
    std::make_shared<loader>(
        context,
        tcp::endpoint{asio::ip::make_address("127.0.0.1"), port},
        request,
        count,
        size.max_tasks)
        ->ask();
  const auto began = std::chrono::steady_clock::now();
  if (size.max_tasks != 0)
    context.run();
  else
    context.run_for(std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>{size.seconds}));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf(
      R"({"program":"nexus_http","tasks":%llu,"tasks_per_second":%.0f})"
      "\n",
      static_cast<unsigned long long>(count),
      static_cast<double>(count) / took.count());
}

void serve_and_load(const load_size& size) {
  nexus::http_server server;
  server.add(echo_handler());
  server.start();
  const auto url = server.url();
  load(static_cast<unsigned short>(std::stoi(url.substr(url.rfind(':') + 1))), size);
  server.stop();
}

} // namespace

int main(int argc, char** argv) try {
  CLI::App app{"Nexus over HTTP: a server, or a load"};
  std::string what;
  unsigned short port = 0;
  load_size size;
  app.add_option("what", what, "bare, troupe, load, or both: troupe and the load of it")
      ->required()
      ->check(CLI::IsMember({"bare", "troupe", "load", "both"}));
  app.add_option("--port", port, "of the server, unless it is both");
  app.add_option("--connections", size.connections, "of the load");
  app.add_option("--seconds", size.seconds, "of the load");
  app.add_option("--max-tasks", size.max_tasks, "of the load, instead of a time");
  CLI11_PARSE(app, argc, argv);
  if (what == "bare")
    serve_bare(port);
  else if (what == "troupe")
    serve_troupe(port);
  else if (what == "load")
    load(port, size);
  else
    serve_and_load(size);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "nexus_http: %s\n", error.what());
  return 1;
}
