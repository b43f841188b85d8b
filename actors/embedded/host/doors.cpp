// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/doors.hpp"

#include "runtime/http/client.hpp"

#include <troupe/service.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace troupe::embedded {

namespace {

access::gate_options gate_of(const service_callers& callers) {
  access::gate_options gate{
      .api_key_file = callers.api_key_file,
      .token_key_set = callers.jwt_key_set,
      .token_audience = callers.jwt_audience};
  for (const auto& each : callers.client_cas)
    gate.client_authorities.push_back({each.path, each.name_space});
  return gate;
}

/// Those who have a key or a token need no certificate.
http::client_certificates asked_of(const service_callers& callers) {
  if (callers.client_cas.empty())
    return http::client_certificates::unasked;
  return callers.api_key_file.empty() && callers.jwt_key_set.empty()
             ? http::client_certificates::required
             : http::client_certificates::welcome;
}

void check(const service_options& options) {
  if (options.tls.certificate.empty() != options.tls.key.empty())
    throw service_error{"the certificate of a service and its key are needed together"};
  if (options.tls.certificate.empty() && !options.callers.client_cas.empty())
    throw service_error{
        "certificates of clients are shown over TLS only: give the service a certificate and a "
        "key, too"};
  if (const auto& file = options.tls.outgoing_ca; !file.empty())
    if (const auto why = http::why_no_authorities(file); !why.empty())
      throw service_error{"the CA certificates of outgoing requests, \"" + file + "\": " + why};
  if (options.callers.jwt_key_set.empty() && !options.callers.jwt_audience.empty())
    throw service_error{"an audience of tokens needs a key set"};
}

} // namespace

doors::doors(const service_options& options) {
  check(options);
  std::vector<std::function<void()>> tasks;
  try {
    if (!options.tls.certificate.empty()) {
      access::server_certificate_files files{
          .certificate = options.tls.certificate,
          .key = options.tls.key,
          .clients = asked_of(options.callers)};
      for (const auto& each : options.callers.client_cas)
        files.client_authorities.push_back(each.path);
      certificates_ = std::make_shared<access::server_certificates>(std::move(files));
      tasks.emplace_back([to = certificates_] { to->refresh(); });
    }
    if (auto gate = gate_of(options.callers); !gate.is_open()) {
      keeper_ = std::make_shared<access::gatekeeper>(std::move(gate));
      tasks.emplace_back([to = keeper_] { to->refresh(); });
    }
  } catch (const access::access_error& wrong) {
    throw service_error{wrong.what()};
  }
  if (!tasks.empty())
    refresher_ = std::make_unique<access::refresher>(std::move(tasks));
}

http::tls_source doors::tls() const {
  if (!certificates_)
    return {};
  return [from = certificates_] { return from->current(); };
}

} // namespace troupe::embedded
