// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/tls_credentials.hpp"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <mutex>
#include <utility>

namespace troupe::embedded {

namespace {

struct credentials_deleter {
  void operator()(grpc_server_credentials* credentials) const noexcept {
    grpc_server_credentials_release(credentials);
  }
};

grpc_ssl_client_certificate_request_type request_type(http::client_certificates from) {
  switch (from) {
  case http::client_certificates::unasked: return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
  case http::client_certificates::welcome: return GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
  case http::client_certificates::required: break;
  }
  return GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
}

/// gRPC's C++ API has no way to the credentials of its core that ask before each handshake.
class reloaded_credentials final : public grpc::ServerCredentials {
public:
  explicit reloaded_credentials(http::tls_source from)
      : from_(std::move(from)), core_(grpc_ssl_server_credentials_create_with_options(
                                    grpc_ssl_server_credentials_create_options_using_config_fetcher(
                                        request_type(from_()->clients), fetch, this))) {}

  /// Who calls is not asked here.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), core_.get());
  }

  static grpc_ssl_certificate_config_reload_status
  fetch(void* self, grpc_ssl_server_certificate_config** to) {
    return static_cast<reloaded_credentials*>(self)->fetch(to);
  }

  grpc_ssl_certificate_config_reload_status fetch(grpc_ssl_server_certificate_config** to) {
    const std::lock_guard guard{mutex_};
    auto material = from_();
    if (material == last_)
      return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair{material->key.c_str(), material->certificate.c_str()};
    // Workaround: gRPC 1.51 ends the process where there are none, though its header allows it.
    // What stands there counts only if clients are asked for certificates.
    const auto& roots = material->clients == http::client_certificates::unasked
                            ? material->certificate
                            : material->client_authorities;
    *to = grpc_ssl_server_certificate_config_create(roots.c_str(), &pair, 1);
    if (*to == nullptr)
      return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
    last_ = std::move(material);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  http::tls_source from_;
  std::mutex mutex_; ///< guards what follows: handshakes begin on any thread of gRPC
  std::shared_ptr<const http::tls_material> last_;
  std::unique_ptr<grpc_server_credentials, credentials_deleter> core_;
};

} // namespace

std::shared_ptr<grpc::ServerCredentials> tls_credentials(http::tls_source from) {
  return std::make_shared<reloaded_credentials>(std::move(from));
}

} // namespace troupe::embedded
