// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/worker/http_get.hpp"

#include "apps/troupe/cli.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace troupe::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t most_bytes = std::size_t{256} << 20;

struct exchange {
  explicit exchange(asio::io_context& context) : resolver(context), stream(context) {
    parser.body_limit(most_bytes);
  }

  void start(const std::string& host, const std::string& port) {
    resolver.async_resolve(host, port, [this](error_code error, const auto& found) {
      if (failed(error))
        return;
      stream.async_connect(found, [this](error_code error, const tcp::endpoint&) {
        if (failed(error))
          return;
        wire::async_write(stream, request, [this](error_code error, std::size_t) {
          if (failed(error))
            return;
          wire::async_read(stream, buffer, parser, [this](error_code error, std::size_t) {
            if (!failed(error))
              is_done = true;
          });
        });
      });
    });
  }

  bool failed(const error_code& error) {
    if (error)
      problem = is_http2() ? "that is a gRPC port, as a service's own is (7233 by default)"
                : error == wire::error::end_of_stream
                    ? "it closed the connection without an answer: it may speak TLS, or no HTTP"
                : error.category() == wire::make_error_code(wire::error::bad_version).category()
                    ? "it speaks no HTTP (" + error.message() + ')'
                    : error.message();
    return static_cast<bool>(error);
  }

  /// It begins with a frame of settings: three bytes of length, the type.
  [[nodiscard]] bool is_http2() const {
    const auto* const first = static_cast<const char*>(buffer.data().data());
    return buffer.size() >= 4 && first[0] == 0 && first[1] == 0 && first[3] == 4;
  }

  tcp::resolver resolver;
  beast::tcp_stream stream;
  wire::request<wire::string_body> request;
  beast::flat_buffer buffer;
  wire::response_parser<wire::string_body> parser;
  std::string problem;
  bool is_done = false;
};

} // namespace

std::string
http_get(const std::string& address, const std::string& path, std::chrono::milliseconds at_most) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size())
    throw command_error("the address of a worker's port is HOST:PORT, not " + address);
  auto host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  if (host.empty())
    host = "localhost";
  asio::io_context context;
  exchange one{context};
  one.request = {wire::verb::get, path, 11};
  one.request.set(wire::field::host, address);
  one.request.set(wire::field::connection, "close");
  one.start(host, address.substr(colon + 1));
  context.run_for(at_most);
  const std::string advice =
      " (worker_options::metrics_address or TROUPE_METRICS_ADDRESS opens a worker's port)";
  if (!one.is_done)
    throw command_error(
        "no worker answers at " + address + ": "
        + (one.problem.empty() ? "nothing came in time" : one.problem) + advice);
  const auto& answer = one.parser.get();
  if (answer.result() != wire::status::ok)
    throw command_error(
        "what answers at " + address + " is no worker: HTTP " + std::to_string(answer.result_int())
        + " for " + path.substr(0, path.find('?'))
        + ", as the metrics and the HTTP API of a service say" + advice);
  if (answer[wire::field::content_type].starts_with("text/html"))
    throw command_error(
        "what answers at " + address + " is no worker: a web page, as that of a service's Web UI"
        + advice);
  return answer.body();
}

} // namespace troupe::cli
