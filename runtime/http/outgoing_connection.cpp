// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/outgoing_connection.hpp"

#include "runtime/base/text/ascii.hpp"
#include "runtime/http/authorities.hpp"
#include "runtime/http/gzip.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <exception>
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

/// Answers with a status of 1xx in front of the one that counts.
constexpr int most_interim_answers = 16;

std::string authority(const http_url& to) {
  std::string host = to.host.find(':') == to.host.npos ? to.host : '[' + to.host + ']';
  return to.port == (to.is_tls ? "443" : "80") ? host : host + ':' + to.port;
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

template <class Stream>
class stream_connection final : public outgoing_connection {
public:
  template <class... Around>
  stream_connection(
      asio::io_context& context,
      name_resolver& names,
      const client_limits& within,
      http_url to,
      Around&... around)
      : within_(within), to_(std::move(to)), names_(names), stream_(context, around...),
        clock_(context) {}

  void run(const exchange_ptr& what, end_function on_end) override {
    on_end_ = std::move(on_end);
    interim_answers_ = 0;
    try {
      request_ = request_of(*what);
    } catch (const std::exception& error) { // a header that is too large
      return end(no_answer(std::string{"the request cannot be written: "} + error.what()), false);
    }
    clock_.expires_at(what->ends);
    clock_.async_wait([self = shared()](error_code stopped) {
      if (!stopped && self->on_end_ && self->clock_.expiry() <= clock::now())
        self->time_is_over();
    });
    if (is_open_)
      return send();
    lookup_ = names_.find(
        to_.host,
        to_.port,
        [self = shared()](const error_code& error, const name_resolver::places& found) {
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
    names_.forget(to_.host, to_.port, lookup_);
    beast::get_lowest_layer(stream_).close();
    clock_.cancel();
    end(no_answer("the HTTP client was closed"), false);
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
      expect_host(stream_, to_.host);
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
      auto made = no_answer("http: response body too large");
      made.is_too_large = true;
      return end(std::move(made), false);
    }
    if (error == wire::error::header_limit || error == wire::error::buffer_overflow)
      return end(
          no_answer(
              "the headers of the answer are larger than " + std::to_string(within_.header_bytes)
              + " bytes"),
          false);
    if (error && was_open && interim_answers_ == 0 && !parser_->got_some())
      return end(std::nullopt, false);
    if (error == wire::error::end_of_stream)
      return end(
          no_answer(authority(to_) + ": the server closed the connection without an answer"),
          false);
    if (error == wire::error::partial_message)
      return end(no_answer(authority(to_) + ": the answer was cut off"), false);
    if (error)
      return end(
          no_answer(
              authority(to_) + ": "
              + (write_problem_.empty() ? "read: " + error.message() : write_problem_)),
          false);
    const auto status = parser_->get().result_int();
    const bool is_other_protocol = status == 101;
    if (status < 200 && !is_other_protocol) { // the one that counts is still to come
      if (++interim_answers_ > most_interim_answers)
        return end(no_answer(authority(to_) + ": the server says for ever that it goes on"), false);
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
          to_lower({field.name_string().data(), field.name_string().size()}),
          std::string_view{field.value().data(), field.value().size()});
    made.body = std::move(from.body());
    const auto encoding = from[wire::field::content_encoding];
    if (encoding.empty() || encoding == "identity")
      return made;
    if (encoding != "gzip")
      return no_answer("the answer is compressed in a way that was not asked for");
    auto body = from_gzip(made.body, within_.body_bytes);
    if (!body) {
      auto bad = no_answer(
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
      end(no_answer(authority(to_) + ": " + step + ": " + error.message()), false);
    return static_cast<bool>(error);
  }

  void time_is_over() {
    names_.forget(to_.host, to_.port, lookup_);
    beast::get_lowest_layer(stream_).close();
    auto late = no_answer("request timed out");
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
  name_resolver& names_;
  name_resolver::ticket lookup_ = 0;
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

} // namespace

outgoing_connection_ptr connect_to(
    asio::io_context& context,
    name_resolver& names,
    const client_limits& within,
    http_url to,
    asio::ssl::context* trust) {
  if (!to.is_tls)
    return std::make_shared<stream_connection<plain_stream>>(context, names, within, std::move(to));
  return std::make_shared<stream_connection<tls_stream>>(
      context, names, within, std::move(to), *trust);
}

} // namespace troupe::http
