// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/access/openssl.hpp"

#include <string>

namespace troupe::test {

/// Signs JSON Web Tokens as an identity provider would.
class token_signer {
public:
  enum class kind : char { rsa, elliptic };

  token_signer(kind of, std::string id);

  /// The entry of its public key in a key set.
  [[nodiscard]] std::string public_key() const;
  /// A key set of this key alone.
  [[nodiscard]] std::string key_set() const { return "{\"keys\":[" + public_key() + "]}"; }

  /// A token with these claims, and a header of its own if one is given.
  [[nodiscard]] std::string sign(const std::string& claims, std::string header = {}) const;

  /// The header of its tokens.
  [[nodiscard]] std::string header() const;

private:
  [[nodiscard]] std::string number(const char* name) const;

  kind kind_;
  std::string id_;
  key_ptr key_;
};

/// A token with no signature.
std::string unsigned_token(const std::string& header, const std::string& claims);
/// One that the text of a key signs by HMAC, as if it were a shared secret.
std::string
hmac_token(const std::string& header, const std::string& claims, const std::string& secret);

} // namespace troupe::test
