// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/access/error.hpp"
#include "runtime/base/executor.hpp"
#include "runtime/http/tls.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::access {

/// The files of a service that encrypts.
struct server_certificate_files {
  std::string certificate = {}; ///< its own, then those between it and the root
  std::string key = {};         ///< may be the same file
  std::vector<std::string> client_authorities = {};
  http::client_certificates clients = http::client_certificates::unasked;
};

/// What a service's listeners encrypt with, as its files have it. Files are read anew when they
/// change; what cannot be used is logged, and connections go on with what was read before.
/// Thread-safe.
class server_certificates {
public:
  /// Throws `access_error` if the files cannot be used: unreadable, no certificate, a key of
  /// another one.
  explicit server_certificates(server_certificate_files files);
  ~server_certificates();
  server_certificates(const server_certificates&) = delete;
  server_certificates& operator=(const server_certificates&) = delete;

  [[nodiscard]] std::shared_ptr<const http::tls_material> current() const;
  /// When the certificate that is used now ends.
  [[nodiscard]] time_point expires() const;

  /// Looks whether a file has changed, and warns, once a day, of a certificate that ends within two
  /// weeks.
  void refresh();

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe::access
