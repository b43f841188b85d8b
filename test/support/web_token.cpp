// SPDX-License-Identifier: Apache-2.0
#include "test/support/web_token.hpp"

#include "runtime/base/text/base64.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace troupe::test {

namespace {

void require(bool it_worked) {
  if (!it_worked)
    throw std::runtime_error{"OpenSSL failed"};
}

} // namespace

token_signer::token_signer(kind of, std::string id)
    : kind_(of), id_(std::move(id)),
      key_(of == kind::rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")) {
  require(key_ != nullptr);
}

std::string token_signer::number(const char* name) const {
  BIGNUM* raw = nullptr;
  require(EVP_PKEY_get_bn_param(key_.get(), name, &raw) == 1);
  const access::bignum_ptr value{raw};
  std::string bytes(
      kind_ == kind::elliptic ? 32U : static_cast<std::size_t>(BN_num_bytes(value.get())), '\0');
  require(
      BN_bn2binpad(
          value.get(),
          reinterpret_cast<unsigned char*>(bytes.data()),
          static_cast<int>(bytes.size()))
      > 0);
  return to_base64url(bytes);
}

std::string token_signer::public_key() const {
  if (kind_ == kind::rsa)
    return R"({"kty":"RSA","use":"sig","alg":"RS256","kid":")" + id_ + R"(","n":")"
           + number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" + number(OSSL_PKEY_PARAM_RSA_E) + "\"}";
  return R"({"kty":"EC","crv":"P-256","kid":")" + id_ + R"(","x":")"
         + number(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y)
         + "\"}";
}

std::string token_signer::header() const {
  return std::string{R"({"typ":"JWT","alg":")"} + (kind_ == kind::rsa ? "RS256" : "ES256")
         + R"(","kid":")" + id_ + "\"}";
}

std::string token_signer::sign(const std::string& claims, std::string header) const {
  if (header.empty())
    header = this->header();
  const auto text = to_base64url(header) + '.' + to_base64url(claims);
  const access::digest_context_ptr context{EVP_MD_CTX_new()};
  std::size_t size = 0;
  require(
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1
      && EVP_DigestSign(context.get(), nullptr, &size, access::bytes_of(text), text.size()) == 1);
  std::string signature(size, '\0');
  require(
      EVP_DigestSign(
          context.get(),
          reinterpret_cast<unsigned char*>(signature.data()),
          &size,
          access::bytes_of(text),
          text.size())
      == 1);
  signature.resize(size);
  if (kind_ == kind::elliptic) {
    const auto* at = access::bytes_of(signature);
    auto* both = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(signature.size()));
    require(both != nullptr);
    std::string raw(64, '\0');
    auto* to = reinterpret_cast<unsigned char*>(raw.data());
    require(
        BN_bn2binpad(ECDSA_SIG_get0_r(both), to, 32) == 32
        && BN_bn2binpad(ECDSA_SIG_get0_s(both), to + 32, 32) == 32);
    ECDSA_SIG_free(both);
    signature = raw;
  }
  return text + '.' + to_base64url(signature);
}

std::string unsigned_token(const std::string& header, const std::string& claims) {
  return to_base64url(header) + '.' + to_base64url(claims) + '.';
}

std::string
hmac_token(const std::string& header, const std::string& claims, const std::string& secret) {
  const auto text = to_base64url(header) + '.' + to_base64url(claims);
  std::string signature(32, '\0');
  unsigned size = 0;
  require(
      HMAC(
          EVP_sha256(),
          secret.data(),
          static_cast<int>(secret.size()),
          access::bytes_of(text),
          text.size(),
          reinterpret_cast<unsigned char*>(signature.data()),
          &size)
      != nullptr);
  return text + '.' + to_base64url(signature);
}

} // namespace troupe::test
