// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace troupe::http {

/// A connection as Asio and Beast read and write it, encrypted or not. Completions are functions:
/// there are no futures here.
class wire_stream {
public:
  using executor_type = boost::asio::ip::tcp::socket::executor_type;
  using next_layer_type = boost::asio::ip::tcp::socket;

  /// Null: nothing is encrypted.
  wire_stream(next_layer_type socket, std::shared_ptr<boost::asio::ssl::context> with)
      : context_(std::move(with)), socket_(std::move(socket)) {
    if (context_)
      tls_.emplace(socket_, *context_);
  }

  executor_type get_executor() { return socket_.get_executor(); }
  /// What is below: to wait for it, to close it.
  next_layer_type& socket() noexcept { return socket_; }
  const next_layer_type& socket() const noexcept { return socket_; }
  [[nodiscard]] bool is_encrypted() const noexcept { return tls_.has_value(); }
  /// Null if it is not encrypted.
  [[nodiscard]] SSL* tls() noexcept { return tls_ ? tls_->native_handle() : nullptr; }

  template <class Handler>
  void async_handshake(Handler&& handler) {
    tls_->async_handshake(boost::asio::ssl::stream_base::server, std::forward<Handler>(handler));
  }
  /// Says that nothing more comes, and waits until the other side says so too.
  template <class Handler>
  void async_shutdown(Handler&& handler) {
    tls_->async_shutdown(std::forward<Handler>(handler));
  }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& into, Handler&& handler) {
    if (tls_)
      tls_->async_read_some(into, std::forward<Handler>(handler));
    else
      socket_.async_read_some(into, std::forward<Handler>(handler));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& from, Handler&& handler) {
    if (tls_)
      tls_->async_write_some(from, std::forward<Handler>(handler));
    else
      socket_.async_write_some(from, std::forward<Handler>(handler));
  }

private:
  std::shared_ptr<boost::asio::ssl::context> context_; ///< as long as the stream
  next_layer_type socket_;
  std::optional<boost::asio::ssl::stream<next_layer_type&>> tls_;
};

} // namespace troupe::http
