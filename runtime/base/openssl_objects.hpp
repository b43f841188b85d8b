// SPDX-License-Identifier: Apache-2.0
#pragma once

// Headers of OpenSSL only: who includes this links it.

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

namespace troupe {

/// Deletes an object of OpenSSL.
template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

/// Reads a text that outlives it.
inline bio_ptr reader_of(std::string_view text) {
  return bio_ptr{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

/// Leaves OpenSSL's queue of errors, which belongs to the thread, as it was found: empty.
struct quiet_errors {
  quiet_errors() { ERR_clear_error(); }
  ~quiet_errors() { ERR_clear_error(); }
  quiet_errors(const quiet_errors&) = delete;
  quiet_errors& operator=(const quiet_errors&) = delete;
};

} // namespace troupe
