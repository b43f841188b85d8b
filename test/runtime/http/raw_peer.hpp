// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/address.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <string>
#include <utility>

namespace troupe::test {

/// Bytes to an HTTP server and back.
class raw_peer {
public:
  explicit raw_peer(const http::address& to) {
    socket_.connect({boost::asio::ip::make_address(to.ip), to.port});
  }

  void send(const std::string& bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }
  /// False once the other side does not take any more.
  bool try_send(const std::string& bytes) {
    boost::system::error_code error;
    boost::asio::write(socket_, boost::asio::buffer(bytes), error);
    return !error;
  }
  void end_sending() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
  /// Resets the connection.
  void vanish() {
    socket_.set_option(boost::asio::socket_base::linger(true, 0));
    socket_.close();
  }

  /// What came, at least until `mark` did.
  std::string until(const std::string& mark) {
    boost::asio::read_until(socket_, boost::asio::dynamic_buffer(unread_), mark);
    return std::exchange(unread_, {});
  }
  /// Until the other side closes.
  std::string rest() {
    boost::system::error_code error;
    boost::asio::read(socket_, boost::asio::dynamic_buffer(unread_), error);
    return std::exchange(unread_, {});
  }

private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_{context_};
  std::string unread_;
};

/// The first line of an answer.
inline std::string status_line(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}

/// What stands behind the headers.
inline std::string body_of(const std::string& answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? "" : answer.substr(end + 4);
}

} // namespace troupe::test
