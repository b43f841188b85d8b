// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/post.hpp"

#include "runtime/base/text/go_url.hpp"
#include "runtime/http/authorities.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <algorithm>
#include <memory>
#include <type_traits>

namespace troupe::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

using request = wire::request<wire::string_body>;
using plain_stream = beast::tcp_stream;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;

/// The steps of one request, each begun by the one before. `Stream` is one of the two above.
template <class Stream>
class exchange {
public:
  /// `around` is what a stream is made with.
  template <class... Around>
  exchange(
      const http_url& to,
      request what,
      std::size_t most_bytes,
      asio::io_context& context,
      Around&... around)
      : to_(to), resolver_(context), stream_(context, around...), request_(std::move(what)) {
    parser_.body_limit(most_bytes);
  }

  void start() {
    resolver_.async_resolve(
        to_.host, to_.port, [this](error_code error, const tcp::resolver::results_type& found) {
          if (fails("resolve", error))
            return;
          beast::get_lowest_layer(stream_).async_connect(
              found, [this](error_code failed, const tcp::endpoint&) {
                if (!fails("connect", failed))
                  greet();
              });
        });
  }

  [[nodiscard]] posted& result() { return result_; }

private:
  void greet() {
    if constexpr (std::is_same_v<Stream, tls_stream>) {
      expect_host(stream_, to_.host);
      stream_.async_handshake(asio::ssl::stream_base::client, [this](error_code error) {
        if (!fails("handshake", error))
          send();
      });
    } else {
      send();
    }
  }

  void send() {
    wire::async_write(stream_, request_, [this](error_code error, std::size_t) {
      if (fails("write", error))
        return;
      wire::async_read(stream_, buffer_, parser_, [this](error_code failed, std::size_t) {
        if (!fails("read", failed))
          judge();
      });
    });
  }

  void judge() {
    auto& answer = parser_.get();
    const auto status = result_.status = answer.result_int();
    if (status >= 200 && status < 300) {
      result_.problem.clear();
      result_.body = std::move(answer.body());
    } else
      result_.problem = "HTTP " + std::to_string(status) + ' ' + answer.body().substr(0, 200);
  }

  bool fails(const char* step, const error_code& error) {
    if (!error)
      return false;
    result_.problem = std::string{step} + ": " + error.message();
    return true;
  }

  const http_url& to_;
  tcp::resolver resolver_;
  Stream stream_;
  request request_;
  wire::response_parser<wire::string_body> parser_;
  beast::flat_buffer buffer_;
  posted result_{.problem = "it took too long"}; ///< until it ends
};

template <class Stream, class... Around>
posted
run(const http_url& to,
    request what,
    const post_limits& within,
    asio::io_context& context,
    Around&... around) {
  exchange<Stream> one{to, std::move(what), within.answer_bytes, context, around...};
  one.start();
  context.run_for(within.time);
  return std::move(one.result());
}

} // namespace

std::optional<http_url> parse_http_url(std::string_view text) {
  auto target = http_target_of(read_go_url(text));
  if (!target.problem.empty())
    return std::nullopt;
  return http_url{
      .host = std::move(target.host),
      .port = std::move(target.port),
      .path = std::move(target.path),
      .is_tls = target.is_encrypted};
}

namespace {

posted send(const http_url& to, request what, const post_limits& within) {
  what.set(wire::field::host, to.host + ':' + to.port);
  what.keep_alive(false);
  asio::io_context context{1};
  if (!to.is_tls)
    return run<plain_stream>(to, std::move(what), within, context);
  std::unique_ptr<asio::ssl::context> trust;
  try {
    trust = read_authorities(to.ca_file);
  } catch (const boost::system::system_error& error) {
    return {.problem = "certificates: " + error.code().message()};
  }
  return run<tls_stream>(to, std::move(what), within, context, *trust);
}

} // namespace

posted get_json(const http_url& to, post_limits within) {
  request what{wire::verb::get, to.path, 11};
  what.set(wire::field::accept, "application/json");
  return send(to, std::move(what), within);
}

posted post_json(
    const http_url& to,
    const std::vector<std::pair<std::string, std::string>>& headers,
    std::string body,
    post_limits within) {
  request what{wire::verb::post, to.path, 11};
  for (const auto& [name, value] : headers)
    what.set(name, value);
  what.set(wire::field::content_type, "application/json");
  what.body() = std::move(body);
  what.prepare_payload();
  return send(to, std::move(what), within);
}

} // namespace troupe::http
