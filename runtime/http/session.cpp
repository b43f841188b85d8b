// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/session.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/text/ascii.hpp"
#include "runtime/http/gzip.hpp"
#include "runtime/http/tls_context.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
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
/// What is read at a time, but for bodies.
constexpr std::size_t read_bytes = 4096;
/// And of a body that is long.
constexpr std::size_t most_read_bytes = std::size_t{64} << 10;
/// Bodies up to this are copied behind their headers, and leave with them.
constexpr std::size_t short_body = std::size_t{16} << 10;
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

std::string_view viewed(boost::core::string_view text) {
  return {text.data(), text.size()};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// Its memory too.
void release(std::string& text) {
  std::string{}.swap(text);
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

/// One of the words of a list.
bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (trimmed(list.substr(0, comma)) == token)
      return true;
    list = comma == list.npos ? std::string_view{} : list.substr(comma + 1);
  }
  return false;
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

/// What may stand in a `Host`.
constexpr std::string_view host_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!$%&'()*+,-.:;=[]_~";

/// Nobody on the way may read another end of the request, or another host, than we do: a body is
/// framed by its length or as plain chunks, and the host is named once (HTTP/1.0 may leave it out).
template <class Header>
bool is_clear(const Header& of) {
  int hosts = 0;
  int codings = 0;
  bool is_plain = true;
  for (const auto& each : of)
    if (each.name() == wire::field::host) {
      ++hosts;
      is_plain &= viewed(each.value()).find_first_not_of(host_characters) == std::string_view::npos;
    } else if (each.name() == wire::field::transfer_encoding) {
      ++codings;
      is_plain &= of.version() >= 11 && to_lower(viewed(each.value())) == "chunked";
    }
  return hosts <= 1 && (hosts == 1 || of.version() < 11) && codings <= 1 && is_plain;
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
    if (context.get_executor().running_in_this_thread() && to_->is_handing_over_) {
      to_->made_ = std::move(make);                                 // `serve` goes on with it
      to_->all_.unanswered.fetch_sub(1, std::memory_order_acq_rel); // nobody waits while it serves
      to_ = nullptr;
      return;
    }
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
      buffer_(2 * all.within.header_bytes + read_bytes) {
  all_.connections.fetch_add(1, std::memory_order_relaxed);
}

session::~session() {
  close();
  all_.bodies -= accounted_;
  if (all_.connections.fetch_sub(1, std::memory_order_acq_rel) == 1)
    all_.connections.notify_all();
}

void session::begin() {
  peer_ = peer_of(stream_.socket());
  error_code ignored;
  stream_.socket().non_blocking(true, ignored); // so that an answer may be written at once
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

/// The clock is set anew only if it would go off too late: else it looks again when it does.
void session::wait_for_client(std::chrono::milliseconds at_most) {
  due_ = std::chrono::steady_clock::now() + at_most;
  if (!is_clock_set_ || clock_.expiry() > due_)
    set_clock();
}

void session::set_clock() {
  is_clock_set_ = true;
  clock_.expires_at(due_);
  clock_.async_wait([self = shared_from_this()](error_code stopped) {
    const auto now = std::chrono::steady_clock::now();
    // The time may have been set anew after this was on its way.
    if (stopped || self->state_ == state::closed || self->clock_.expiry() > now)
      return;
    self->is_clock_set_ = false;
    if (self->due_ <= now)
      self->close();
    else if (self->due_ != never)
      self->set_clock();
  });
}

/// The next request, of which something may be there already.
void session::read() {
  state_ = state::reading;
  all_.bodies -= std::exchange(accounted_, 0);
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(all_.within.header_bytes));
  parser_->body_limit(all_.within.body_bytes);
  if (buffer_.size() == 0)
    wait_for_client(all_.within.idle_time);
  else
    due_ = never;
  // After others: a client that sends many at once has no more turns than they, and the next
  // request of one that hurries has come by then, which saves a read in vain.
  asio::post(all_.context, [self = shared_from_this()] {
    if (self->state_ == state::reading)
      self->buffer_.size() == 0 ? self->more(read_bytes) : self->parse();
  });
}

void session::parse() {
  const bool is_begun = parser_->got_some();
  error_code error;
  buffer_.consume(parser_->put(buffer_.data(), error));
  if (error && error != wire::error::need_more)
    return failed_to_read(error);
  if (!is_begun && !parser_->is_done()) // from its first byte on
    wait_for_client(all_.within.request_time);
  if (error)
    return more(read_bytes);
  if (!is_clear(parser_->get()))
    return refuse(refusal::malformed);
  const auto expected = to_lower(viewed(parser_->get()[wire::field::expect]));
  if (!expected.empty() && !has_token(expected, "100-continue"))
    return refuse(refusal::unknown_expectation);
  if (parser_->is_done())
    return serve();
  parser_->eager(true);
  if (expected.empty() || parser_->get().version() < 11)
    return read_body();
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(
      stream_, asio::buffer(go_on), [self = shared_from_this()](error_code failed, std::size_t) {
        if (failed)
          self->close();
        else if (self->state_ == state::reading)
          self->read_body();
      });
}

void session::read_body() {
  error_code error = wire::error::need_more;
  if (buffer_.size() != 0)
    buffer_.consume(parser_->put(buffer_.data(), error));
  if (error && error != wire::error::need_more)
    return failed_to_read(error);
  account(parser_->get().body().size());
  if (all_.bodies > all_.within.bodies_bytes)
    return refuse(refusal::too_much_at_a_time);
  if (parser_->is_done())
    return serve();
  const auto left = parser_->content_length_remaining();
  more(
      left ? static_cast<std::size_t>(std::clamp<std::uint64_t>(*left, read_bytes, most_read_bytes))
           : most_read_bytes);
}

/// Reads on, in the place where `on_received` finds the connection then.
void session::more(std::size_t at_most) {
  if (is_receiving_)
    return;
  const auto size = std::min(at_most, buffer_.max_size() - buffer_.size());
  if (size == 0)
    return refuse(refusal::header_too_large); // of a chunk
  is_receiving_ = true;
  stream_.async_read_some(
      buffer_.prepare(size), [self = shared_from_this()](error_code error, std::size_t received) {
        self->on_received(error, received);
      });
}

void session::on_received(error_code error, std::size_t size) {
  is_receiving_ = false;
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
    parser_->is_header_done() ? read_body() : parse();
  } else if (state_ == state::leaving) {
    discard();
  }
}

void session::failed_to_read(error_code error) {
  if (error == wire::error::body_limit)
    return refuse(refusal::body_too_large);
  if (error == wire::error::header_limit)
    return refuse(refusal::header_too_large);
  refuse(refusal::malformed);
}

void session::refuse(refusal why) {
  keeps_alive_ = false;
  is_head_ = false;
  takes_gzip_ = false;
  is_refused_ = true;
  write(all_.serves.refuse(why));
}

void session::account(std::size_t body) {
  all_.bodies += body - accounted_;
  accounted_ = body;
}

std::shared_ptr<incoming> session::take_request() {
  auto& from = parser_->get();
  auto request = std::make_shared<incoming>();
  request->method = viewed(from.method_string());
  std::tie(request->path, request->query) = split_target(viewed(from.target()));
  request->headers.reserve(8);
  for (const auto& field : from)
    request->headers.emplace_back(to_lower(viewed(field.name_string())), viewed(field.value()));
  request->peer = peer_;
  request->certificate = certificate_;
  request->body = std::move(from.body());
  return request;
}

void session::serve() {
  auto request = take_request();
  keeps_alive_ = parser_->keep_alive();
  is_head_ = parser_->get().method() == wire::verb::head;
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
  due_ = never;
  is_handing_over_ = true;
  try {
    cancel_ = all_.serves.serve(request_, pending_answer{shared_from_this()});
  } catch (const std::exception& failed) { // the answer was dropped, which is one
    log::error(
        "an HTTP request could not be served",
        {{"path", request_->path}, {"error", failed.what()}});
  }
  is_handing_over_ = false;
  if (made_)
    return answered(std::exchange(made_, nullptr));
  if (buffer_.size() == 0 && !is_input_over_)
    more(read_bytes); // to see it go
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
  std::size_t written = 0;
  if (!stream_.is_encrypted() && body_.empty()) {
    error_code error;
    written = stream_.socket().write_some(asio::buffer(head_), error);
    if (written == head_.size())
      return on_written({});
    if (error && error != asio::error::would_block && error != asio::error::try_again)
      return on_written(error);
  }
  wait_for_client(all_.within.answer_time);
  write_rest(written);
}

void session::write_rest(std::size_t from) {
  asio::async_write(
      stream_,
      std::array<asio::const_buffer, 2>{asio::buffer(head_) + from, asio::buffer(body_)},
      [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void session::fill_answer(response what) {
  answer_form form{.keeps_alive = keeps_alive_};
  if (what.body.size() >= compress_from && !has_header(what, "content-encoding")) {
    form.varies = true;
    if (takes_gzip_) {
      what.body = to_gzip(what.body);
      form.is_gzip = true;
    }
  }
  head_.clear();
  body_.clear();
  write_head(what, form, all_.clock.date(), head_);
  if (is_head_ || !may_have_body(what.status))
    return;
  if (what.body.size() <= short_body)
    head_ += what.body;
  else
    body_ = std::move(what.body);
}

void session::on_written(error_code error) {
  release(body_);
  if (head_.capacity() > read_bytes) // what waits for its client takes little
    release(head_);
  if (state_ == state::closed)
    return;
  if (error)
    return close();
  if (!keeps_alive_ || is_draining_)
    return leave();
  if (is_input_over_)
    return close();
  moved_on();
  read();
}

/// A connection that is closed while bytes of its client are unread is reset, and the client may
/// lose the answer: so if its request was not read whole, the client closes first, or its time is
/// over. How much it sends until then does not matter: one that sends a large body looks for the
/// answer behind it.
void session::leave() {
  state_ = state::leaving;
  if (stream_.is_encrypted())
    return part();
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  if (is_input_over_ || !is_refused_)
    return close();
  wait_for_client(leave_time);
  if (!is_receiving_)
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
    if (error && self->is_refused_ && !self->is_receiving_)
      return self->discard();
    if (!self->is_receiving_)
      self->close();
  });
}

void session::discard() {
  buffer_.clear();
  more(most_read_bytes);
}

} // namespace troupe::http
