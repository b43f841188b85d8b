// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/http_post.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>

namespace troupe::otlp {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

/// What a collector answers is short.
constexpr std::size_t most_answer_bytes = std::size_t{64} << 10;

/// The steps of one request, each begun by the one before.
class exchange {
public:
  exchange(asio::io_context& context, wire::request<wire::string_body> what)
      : resolver_(context), stream_(context), request_(std::move(what)) {
    parser_.body_limit(most_answer_bytes);
  }

  void start(const http_url& to) {
    resolver_.async_resolve(
        to.host, to.port, [this](error_code error, const tcp::resolver::results_type& found) {
          if (fails("resolve", error))
            return;
          stream_.async_connect(found, [this](error_code failed, const tcp::endpoint&) {
            if (!fails("connect", failed))
              send();
          });
        });
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }

private:
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
    const auto& answer = parser_.get();
    const auto status = answer.result_int();
    problem_ = status >= 200 && status < 300
                   ? std::string{}
                   : "HTTP " + std::to_string(status) + ' ' + answer.body().substr(0, 200);
  }

  bool fails(const char* step, const error_code& error) {
    if (!error)
      return false;
    problem_ = std::string{step} + ": " + error.message();
    return true;
  }

  tcp::resolver resolver_;
  beast::tcp_stream stream_;
  wire::request<wire::string_body> request_;
  wire::response_parser<wire::string_body> parser_;
  beast::flat_buffer buffer_;
  std::string problem_ = "it took too long"; ///< until it ends
};

} // namespace

std::optional<http_url> parse_http_url(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (!text.starts_with(scheme))
    return std::nullopt;
  text.remove_prefix(scheme.size());
  http_url result;
  const auto slash = text.find('/');
  if (slash != std::string_view::npos)
    result.path = text.substr(slash);
  auto authority = text.substr(0, slash);
  const auto colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == authority.npos;
  if (has_port) {
    result.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
    if (result.port.empty() || result.port.size() > 5
        || result.port.find_first_not_of("0123456789") != std::string::npos)
      return std::nullopt;
  }
  if (authority.starts_with('[') && authority.ends_with(']'))
    authority = authority.substr(1, authority.size() - 2);
  // A user's name, a blank or a line break would end up in the request.
  const auto is_plain = [](char c) { return c > ' ' && c < '\x7F' && c != '@'; };
  if (authority.empty() || !std::ranges::all_of(authority, is_plain)
      || !std::ranges::all_of(result.path, is_plain))
    return std::nullopt;
  result.host = authority;
  return result;
}

std::string post_json(
    const http_url& to,
    const std::vector<std::pair<std::string, std::string>>& headers,
    std::string body,
    std::chrono::milliseconds at_most) {
  wire::request<wire::string_body> request{wire::verb::post, to.path, 11};
  for (const auto& [name, value] : headers)
    request.set(name, value);
  request.set(wire::field::host, to.host + ':' + to.port);
  request.set(wire::field::content_type, "application/json");
  request.keep_alive(false);
  request.body() = std::move(body);
  request.prepare_payload();
  asio::io_context context{1};
  exchange one{context, std::move(request)};
  one.start(to);
  context.run_for(at_most);
  return one.problem();
}

} // namespace troupe::otlp
