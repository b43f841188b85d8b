// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/access/grants.hpp"
#include "runtime/access/openssl.hpp"
#include "runtime/base/executor.hpp"

#include <troupe/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// The keys by which JSON Web Tokens may be signed (a JWKS). Only what signs with RS256 or ES256;
/// everything else in the set is passed over.
class key_set {
public:
  /// The error says what is wrong with the text.
  [[nodiscard]] static result<key_set, std::string> parse(std::string_view json);

  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

private:
  friend class token_reader;
  struct entry {
    std::string id;
    std::string algorithm;
    key_ptr key;
  };
  std::vector<entry> keys_;
};

/// Reads JSON Web Tokens as a Temporal server does: signed with RS256 or ES256 by a key of the set
/// that the header's `kid` names, within `nbf` and `exp`, with a subject. What the claim
/// `permissions` lists, `namespace:role` each, is granted; what it lists otherwise is not.
class token_reader {
public:
  /// `audience`: what the claim `aud` must have; empty: it is not looked at.
  token_reader(const key_set& keys, std::string_view audience) : keys_(keys), audience_(audience) {}

  /// The error says why, for the log; it shows nothing of the token.
  [[nodiscard]] result<grants, std::string> read(std::string_view token, time_point now) const;

private:
  const key_set& keys_;
  std::string_view audience_;
};

} // namespace troupe::access
