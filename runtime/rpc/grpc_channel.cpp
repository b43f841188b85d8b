// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/grpc_channel.hpp"

#include "runtime/base/log.hpp"

#include <absl/synchronization/mutex.h>
#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <vector>

namespace troupe::rpc {

namespace {

namespace tls = grpc::experimental;

int as_int(std::size_t value) {
  return static_cast<int>(
      std::min<std::size_t>(value, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

bool is_loopback(const std::string& target) {
  return target.starts_with("localhost:") || target.starts_with("127.")
         || target.starts_with("[::1]:");
}

// gRPC's plain SslCredentials cannot skip the check of the server's certificate.
std::shared_ptr<grpc::ChannelCredentials> unverified_credentials(const tls_options& options) {
  tls::TlsChannelCredentialsOptions to;
  to.set_verify_server_certs(false);
  to.set_check_call_host(false);
  to.set_certificate_verifier(std::make_shared<tls::NoOpCertificateVerifier>());
  if (!options.client_certificate.empty()) {
    to.set_certificate_provider(std::make_shared<tls::StaticDataCertificateProvider>(
        std::vector{tls::IdentityKeyCertPair{options.client_key, options.client_certificate}}));
    to.watch_identity_key_cert_pairs();
  }
  return tls::TlsCredentials(to);
}

/// What has to be done once, before the first channel.
void prepare_process() {
  // Debian's Abseil is built with the deadlock detector of debug builds: a global lock in every
  // mutex.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // gRPC writes to stderr what calls report anyway; who sets GRPC_VERBOSITY wants to see that.
  if (std::getenv("GRPC_VERBOSITY") == nullptr) // NOLINT(concurrency-mt-unsafe)
    gpr_set_log_function(
        [](gpr_log_func_args* args) { log::debug(args->message, {{"from", "grpc"}}); });
}

std::shared_ptr<grpc::ChannelCredentials> credentials_for(const connection_options& options) {
  if (!uses_tls(options))
    return grpc::InsecureChannelCredentials();
  const auto wanted = options.tls.value_or(tls_options{});
  auto credentials =
      wanted.disable_host_verification
          ? unverified_credentials(wanted)
          : grpc::SslCredentials({wanted.server_ca, wanted.client_key, wanted.client_certificate});
  if (!credentials)
    throw connection_error("gRPC does not take the TLS certificates or keys that were given");
  return credentials;
}

} // namespace

std::shared_ptr<grpc::Channel> make_channel(const connection_options& options) {
  static std::once_flag once;
  std::call_once(once, prepare_process);

  grpc::ChannelArguments args;
  args.SetUserAgentPrefix(std::string{client_name} + "/" + std::string{client_version});
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1); // channels of one target share nothing
  args.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);            // we retry ourselves, without buffering
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  args.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 256 * 1024); // error details travel there
  args.SetMaxReceiveMessageSize(as_int(options.max_message_bytes));
  args.SetMaxSendMessageSize(as_int(options.max_message_bytes));
  if (options.keepalive) {
    args.SetInt(
        GRPC_ARG_KEEPALIVE_TIME_MS,
        as_int(static_cast<std::size_t>(
            std::max<std::int64_t>(1, options.keepalive->interval.count()))));
    args.SetInt(
        GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
        as_int(static_cast<std::size_t>(
            std::max<std::int64_t>(1, options.keepalive->timeout.count()))));
    args.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  }
  if (is_loopback(options.target))
    args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (uses_tls(options) && options.tls && !options.tls->server_name.empty()) {
    args.SetSslTargetNameOverride(options.tls->server_name);
    args.SetString(GRPC_ARG_DEFAULT_AUTHORITY, options.tls->server_name);
  }
  return grpc::CreateCustomChannel(options.target, credentials_for(options), args);
}

} // namespace troupe::rpc
