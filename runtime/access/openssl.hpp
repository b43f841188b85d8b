// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/openssl_objects.hpp"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

/// OpenSSL's objects, owned.
namespace troupe::access {

using bignum_ptr = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using key_context_ptr = std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>>;
using digest_context_ptr = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using store_ptr = std::unique_ptr<X509_STORE, freed_by<X509_STORE_free>>;
using store_context_ptr = std::unique_ptr<X509_STORE_CTX, freed_by<X509_STORE_CTX_free>>;

inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// The 32 bytes of SHA-256.
[[nodiscard]] std::string sha256(std::string_view bytes);

} // namespace troupe::access
