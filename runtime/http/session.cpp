// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/session.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/text/ascii.hpp"
#include "runtime/base/time/http_date.hpp"
#include "runtime/http/gzip.hpp"
#include "runtime/http/tls_context.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>

namespace troupe::http {

namespace {

namespace asio = boost::asio;
namespace wire = boost::beast::http;
using asio::ip::tcp;

/// Smaller bodies are sent as they are: the header and the work cost more than is saved.
constexpr std::size_t compress_from = 1024;
/// What is read beside a request that is served.
constexpr std::size_t watch_bytes = 4096;
/// How long a client may take to hear its last answer, before the connection is reset under it.
constexpr std::chrono::milliseconds leave_time{1'000};

std::string peer_of(const tcp::socket& socket) {
  boost::system::error_code error;
  const auto from = socket.remote_endpoint(error);
  if (error)
    return "unknown";
  const auto port = ':' + std::to_string(from.port());
  return from.address().is_v6() ? "ipv6:[" + from.address().to_string() + ']' + port
                                : "ipv4:" + from.address().to_string() + port;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// `gzip` or `*` stands in an `Accept-Encoding`, and not with a weight of zero.
bool accepts_gzip(std::string_view header) {
  while (!header.empty()) {
    const auto comma = header.find(',');
    const auto item = header.substr(0, comma);
    header = comma == std::string_view::npos ? std::string_view{} : header.substr(comma + 1);
    const auto semicolon = item.find(';');
    const auto name = trimmed(item.substr(0, semicolon));
    if (name != "gzip" && name != "*")
      continue;
    if (semicolon == std::string_view::npos)
      return true;
    const auto weight = trimmed(item.substr(semicolon + 1));
    return !weight.starts_with("q=0")
           || weight.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

time_point now() {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

/// The path and the query of `/a?b` and `http://host/a?b`.
std::pair<std::string, std::string> split_target(std::string_view target) {
  if (const auto scheme = target.find("://"); !target.starts_with('/') && scheme != target.npos) {
    const auto path = target.find_first_of("/?", scheme + 3);
    target = path == target.npos ? std::string_view{} : target.substr(path);
  }
  const auto mark = target.find('?');
  std::string path{target.substr(0, mark)};
  if (path.empty())
    path = "/";
  return {std::move(path), std::string{mark == target.npos ? "" : target.substr(mark + 1)}};
}

/// Nobody on the way may read another end of the request, or another host, than we do: a body is
/// framed by its length or as plain chunks, and the host is named once.
template <class Header>
bool is_clear(const Header& of) {
  if (of.count(wire::field::host) > 1)
    return false;
  switch (of.count(wire::field::transfer_encoding)) {
  case 0: return true;
  case 1: {
    const auto value = of[wire::field::transfer_encoding];
    return of.version() >= 11 && to_lower({value.data(), value.size()}) == "chunked";
  }
  default: return false;
  }
}

bool has(const response& of, std::string_view header) {
  return std::ranges::any_of(
      of.headers, [&](const auto& each) { return to_lower(each.first) == header; });
}

} // namespace

/// The duty to answer one request. Dropped, it answers 500: the client must not wait for ever.
class session::pending_answer {
public:
  explicit pending_answer(std::shared_ptr<session> to) : to_(std::move(to)) {
    to_->all_.unanswered.fetch_add(1, std::memory_order_relaxed);
  }
  pending_answer(pending_answer&&) noexcept = default;
  pending_answer& operator=(pending_answer&&) = delete;
  ~pending_answer() {
    if (!to_)
      return;
    log::error("an HTTP request was dropped unanswered", {{"path", to_->request_->path}});
    send([] { return response{.status = 500, .body = "internal error\n"}; });
  }

  void operator()(answer_maker make) {
    if (to_)
      send(std::move(make));
  }

private:
  // The session may be destroyed on its own thread only, so its last owner is what is posted.
  void send(answer_maker make) {
    auto& context = to_->all_.context;
    asio::post(context, [to = std::move(to_), made = std::move(make)]() mutable {
      to->answered(std::move(made));
      auto& all = to->all_;
      to = nullptr;
      if (all.unanswered.fetch_sub(1, std::memory_order_acq_rel) == 1)
        all.unanswered.notify_all();
    });
    to_ = nullptr;
  }

  std::shared_ptr<session> to_;
};

session::session(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls, sessions& all)
    : stream_(std::move(socket), std::move(tls)), clock_(all.context), all_(all),
      place_(all.open.insert(all.open.end(), this)),
      buffer_(2 * all.within.header_bytes + watch_bytes) {
  all_.connections.fetch_add(1, std::memory_order_relaxed);
}

session::~session() {
  close();
  all_.bodies -= accounted_;
  if (all_.connections.fetch_sub(1, std::memory_order_acq_rel) == 1)
    all_.connections.notify_all();
}

void session::begin() {
  if (!stream_.is_encrypted())
    return read();
  wait_for_client(all_.within.request_time);
  stream_.async_handshake([self = shared_from_this()](error_code error) {
    if (self->state_ == state::closed)
      return;
    if (error)
      return self->close(); // no TLS, or nobody whom we know
    self->certificate_ = certificate_of(self->stream_.tls());
    self->read();
  });
}

void session::drain() {
  is_draining_ = true;
  if (state_ == state::reading && buffer_.size() == 0 && !(parser_ && parser_->got_some()))
    close();
}

void session::give_up() {
  if (state_ == state::serving && cancel_)
    std::exchange(cancel_, nullptr)();
}

void session::close() {
  if (state_ == state::closed)
    return;
  const bool was_serving = std::exchange(state_, state::closed) == state::serving;
  all_.open.erase(place_);
  clock_.cancel();
  error_code ignored;
  stream_.socket().close(ignored);
  if (was_serving && cancel_)
    std::exchange(cancel_, nullptr)();
}

/// It did something: by halves does not count.
void session::moved_on() {
  all_.open.splice(all_.open.end(), all_.open, place_);
}

void session::wait_for_client(std::chrono::milliseconds at_most) {
  clock_.expires_after(at_most);
  clock_.async_wait([self = shared_from_this()](error_code stopped) {
    // The time may have been set anew after this was on its way.
    if (!stopped && self->clock_.expiry() <= std::chrono::steady_clock::now())
      self->close();
  });
}

void session::read() {
  state_ = state::reading;
  all_.bodies -= std::exchange(accounted_, 0);
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(all_.within.header_bytes));
  parser_->body_limit(all_.within.body_bytes);
  if (buffer_.size() != 0)
    return read_header();
  wait_for_client(all_.within.idle_time);
  if (stream_.is_encrypted()) // that bytes came says nothing of a request
    return watch();
  stream_.socket().async_wait(
      tcp::socket::wait_read, [self = shared_from_this()](error_code error) {
        if (self->state_ == state::closed)
          return;
        error ? self->close() : self->read_header();
      });
}

void session::read_header() {
  wait_for_client(all_.within.request_time);
  wire::async_read_header(
      stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
        self->on_header(error);
      });
}

void session::on_header(error_code error) {
  if (state_ == state::closed)
    return;
  if (error)
    return failed_to_read(error);
  if (!is_clear(parser_->get()))
    return refuse(refusal::malformed);
  if (!parser_->is_done() && parser_->get()[wire::field::expect] == "100-continue") {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(
        stream_, asio::buffer(go_on), [self = shared_from_this()](error_code failed, std::size_t) {
          if (failed)
            self->close();
          else if (self->state_ == state::reading)
            self->read_body();
        });
    return;
  }
  read_body();
}

void session::read_body() {
  if (parser_->is_done())
    return serve();
  wire::async_read_some(
      stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
        self->on_body(error);
      });
}

void session::on_body(error_code error) {
  if (state_ == state::closed)
    return;
  if (error)
    return failed_to_read(error);
  account(parser_->get().body().size());
  if (all_.bodies > all_.within.bodies_bytes)
    return refuse(refusal::too_much_at_a_time);
  read_body();
}

void session::account(std::size_t body) {
  all_.bodies += body - accounted_;
  accounted_ = body;
}

void session::failed_to_read(error_code error) {
  if (error == wire::error::body_limit)
    return refuse(refusal::body_too_large);
  if (error == wire::error::header_limit || error == wire::error::buffer_overflow)
    return refuse(refusal::header_too_large);
  if (error == wire::error::end_of_stream || error == wire::error::partial_message
      || error.category() != make_error_code(wire::error::bad_method).category())
    return close(); // gone
  refuse(refusal::malformed);
}

void session::refuse(refusal why) {
  keeps_alive_ = false;
  is_head_ = false;
  takes_gzip_ = false;
  is_refused_ = true;
  write(all_.serves.refuse(why));
}

void session::serve() {
  auto& from = parser_->get();
  auto request = std::make_shared<incoming>();
  request->method = {from.method_string().data(), from.method_string().size()};
  std::tie(request->path, request->query) =
      split_target({from.target().data(), from.target().size()});
  for (const auto& field : from)
    request->headers.emplace_back(
        to_lower({field.name_string().data(), field.name_string().size()}),
        std::string_view{field.value().data(), field.value().size()});
  request->peer = peer_of(stream_.socket());
  request->certificate = certificate_;
  request->body = std::move(from.body());
  keeps_alive_ = from.keep_alive();
  is_head_ = from.method() == wire::verb::head;
  takes_gzip_ = accepts_gzip(request->header("accept-encoding"));
  if (const auto encoding = request->header("content-encoding"); encoding == "gzip") {
    auto body = from_gzip(request->body, all_.within.body_bytes);
    if (!body)
      return refuse(
          body.error() == gzip_problem::too_large ? refusal::body_too_large
                                                  : refusal::unreadable_body);
    request->body = std::move(*body);
    account(request->body.size());
    if (all_.bodies > all_.within.bodies_bytes)
      return refuse(refusal::too_much_at_a_time);
  } else if (!encoding.empty() && encoding != "identity") {
    return refuse(refusal::unknown_encoding);
  }
  all_.requests.fetch_add(1, std::memory_order_relaxed);
  request_ = std::move(request);
  state_ = state::serving;
  clock_.cancel();
  watch();
  try {
    auto cancel = all_.serves.serve(request_, pending_answer{shared_from_this()});
    if (state_ == state::serving)
      cancel_ = std::move(cancel);
  } catch (const std::exception& failed) { // the answer was dropped, which is one
    log::error(
        "an HTTP request could not be served",
        {{"path", request_->path}, {"error", failed.what()}});
  }
}

void session::watch() {
  if (buffer_.size() != 0 || is_input_over_)
    return;
  is_watching_ = true;
  stream_.async_read_some(
      buffer_.prepare(watch_bytes),
      [self = shared_from_this()](error_code error, std::size_t size) {
        self->on_watched(error, size);
      });
}

void session::on_watched(error_code error, std::size_t size) {
  is_watching_ = false;
  if (state_ == state::closed)
    return;
  buffer_.commit(size);
  if (error == asio::error::eof) {
    is_input_over_ = true;
    if (state_ == state::serving && cancel_)
      std::exchange(cancel_, nullptr)();
    if (state_ == state::reading || state_ == state::leaving)
      close();
  } else if (error) {
    close();
  } else if (state_ == state::reading) {
    read();
  } else if (state_ == state::leaving) {
    discarded_ += size;
    discarded_ > all_.within.body_bytes ? close() : discard();
  }
}

void session::answered(answer_maker make) {
  cancel_ = nullptr;
  if (state_ != state::serving)
    return;
  response what;
  try {
    what = make();
  } catch (const std::exception& failed) {
    log::error(
        "an HTTP answer could not be made", {{"path", request_->path}, {"error", failed.what()}});
    what = {.status = 500, .body = "internal error\n"};
  }
  write(std::move(what));
}

void session::write(response what) {
  state_ = state::writing;
  keeps_alive_ = keeps_alive_ && !is_draining_ && !all_.is_stopping && !is_input_over_;
  try {
    fill_answer(std::move(what));
  } catch (const std::exception& failed) { // a header that is too large
    log::error("an HTTP answer cannot be written", {{"error", failed.what()}});
    fill_answer({.status = 500, .body = "internal error\n"});
  }
  request_ = nullptr;
  moved_on();
  wait_for_client(all_.within.answer_time);
  wire::async_write(stream_, answer_, [self = shared_from_this()](error_code error, std::size_t) {
    self->on_written(error);
  });
}

void session::fill_answer(response what) {
  answer_ = {};
  answer_.result(what.status);
  answer_.version(11);
  answer_.set(wire::field::date, write_http_date(now()));
  if (!what.content_type.empty())
    answer_.set(wire::field::content_type, what.content_type);
  if (what.body.size() >= compress_from && !has(what, "content-encoding")) {
    answer_.set(wire::field::vary, "Accept-Encoding");
    if (takes_gzip_) {
      what.body = to_gzip(what.body);
      answer_.set(wire::field::content_encoding, "gzip");
    }
  }
  for (const auto& [name, value] : what.headers)
    answer_.set(name, value);
  answer_.keep_alive(keeps_alive_);
  if (what.status != 204 && what.status != 304)
    answer_.content_length(what.body.size());
  if (!is_head_)
    answer_.body() = std::move(what.body);
}

void session::on_written(error_code error) {
  answer_.body() = {};
  if (state_ == state::closed)
    return;
  if (error)
    return close();
  if (!keeps_alive_ || is_draining_)
    return leave();
  if (is_input_over_)
    return close();
  moved_on();
  if (!is_watching_)
    return read();
  // The read that is under way brings the next request.
  state_ = state::reading;
  parser_.reset();
  wait_for_client(all_.within.idle_time);
}

/// A connection that is closed while bytes of its client are unread is reset, and the client may
/// lose the answer: so if its request was not read whole, the client closes first, or its time is
/// over, or it has sent as much again as it may.
void session::leave() {
  state_ = state::leaving;
  if (stream_.is_encrypted())
    return part();
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  if (is_input_over_ || !is_refused_)
    return close();
  wait_for_client(leave_time);
  if (!is_watching_)
    discard();
}

/// The same where an end is said inside of TLS, by both sides.
void session::part() {
  if (is_input_over_ && !is_refused_)
    return close();
  wait_for_client(leave_time);
  stream_.async_shutdown([self = shared_from_this()](error_code error) {
    if (self->state_ == state::closed)
      return;
    // What it still sends stands in the way.
    if (error && self->is_refused_ && !self->is_watching_)
      return self->discard();
    if (!self->is_watching_)
      self->close();
  });
}

void session::discard() {
  buffer_.clear();
  is_watching_ = true;
  stream_.async_read_some(
      buffer_.prepare(watch_bytes),
      [self = shared_from_this()](error_code error, std::size_t size) {
        self->on_watched(error, size);
      });
}

} // namespace troupe::http
