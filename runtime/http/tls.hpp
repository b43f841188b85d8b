// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace troupe::http {

/// Whether clients show who they are.
enum class client_certificates : char {
  unasked,
  welcome,  ///< one that is shown must be good
  required, ///< nobody without one gets further than the handshake
};

/// What a server encrypts with: PEM texts that belong together. Does not change.
struct tls_material {
  std::string certificate = {}; ///< its own, then those between it and the root
  std::string key = {};
  std::string client_authorities = {}; ///< who may have signed certificates of clients
  client_certificates clients = client_certificates::unasked;
};

/// Gives what new connections are to use; another object when it has changed. Thread-safe. An empty
/// function: nothing is encrypted.
using tls_source = std::function<std::shared_ptr<const tls_material>()>;

} // namespace troupe::http
