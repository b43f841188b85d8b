// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/listener.hpp"

#include "runtime/base/log/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <pthread.h>
#include <signal.h>

#include <exception>
#include <list>
#include <optional>
#include <thread>
#include <utility>

namespace troupe::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

/// After an error of `accept` (no descriptors left) it would come again at once.
constexpr std::chrono::milliseconds accept_pause{100};

class session;

struct shared {
  std::map<std::string, listener::handler, std::less<>> paths;
  limits within;
  /// Those that are open, the one first that has waited longest on its client.
  std::list<session*> open;
};

/// One connection: reads a request, answers it, reads the next.
class session : public std::enable_shared_from_this<session> {
public:
  session(tcp::socket socket, shared& all)
      : stream_(std::move(socket)), all_(all), place_(all.open.insert(all.open.end(), this)) {}
  ~session() {
    if (!is_closed_)
      all_.open.erase(place_);
  }
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(all_.within.header_bytes));
    parser_->body_limit(all_.within.body_bytes);
    wait_for_client();
    wire::async_read(
        stream_,
        buffer_,
        *parser_,
        beast::bind_front_handler(&session::on_read, shared_from_this()));
  }

  /// What is under way ends with an error.
  void close() {
    is_closed_ = true;
    all_.open.erase(place_);
    stream_.close();
  }

private:
  void wait_for_client() {
    stream_.expires_after(all_.within.request_time);
    if (!is_closed_)
      all_.open.splice(all_.open.end(), all_.open, place_);
  }

  void on_read(error_code error, std::size_t) {
    if (error == wire::error::end_of_stream)
      return end();
    if (error == wire::error::body_limit || error == wire::error::header_limit)
      return answer({.status = error == wire::error::body_limit ? 413u : 431u}, false);
    if (error.category() == make_error_code(wire::error::bad_method).category())
      return answer({.status = 400}, false);
    if (error)
      return; // gone, or too slow
    const auto& from = parser_->get();
    answer(serve(from), from.keep_alive(), from.method() == wire::verb::head);
  }

  response serve(const wire::request<wire::string_body>& from) {
    const std::string_view target{from.target().data(), from.target().size()};
    const auto mark = target.find('?');
    const auto path = target.substr(0, mark);
    const auto found = all_.paths.find(path);
    if (found == all_.paths.end())
      return {.status = 404, .body = "not found\n"};
    if (from.method() != wire::verb::get && from.method() != wire::verb::head)
      return {.status = 405, .body = "GET and HEAD only\n"};
    const auto method = from.method_string();
    try {
      return found->second(
          {.method = {method.data(), method.size()},
           .path = path,
           .query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1),
           .body = from.body()});
    } catch (const std::exception& failed) {
      log::error("an HTTP handler threw", {{"path", path}, {"error", failed.what()}});
    } catch (...) {
      log::error("an HTTP handler threw", {{"path", path}, {"error", "not a std::exception"}});
    }
    return {.status = 500, .body = "internal error\n"};
  }

  void answer(response what, bool keep_alive, bool is_head = false) {
    answer_ = {static_cast<wire::status>(what.status), 11};
    answer_.set(wire::field::content_type, what.content_type);
    answer_.set(wire::field::cache_control, "no-store");
    answer_.set("X-Content-Type-Options", "nosniff");
    if (what.status == 405)
      answer_.set(wire::field::allow, "GET, HEAD");
    answer_.keep_alive(keep_alive);
    answer_.content_length(what.body.size());
    if (!is_head)
      answer_.body() = std::move(what.body);
    wait_for_client();
    wire::async_write(
        stream_, answer_, beast::bind_front_handler(&session::on_write, shared_from_this()));
  }

  void on_write(error_code error, std::size_t) {
    if (error)
      return;
    if (!answer_.keep_alive())
      return end();
    read();
  }

  void end() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<wire::request_parser<wire::string_body>> parser_;
  wire::response<wire::string_body> answer_;
  shared& all_;
  std::list<session*>::iterator place_;
  bool is_closed_ = false;
};

} // namespace

struct listener::implementation {
  implementation(const http::address& to, std::map<std::string, handler> paths, limits within) {
    for (auto& [path, serves] : paths)
      all.paths.emplace(path, std::move(serves));
    all.within = within;
    error_code error;
    const tcp::endpoint endpoint{asio::ip::make_address(to.ip, error), to.port};
    const auto fail_on = [&] {
      if (error)
        throw listen_error("cannot listen on " + http::to_string(to) + ": " + error.message());
    };
    fail_on();
    acceptor.open(endpoint.protocol(), error);
    fail_on();
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    fail_on();
    acceptor.bind(endpoint, error);
    fail_on();
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    fail_on();
    const auto bound = acceptor.local_endpoint(error);
    fail_on();
    where = {bound.address().to_string(), bound.port()};
    accept();
    start();
  }

  ~implementation() {
    context.stop();
    thread.join();
  }

  void start() {
    // Signals are for the program's own threads.
    sigset_t every;
    sigset_t before;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    try {
      thread = std::thread{[this] {
        pthread_setname_np(pthread_self(), "troupe-http");
        context.run();
      }};
    } catch (const std::exception& failed) {
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      throw listen_error(std::string{"cannot start the thread of a listener: "} + failed.what());
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted)
        return;
      if (error) {
        pause.expires_after(accept_pause);
        pause.async_wait([this](error_code stopped) {
          if (!stopped)
            accept();
        });
        return;
      }
      if (!all.open.empty() && all.open.size() >= all.within.connections)
        all.open.front()->close();
      std::make_shared<session>(std::move(socket), all)->read();
      accept();
    });
  }

  shared all; ///< first: sessions in `context` leave the list as they go
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  asio::steady_timer pause{context};
  http::address where;
  std::thread thread;
};

listener::listener(const http::address& where, std::map<std::string, handler> paths, limits within)
    : impl_(std::make_unique<implementation>(where, std::move(paths), within)) {}
listener::~listener() = default;

const http::address& listener::where() const noexcept {
  return impl_->where;
}

} // namespace troupe::http
