// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/address.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <optional>
#include <string>
#include <utility>

namespace troupe::test {

/// Who a client trusts and what it shows; PEM texts.
struct tls_client {
  std::string server_ca = {}; ///< empty: anybody
  std::string certificate = {};
  std::string key = {};
  int most = 0; ///< the newest version of TLS, 0: as new as there is
};

/// Bytes to an HTTP server and back, inside of TLS.
class tls_peer {
public:
  tls_peer(const http::address& to, const tls_client& as) {
    if (!as.server_ca.empty()) {
      context_.add_certificate_authority(boost::asio::buffer(as.server_ca));
      context_.set_verify_mode(boost::asio::ssl::verify_peer);
    }
    if (!as.certificate.empty()) {
      context_.use_certificate_chain(boost::asio::buffer(as.certificate));
      context_.use_private_key(boost::asio::buffer(as.key), boost::asio::ssl::context::pem);
    }
    if (as.most != 0) {
      SSL_CTX_set_security_level(context_.native_handle(), 0);
      SSL_CTX_set_max_proto_version(context_.native_handle(), as.most);
    }
    stream_.emplace(io_, context_);
    stream_->lowest_layer().connect({boost::asio::ip::make_address(to.ip), to.port});
    stream_->handshake(boost::asio::ssl::stream_base::client, refused_);
  }

  /// The server did not shake hands. With TLS 1.3 a client hears only later that its certificate is
  /// not wanted.
  [[nodiscard]] bool is_refused() const { return refused_.failed(); }

  bool try_send(const std::string& bytes) {
    boost::system::error_code error;
    boost::asio::write(*stream_, boost::asio::buffer(bytes), error);
    return !error;
  }
  std::string until(const std::string& mark) {
    boost::system::error_code error;
    boost::asio::read_until(*stream_, boost::asio::dynamic_buffer(unread_), mark, error);
    return std::exchange(unread_, {});
  }
  /// Until the other side closes.
  std::string rest() {
    boost::asio::read(*stream_, boost::asio::dynamic_buffer(unread_), ended_by_);
    return std::exchange(unread_, {});
  }
  /// The other side said that nothing more comes: nobody has cut the connection.
  [[nodiscard]] bool was_ended_well() const { return ended_by_ == boost::asio::error::eof; }

  SSL* native() { return stream_->native_handle(); }

private:
  boost::asio::io_context io_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_client};
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket>> stream_;
  boost::system::error_code refused_;
  boost::system::error_code ended_by_;
  std::string unread_;
};

} // namespace troupe::test
