// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/certificate_maker.hpp"

#include "runtime/access/openssl.hpp"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace troupe::access {

namespace {

/// The longest that X.509 has for a name.
constexpr std::size_t longest_name = 64;
/// Clocks differ.
constexpr std::chrono::minutes valid_before{5};

using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;
using names_ptr = std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>>;

[[noreturn]] void fail(const std::string& why) {
  ERR_clear_error();
  throw access_error{why};
}

void require(bool it_worked) {
  if (!it_worked)
    fail("OpenSSL cannot make the certificate");
}

template <class Write>
std::string pem_of(Write write) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  require(write(out.get()) == 1);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

key_ptr new_key() {
  key_ptr made{EVP_EC_gen("P-256")};
  require(made != nullptr);
  return made;
}

void add_name(X509_NAME* to, const char* field, const std::string& value) {
  if (value.empty() || value.size() > longest_name)
    fail("an organisation or common name takes 1 to 64 bytes");
  require(
      X509_NAME_add_entry_by_txt(
          to, field, MBSTRING_UTF8, bytes_of(value), static_cast<int>(value.size()), -1, 0)
      == 1);
}

void set_time(ASN1_TIME* to, time_point at) {
  require(
      ASN1_TIME_set(
          to,
          std::chrono::system_clock::to_time_t(
              std::chrono::time_point_cast<std::chrono::system_clock::duration>(at)))
      != nullptr);
}

void add(X509* to, X509* authority, int what, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, authority, to, nullptr, nullptr, 0);
  const extension_ptr made{X509V3_EXT_conf_nid(nullptr, &context, what, value)};
  require(made != nullptr && X509_add_ext(to, made.get(), -1) == 1);
}

/// Not as text, in which a comma would begin another name.
void add_hosts(X509* to, const std::vector<std::string>& hosts) {
  const names_ptr all{GENERAL_NAMES_new()};
  for (const auto& host : hosts) {
    std::array<unsigned char, 16> binary{};
    std::size_t size = 0;
    if (::inet_pton(AF_INET, host.c_str(), binary.data()) == 1)
      size = 4;
    else if (::inet_pton(AF_INET6, host.c_str(), binary.data()) == 1)
      size = 16;
    const bool is_name =
        !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](unsigned char c) {
          return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '*';
        });
    if (size == 0 && !is_name)
      fail("\"" + host + "\" is neither a host name nor an IP address");
    auto* made = GENERAL_NAME_new();
    require(made != nullptr && sk_GENERAL_NAME_push(all.get(), made) > 0);
    auto* text = ASN1_STRING_type_new(size == 0 ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING);
    require(
        text != nullptr
        && ASN1_STRING_set(
               text,
               size == 0 ? static_cast<const void*>(host.data()) : binary.data(),
               static_cast<int>(size == 0 ? host.size() : size))
               == 1);
    GENERAL_NAME_set0_value(made, size == 0 ? GEN_DNS : GEN_IPADD, text);
  }
  require(X509_add1_ext_i2d(to, NID_subject_alt_name, all.get(), 0, 0) == 1);
}

/// All but the extensions and the signature.
certificate_ptr
begin(const certificate_request& what, X509_NAME* issuer, EVP_PKEY* key, time_point now) {
  if (what.validity <= std::chrono::seconds{0})
    fail("a certificate must be valid for some time");
  certificate_ptr made{X509_new()};
  require(made != nullptr && X509_set_version(made.get(), X509_VERSION_3) == 1);
  const bignum_ptr serial{BN_new()};
  require(
      BN_rand(serial.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1
      && BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(made.get())) != nullptr);
  set_time(X509_getm_notBefore(made.get()), now - valid_before);
  set_time(X509_getm_notAfter(made.get()), now + what.validity);
  auto* subject = X509_get_subject_name(made.get());
  add_name(subject, "O", what.organisation);
  add_name(subject, "CN", what.common_name.empty() ? what.organisation : what.common_name);
  require(
      X509_set_issuer_name(made.get(), issuer != nullptr ? issuer : subject) == 1
      && X509_set_pubkey(made.get(), key) == 1);
  return made;
}

made_certificate sign(X509* made, EVP_PKEY* key, EVP_PKEY* by) {
  require(X509_sign(made, by, EVP_sha256()) != 0);
  return {pem_of([&](BIO* out) { return PEM_write_bio_X509(out, made); }), pem_of([&](BIO* out) {
            return PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

int no_passphrase(char*, int, int, void*) {
  return -1;
}

} // namespace

made_certificate make_authority(const certificate_request& what, time_point now) {
  const quiet_errors quiet;
  const auto key = new_key();
  const auto made = begin(what, nullptr, key.get(), now);
  add(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE");
  add(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add(made.get(), made.get(), NID_subject_key_identifier, "hash");
  return sign(made.get(), key.get(), key.get());
}

made_certificate
make_leaf(const certificate_request& what, const made_certificate& authority, time_point now) {
  const quiet_errors quiet;
  const certificate_ptr ca{
      PEM_read_bio_X509(reader_of(authority.certificate).get(), nullptr, nullptr, nullptr)};
  const key_ptr ca_key{
      PEM_read_bio_PrivateKey(reader_of(authority.key).get(), nullptr, no_passphrase, nullptr)};
  if (!ca || X509_check_ca(ca.get()) == 0)
    fail("the CA's certificate is none of a CA");
  if (!ca_key || X509_check_private_key(ca.get(), ca_key.get()) != 1)
    fail("the CA's key is not that of its certificate, or has a passphrase");
  const auto ends = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(now + what.validity));
  if (ASN1_TIME_cmp_time_t(X509_get0_notAfter(ca.get()), ends) < 0)
    fail("the certificate would end after its CA's: choose a shorter validity period");
  const auto key = new_key();
  const auto made = begin(what, X509_get_subject_name(ca.get()), key.get(), now);
  add(made.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE");
  add(made.get(), ca.get(), NID_key_usage, "critical,digitalSignature");
  add(made.get(),
      ca.get(),
      NID_ext_key_usage,
      what.hosts.empty() ? "clientAuth" : "serverAuth,clientAuth");
  add(made.get(), ca.get(), NID_subject_key_identifier, "hash");
  add(made.get(), ca.get(), NID_authority_key_identifier, "keyid");
  if (!what.hosts.empty())
    add_hosts(made.get(), what.hosts);
  return sign(made.get(), key.get(), ca_key.get());
}

} // namespace troupe::access
