// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/access/grants.hpp"
#include "runtime/access/openssl.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// Who may sign certificates of clients: CA certificates, each for one namespace or for the whole
/// service.
class client_authorities {
public:
  client_authorities();
  ~client_authorities();
  client_authorities(client_authorities&&) noexcept;
  client_authorities& operator=(client_authorities&&) noexcept;

  /// Trusts the certificates in the PEM text to sign for clients of this namespace, who may write
  /// there; empty: for clients who may do everything. Text without a certificate changes nothing.
  void trust(std::string_view pem, std::string name_space);

  [[nodiscard]] bool is_empty() const noexcept { return all_.empty(); }

  /// What the owner of a certificate may do: the sum of what each authority grants that has signed
  /// it, itself or by the certificates that came with it. `pem`: the certificate, then those.
  /// Nothing if none has, or the certificate is not for clients, or over.
  [[nodiscard]] std::optional<grants> find(std::string_view pem, time_point now) const;

private:
  struct authority {
    std::string name_space;
    store_ptr roots;
  };
  std::vector<authority> all_;
};

/// All certificates in a PEM text, in their order; those that cannot be read are left out.
[[nodiscard]] std::vector<certificate_ptr> certificates_in(std::string_view pem);

/// When the first certificate in a PEM text ends; nothing if there is none.
[[nodiscard]] std::optional<time_point> expiry_of(std::string_view pem);

} // namespace troupe::access
