// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/server.hpp"
#include "runtime/http/tls.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>

namespace troupe::http {

/// What connections of a server are encrypted with: TLS 1.2 or newer, ciphers with forward secrecy
/// and authentication. Sessions are not resumed, so that a certificate is looked at each time.
/// Throws `boost::system::system_error` for material that OpenSSL does not take.
[[nodiscard]] std::shared_ptr<boost::asio::ssl::context> make_context(const tls_material& of);

/// Makes a context anew when the material is another one. One thread.
class tls_contexts {
public:
  explicit tls_contexts(tls_source from) : from_(std::move(from)) {}

  /// True if connections are encrypted: they must not be served where there is no context for them.
  [[nodiscard]] bool encrypts() const { return from_ != nullptr; }
  /// Null if nothing is encrypted, and if no material could be used yet. Material that cannot be
  /// used is logged, and the one before stays.
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current();

private:
  tls_source from_;
  std::shared_ptr<const tls_material> material_;
  std::shared_ptr<boost::asio::ssl::context> context_;
};

/// What the client has shown, after the handshake has verified it; null: nothing.
[[nodiscard]] std::shared_ptr<const client_certificate> certificate_of(SSL* connection);

} // namespace troupe::http
