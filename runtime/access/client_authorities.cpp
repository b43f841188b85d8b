// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/client_authorities.hpp"

#include "runtime/base/text/printable.hpp"
#include "runtime/base/time/at_seconds.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace troupe::access {

namespace {

using chain_ptr = std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * each) {
                                    sk_X509_free(each); // not the certificates in it
                                  })>;

time_point time_of(const ASN1_TIME* from) {
  std::tm at{};
  if (ASN1_TIME_to_tm(from, &at) != 1)
    return {};
  return at_seconds(::timegm(&at)); // RFC 5280 has the year 9999 for a certificate without an end
}

/// `CN=worker,O=orders`.
std::string subject_of(const X509& certificate) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  X509_NAME_print_ex(out.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_RFC2253);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return printable(std::string{text, static_cast<std::size_t>(std::max(0L, size))});
}

/// Until when the chain holds, which is until its first certificate ends; nothing if there is none.
std::optional<time_point>
signed_until(X509* which, STACK_OF(X509) * between, X509_STORE* roots, time_point now) {
  const store_context_ptr context{X509_STORE_CTX_new()};
  if (!context || X509_STORE_CTX_init(context.get(), roots, which, between) != 1)
    return std::nullopt;
  auto* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM_set_time(
      parameters,
      std::chrono::system_clock::to_time_t(
          std::chrono::time_point_cast<std::chrono::system_clock::duration>(now)));
  if (X509_verify_cert(context.get()) != 1)
    return std::nullopt;
  auto until = time_of(X509_get0_notAfter(which));
  const auto* const chain = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(chain); ++i)
    until = std::min(until, time_of(X509_get0_notAfter(sk_X509_value(chain, i))));
  return until;
}

} // namespace

std::vector<certificate_ptr> certificates_in(std::string_view pem) {
  const quiet_errors quiet;
  std::vector<certificate_ptr> all;
  const auto from = reader_of(pem);
  while (certificate_ptr next{PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr)})
    all.push_back(std::move(next));
  return all;
}

std::optional<time_point> expiry_of(std::string_view pem) {
  const auto all = certificates_in(pem);
  if (all.empty())
    return std::nullopt;
  return time_of(X509_get0_notAfter(all.front().get()));
}

client_authorities::client_authorities() = default;
client_authorities::~client_authorities() = default;
client_authorities::client_authorities(client_authorities&&) noexcept = default;
client_authorities& client_authorities::operator=(client_authorities&&) noexcept = default;

void client_authorities::trust(std::string_view pem, std::string name_space) {
  const quiet_errors quiet;
  store_ptr roots{X509_STORE_new()};
  const auto all = certificates_in(pem);
  for (const auto& each : all)
    X509_STORE_add_cert(roots.get(), each.get());
  if (!all.empty())
    all_.push_back({std::move(name_space), std::move(roots)});
}

std::optional<grants> client_authorities::find(std::string_view pem, time_point now) const {
  const quiet_errors quiet;
  const auto shown = certificates_in(pem);
  if (shown.empty())
    return std::nullopt;
  auto* const which = shown.front().get();
  const chain_ptr between{sk_X509_new_null()};
  for (std::size_t i = 1; i < shown.size(); ++i)
    sk_X509_push(between.get(), shown[i].get());
  std::optional<grants> granted;
  for (const auto& each : all_) {
    const auto until = signed_until(which, between.get(), each.roots.get(), now);
    if (!until)
      continue;
    if (!granted) {
      granted.emplace();
      granted->who = subject_of(*which);
      granted->expires = *until;
    }
    granted->expires = std::min(granted->expires, *until);
    if (each.name_space.empty()) {
      granted->system = role::admin;
    } else {
      auto& has = granted->namespaces[each.name_space];
      has = std::max(has, role::write);
    }
  }
  return granted;
}

} // namespace troupe::access
