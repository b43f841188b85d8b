// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/client.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/http/authorities.hpp"
#include "runtime/http/gzip.hpp"
#include "runtime/http/run.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <exception>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>

namespace troupe::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

using plain_stream = beast::tcp_stream;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;

/// Servers of which something is known; those that nothing is sent to are forgotten then.
constexpr std::size_t most_destinations = 256;
/// Answers with a status of 1xx in front of the one that counts.
constexpr int most_interim_answers = 16;
/// More than that nobody waits; the clock could not hold all that can be asked for.
constexpr std::chrono::milliseconds longest_time = std::chrono::hours{24 * 365};

/// A request on its way, from its call until its end.
struct exchange {
  outgoing what;
  unique_function<void(received)> done;
  clock::time_point ends;
  bool was_sent_again = false;
};
using exchange_ptr = std::shared_ptr<exchange>;

std::string lower(std::string_view name) {
  std::string out{name};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string authority(const http_url& to) {
  std::string host = to.host.find(':') == to.host.npos ? to.host : '[' + to.host + ']';
  return to.port == (to.is_tls ? "443" : "80") ? host : host + ':' + to.port;
}

std::string key_of(const http_url& to) {
  return (to.is_tls ? "https://" : "http://") + to.host + ':' + to.port + ' ' + to.ca_file;
}

wire::request<wire::string_body> request_of(const exchange& from) {
  const auto& what = from.what;
  wire::request<wire::string_body> made{wire::verb::post, what.to.path, 11};
  made.set(wire::field::host, authority(what.to));
  for (const auto& [name, value] : what.headers)
    made.insert(name, value);
  made.keep_alive(true);
  made.body() = what.body;
  made.prepare_payload();
  return made;
}

received failed(std::string problem) {
  received made;
  made.problem = std::move(problem);
  return made;
}

/// One connection to one server, which serves one exchange after another. On the client's thread.
class connection : public std::enable_shared_from_this<connection> {
public:
  /// Takes what came of an exchange, and whether the connection can serve another. With nothing,
  /// the connection was closed before it could answer, and never began to.
  using end_function = unique_function<void(std::optional<received>, bool is_reusable)>;

  virtual ~connection() = default;

  virtual void run(const exchange_ptr& what, end_function on_end) = 0;
  virtual void close() = 0;
  /// The server has not closed it meanwhile, nor said anything.
  [[nodiscard]] virtual bool is_quiet() = 0;

  clock::time_point idle_since;
};
using connection_ptr = std::shared_ptr<connection>;

template <class Stream>
class stream_connection final : public connection {
public:
  template <class... Around>
  stream_connection(
      asio::io_context& context, const client_limits& within, http_url to, Around&... around)
      : within_(within), to_(std::move(to)), resolver_(context), stream_(context, around...),
        clock_(context) {}

  void run(const exchange_ptr& what, end_function on_end) override {
    on_end_ = std::move(on_end);
    interim_answers_ = 0;
    try {
      request_ = request_of(*what);
    } catch (const std::exception& error) { // a header that is too large
      return end(failed(std::string{"the request cannot be written: "} + error.what()), false);
    }
    clock_.expires_at(what->ends);
    clock_.async_wait([self = shared()](error_code stopped) {
      if (!stopped && self->on_end_ && self->clock_.expiry() <= clock::now())
        self->time_is_over();
    });
    if (is_open_)
      return send();
    resolver_.async_resolve(
        to_.host,
        to_.port,
        [self = shared()](error_code error, const tcp::resolver::results_type& found) {
          if (self->ends_with("resolve", error))
            return;
          beast::get_lowest_layer(self->stream_)
              .async_connect(found, [self](error_code refused, const tcp::endpoint&) {
                if (!self->ends_with("connect", refused))
                  self->greet();
              });
        });
  }

  void close() override {
    resolver_.cancel();
    beast::get_lowest_layer(stream_).close();
    clock_.cancel();
    end(failed("the HTTP client was closed"), false);
  }

  bool is_quiet() override {
    char byte = 0;
    const auto socket = beast::get_lowest_layer(stream_).socket().native_handle();
    return buffer_.size() == 0 && ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0
           && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

private:
  std::shared_ptr<stream_connection> shared() {
    return std::static_pointer_cast<stream_connection>(this->shared_from_this());
  }

  void greet() {
    error_code ignored;
    beast::get_lowest_layer(stream_).socket().set_option(tcp::no_delay(true), ignored);
    if constexpr (std::is_same_v<Stream, tls_stream>) {
      stream_.set_verify_mode(asio::ssl::verify_peer);
      stream_.set_verify_callback(asio::ssl::host_name_verification(to_.host));
      asio::ip::make_address(to_.host, ignored);
      if (ignored) // a name; addresses are not sent
        SSL_set_tlsext_host_name(stream_.native_handle(), to_.host.c_str());
      stream_.async_handshake(asio::ssl::stream_base::client, [self = shared()](error_code error) {
        if (!self->ends_with("handshake", error))
          self->send();
      });
    } else {
      send();
    }
  }

  void send() {
    const bool was_open = std::exchange(is_open_, true);
    write_problem_.clear();
    is_writing_ = true;
    // Reads at once: a server may answer, and close, before it has read all.
    wire::async_write(stream_, request_, [self = shared()](error_code error, std::size_t) {
      self->is_writing_ = false;
      if (error && self->on_end_)
        self->write_problem_ = "write: " + error.message();
    });
    read(was_open);
  }

  void read(bool was_open) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(within_.header_bytes));
    parser_->body_limit(within_.body_bytes);
    wire::async_read(
        stream_, buffer_, *parser_, [self = shared(), was_open](error_code error, std::size_t) {
          if (self->on_end_)
            self->on_answer(error, was_open);
        });
  }

  void on_answer(error_code error, bool was_open) {
    if (error == wire::error::body_limit) {
      auto made = failed("http: response body too large");
      made.is_too_large = true;
      return end(std::move(made), false);
    }
    if (error == wire::error::header_limit || error == wire::error::buffer_overflow)
      return end(
          failed(
              "the headers of the answer are larger than " + std::to_string(within_.header_bytes)
              + " bytes"),
          false);
    if (error && was_open && interim_answers_ == 0 && !parser_->got_some())
      return end(std::nullopt, false);
    if (error == wire::error::end_of_stream)
      return end(
          failed(authority(to_) + ": the server closed the connection without an answer"), false);
    if (error == wire::error::partial_message)
      return end(failed(authority(to_) + ": the answer was cut off"), false);
    if (error)
      return end(
          failed(
              authority(to_) + ": "
              + (write_problem_.empty() ? "read: " + error.message() : write_problem_)),
          false);
    const auto status = parser_->get().result_int();
    const bool is_other_protocol = status == 101;
    if (status < 200 && !is_other_protocol) { // the one that counts is still to come
      if (++interim_answers_ > most_interim_answers)
        return end(failed(authority(to_) + ": the server says for ever that it goes on"), false);
      return read(was_open);
    }
    // What is still written has been answered already, and would be taken for the next request.
    const bool is_reusable =
        parser_->keep_alive() && write_problem_.empty() && !is_writing_ && !is_other_protocol;
    end(answer(), is_reusable);
  }

  received answer() {
    auto& from = parser_->get();
    received made;
    made.status = from.result_int();
    made.reason = std::string{from.reason().data(), from.reason().size()};
    for (const auto& field : from)
      made.headers.emplace_back(
          lower({field.name_string().data(), field.name_string().size()}),
          std::string_view{field.value().data(), field.value().size()});
    made.body = std::move(from.body());
    const auto encoding = from[wire::field::content_encoding];
    if (encoding.empty() || encoding == "identity")
      return made;
    if (encoding != "gzip")
      return failed("the answer is compressed in a way that was not asked for");
    auto body = from_gzip(made.body, within_.body_bytes);
    if (!body) {
      auto bad = failed(
          body.error() == gzip_problem::too_large ? "http: response body too large"
                                                  : "the answer's gzip is damaged");
      bad.is_too_large = body.error() == gzip_problem::too_large;
      return bad;
    }
    made.body = std::move(*body);
    return made;
  }

  /// True, and the end, if a step failed or it has ended meanwhile.
  bool ends_with(const char* step, const error_code& error) {
    if (!on_end_)
      return true;
    if (error)
      end(failed(authority(to_) + ": " + step + ": " + error.message()), false);
    return static_cast<bool>(error);
  }

  void time_is_over() {
    resolver_.cancel();
    beast::get_lowest_layer(stream_).close();
    auto late = failed("request timed out");
    late.is_late = true;
    end(std::move(late), false);
  }

  void end(std::optional<received> what, bool is_reusable) {
    if (!on_end_)
      return;
    clock_.cancel();
    if (!is_reusable)
      beast::get_lowest_layer(stream_).close();
    std::exchange(on_end_, nullptr)(std::move(what), is_reusable);
  }

  const client_limits within_;
  const http_url to_;
  tcp::resolver resolver_;
  Stream stream_;
  asio::steady_timer clock_;
  beast::flat_buffer buffer_;
  wire::request<wire::string_body> request_;
  std::optional<wire::response_parser<wire::string_body>> parser_;
  end_function on_end_;
  std::string write_problem_;
  int interim_answers_ = 0; ///< to the exchange that is under way
  bool is_open_ = false;
  bool is_writing_ = false;
};

