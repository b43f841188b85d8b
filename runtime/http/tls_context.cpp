// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/tls_context.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/openssl_objects.hpp"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::http {

namespace {

namespace asio = boost::asio;
using asio::ssl::context;

/// Of TLS 1.2; those of 1.3 are all good.
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

asio::const_buffer buffer_of(const std::string& text) {
  return asio::buffer(text);
}

void append_pem(std::string& to, X509* certificate) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  if (!out || PEM_write_bio_X509(out.get(), certificate) != 1)
    return;
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  to.append(text, static_cast<std::size_t>(size));
}

std::string text_of(const ASN1_STRING* from) {
  return {
      reinterpret_cast<const char*>(ASN1_STRING_get0_data(from)),
      static_cast<std::size_t>(ASN1_STRING_length(from))};
}

std::string common_name_of(X509* certificate) {
  auto* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  return at < 0 ? std::string{}
                : text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

std::vector<std::string> alternative_names_of(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, freed_by<GENERAL_NAMES_free>> all{
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  std::vector<std::string> names;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &type);
    if (type != GEN_DNS && type != GEN_URI && type != GEN_EMAIL && type != GEN_IPADD)
      continue;
    auto text = text_of(static_cast<const ASN1_STRING*>(value));
    if (type == GEN_IPADD) {
      std::array<char, INET6_ADDRSTRLEN> shown{};
      const int family = text.size() == 4 ? AF_INET : AF_INET6;
      if ((text.size() != 4 && text.size() != 16)
          || ::inet_ntop(family, text.data(), shown.data(), shown.size()) == nullptr)
        continue;
      text = shown.data();
    }
    names.push_back(std::move(text));
  }
  return names;
}

} // namespace

std::shared_ptr<context> make_context(const tls_material& of) {
  auto made = std::make_shared<context>(context::tls_server);
  auto* native = made->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, ciphers);
  SSL_CTX_set_options(
      native, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  made->use_certificate_chain(buffer_of(of.certificate));
  made->use_private_key(buffer_of(of.key), context::pem);
  if (of.clients == client_certificates::unasked)
    return made;
  if (!of.client_authorities.empty())
    made->add_certificate_authority(buffer_of(of.client_authorities));
  made->set_verify_mode(
      of.clients == client_certificates::required
          ? asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert
          : asio::ssl::verify_peer);
  return made;
}

std::shared_ptr<context> tls_contexts::current() {
  if (!from_)
    return nullptr;
  auto material = from_();
  if (material == material_)
    return context_;
  material_ = std::move(material);
  try {
    context_ = make_context(*material_);
  } catch (const std::exception& failed) {
    log::error("a certificate cannot be used for HTTP", {{"error", failed.what()}});
  }
  return context_;
}

std::shared_ptr<const client_certificate> certificate_of(SSL* connection) {
  const certificate_ptr shown{SSL_get1_peer_certificate(connection)};
  if (!shown || SSL_get_verify_result(connection) != X509_V_OK)
    return nullptr;
  auto made = std::make_shared<client_certificate>();
  made->common_name = common_name_of(shown.get());
  made->alternative_names = alternative_names_of(shown.get());
  append_pem(made->pem, shown.get());
  // As a server's side has it: without the client's own.
  auto* const others = SSL_get_peer_cert_chain(connection);
  for (int i = 0; i < sk_X509_num(others); ++i)
    append_pem(made->pem, sk_X509_value(others, i));
  return made;
}

} // namespace troupe::http