/// What goes to one server.
struct destination {
  std::size_t busy = 0;
  std::vector<connection_ptr> idle; ///< the one used last is last
  std::deque<exchange_ptr> waiting;
};

} // namespace

struct client::implementation {
  explicit implementation(client_limits limits) : within(limits) {
    sigset_t every;
    sigset_t before;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    try {
      thread = std::thread{[this] {
        pthread_setname_np(pthread_self(), "troupe-post");
        run(context, "the client");
      }};
    } catch (...) {
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void begin(const exchange_ptr& what) {
    if (is_stopped)
      return finish(*what, failed("the HTTP client was closed"));
    if (destinations.size() >= most_destinations)
      std::erase_if(destinations, [](const auto& each) {
        return each.second.busy == 0 && each.second.waiting.empty();
      });
    auto& to = destinations[key_of(what->what.to)];
    if (to.busy >= within.connections) {
      if (waiting >= within.waiting || to.waiting.size() >= within.waiting_for_one)
        return finish(*what, failed("too many HTTP requests are under way"));
      ++waiting;
      to.waiting.push_back(what);
      if (what->ends < waits_until) {
        waits_until = what->ends;
        watch_waiting();
      }
      return;
    }
    start(to, what);
  }

  /// Looks again when the first of those that wait has no more time.
  void watch_waiting() {
    waiting_clock.expires_at(waits_until);
    waiting_clock.async_wait([this](error_code stopped) {
      if (!stopped && !is_stopped)
        end_what_is_late();
    });
  }

  void end_what_is_late() {
    const auto now = clock::now();
    std::vector<exchange_ptr> over;
    waits_until = clock::time_point::max();
    for (auto& [key, to] : destinations)
      std::erase_if(to.waiting, [&](const exchange_ptr& each) {
        if (each->ends <= now)
          over.push_back(each);
        else
          waits_until = std::min(waits_until, each->ends);
        return each->ends <= now;
      });
    waiting -= over.size();
    if (waits_until != clock::time_point::max())
      watch_waiting();
    for (const auto& each : over)
      finish_late(*each);
  }

  static void finish_late(exchange& what) {
    auto late = failed("request timed out");
    late.is_late = true;
    finish(what, std::move(late));
  }

  /// Closes connections that were not used for long.
  void watch_idle() {
    if (std::exchange(is_watching_idle, true))
      return;
    idle_clock.expires_after(within.idle_time);
    idle_clock.async_wait([this](error_code stopped) {
      is_watching_idle = false;
      if (stopped || is_stopped)
        return;
      const auto oldest = clock::now() - within.idle_time;
      bool are_left = false;
      for (auto& [key, to] : destinations) {
        std::erase_if(
            to.idle, [&](const connection_ptr& each) { return each->idle_since <= oldest; });
        are_left = are_left || !to.idle.empty();
      }
      if (are_left)
        watch_idle();
    });
  }

  void start(destination& to, const exchange_ptr& what) {
    connection_ptr over;
    try {
      over = take(to, what->what.to);
    } catch (const std::exception& error) {
      return finish(*what, failed(std::string{"TLS: "} + error.what()));
    }
    ++to.busy;
    const auto place = under_way.insert(under_way.end(), over);
    over->run(
        what,
        [this, &to, what, place, over](std::optional<received> came, bool is_reusable) mutable {
          under_way.erase(place);
          if (is_reusable && !is_stopped && to.idle.size() < within.idle) {
            over->idle_since = clock::now();
            to.idle.push_back(over);
            watch_idle();
          }
          // Later: who hears of it may send the next, and the connection has yet to return.
          asio::post(context, [this, &to, what, over, came = std::move(came)]() mutable {
            --to.busy;
            if (came)
              finish(*what, std::move(*came));
            else if (is_stopped || std::exchange(what->was_sent_again, true))
              finish(*what, failed("the server closed the connection without an answer"));
            else
              start_again(to, what);
            next(to);
          });
        });
  }

  void start_again(destination& to, const exchange_ptr& what) {
    to.idle.clear(); // as old as that one
    start(to, what);
  }

  void next(destination& to) {
    const auto now = clock::now();
    while (!to.waiting.empty() && (is_stopped || to.busy < within.connections)) {
      auto what = std::move(to.waiting.front());
      to.waiting.pop_front();
      --waiting;
      if (is_stopped) {
        finish(*what, failed("the HTTP client was closed"));
      } else if (what->ends <= now) {
        finish_late(*what);
      } else {
        start(to, what);
      }
    }
  }

  connection_ptr take(destination& to, const http_url& url) {
    const auto oldest = clock::now() - within.idle_time;
    while (!to.idle.empty()) {
      auto last = std::move(to.idle.back());
      to.idle.pop_back();
      if (last->idle_since < oldest) {
        to.idle.clear();
        break;
      }
      if (last->is_quiet())
        return last;
    }
    if (!url.is_tls)
      return std::make_shared<stream_connection<plain_stream>>(context, within, url);
    return std::make_shared<stream_connection<tls_stream>>(
        context, within, url, trust(url.ca_file));
  }

  /// Whom to trust; throws if that file cannot be read. One that has changed is read again; if it
  /// cannot be, what it was before stays in force.
  asio::ssl::context& trust(const std::string& ca_file) {
    auto& found = trusted[ca_file];
    const auto is_now = stamp_of(ca_file);
    if (found.context && found.read_as == is_now)
      return *found.context;
    try {
      found.context = read_authorities(ca_file); // connections keep what they began with
    } catch (const std::exception& error) {
      if (!found.context)
        throw;
      log::warn(
          "a file of certificates that has changed cannot be read, the former stay in force",
          {{"file", ca_file}, {"error", error.what()}});
    }
    found.read_as = is_now;
    return *found.context;
  }

  static void finish(exchange& what, received came) {
    try {
      std::exchange(what.done, nullptr)(std::move(came));
    } catch (const std::exception& error) { // others wait for their turn behind it
      log::error("what was done with an HTTP answer threw", {{"error", error.what()}});
    }
  }

  /// False if it is closed.
  bool post(const exchange_ptr& what) {
    std::lock_guard guard{mutex};
    if (!is_closed)
      asio::post(context, [this, what] { begin(what); });
    return !is_closed;
  }

  void stop() {
    {
      std::lock_guard guard{mutex};
      if (std::exchange(is_closed, true))
        return;
    }
    asio::post(context, [this] {
      is_stopped = true;
      waiting_clock.cancel();
      idle_clock.cancel();
      for (const auto open = under_way; const auto& each : open)
        each->close();
      for (auto& [key, to] : destinations) {
        to.idle.clear();
        next(to);
      }
      work.reset(); // the thread ends once all has come back
    });
    thread.join();
  }

  const client_limits within;
  std::map<std::string, authorities> trusted; ///< by file
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::map<std::string, destination> destinations; ///< their addresses stay
  std::list<connection_ptr> under_way;
  std::size_t waiting = 0;
  asio::steady_timer waiting_clock{context};
  clock::time_point waits_until = clock::time_point::max(); ///< what that clock is set to
  asio::steady_timer idle_clock{context};
  bool is_watching_idle = false;
  bool is_stopped = false; ///< on the thread
  std::mutex mutex;        ///< guards what follows
  bool is_closed = false;
  std::thread thread;
};

std::string why_no_authorities(const std::string& path) {
  try {
    read_authorities(path);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

client::client(client_limits within) : impl_(std::make_unique<implementation>(within)) {}

client::~client() {
  stop();
}

void client::send(outgoing what, unique_function<void(received)> done) {
  auto made = std::make_shared<exchange>();
  made->ends = clock::now() + std::min(what.time, longest_time);
  made->what = std::move(what);
  made->done = std::move(done);
  if (!impl_->post(made))
    implementation::finish(*made, failed("the HTTP client was closed"));
}

void client::stop() {
  impl_->stop();
}

} // namespace troupe::http
