// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/grpc_channel.hpp"

#include "runtime/base/log/protobuf_log.hpp"
#include "runtime/rpc/grpc_log.hpp"

#include <absl/synchronization/mutex.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <limits>
#include <mutex>
#include <vector>

namespace troupe::rpc {

namespace {

int as_int(std::size_t value) {
  return static_cast<int>(
      std::min<std::size_t>(value, static_cast<std::size_t>(std::numeric_limits<int>::max())));
}

bool is_loopback(const std::string& target) {
  return target.starts_with("localhost:") || target.starts_with("127.")
         || target.starts_with("[::1]:");
}

struct credentials_deleter {
  void operator()(grpc_channel_credentials* credentials) const noexcept {
    grpc_channel_credentials_release(credentials);
  }
};
using credentials_ptr = std::unique_ptr<grpc_channel_credentials, credentials_deleter>;

// gRPC's plain SSL credentials cannot skip the check of the server's certificate.
credentials_ptr unverified_credentials(const tls_options& options) {
  auto* to = grpc_tls_credentials_options_create();
  grpc_tls_credentials_options_set_verify_server_cert(to, 0);
  grpc_tls_credentials_options_set_check_call_host(to, 0);
  auto* verifier = grpc_tls_certificate_verifier_no_op_create();
  grpc_tls_credentials_options_set_certificate_verifier(to, verifier);
  grpc_tls_certificate_verifier_release(verifier);
  if (!options.client_certificate.empty()) {
    auto* pairs = grpc_tls_identity_pairs_create();
    grpc_tls_identity_pairs_add_pair(
        pairs, options.client_key.c_str(), options.client_certificate.c_str());
    auto* provider = grpc_tls_certificate_provider_static_data_create(nullptr, pairs);
    grpc_tls_credentials_options_set_certificate_provider(to, provider);
    grpc_tls_certificate_provider_release(provider);
    grpc_tls_credentials_options_watch_identity_key_cert_pairs(to);
  }
  return credentials_ptr{grpc_tls_credentials_create(to)};
}

credentials_ptr verified_credentials(const tls_options& options) {
  grpc_ssl_pem_key_cert_pair pair{options.client_key.c_str(), options.client_certificate.c_str()};
  return credentials_ptr{grpc_ssl_credentials_create(
      options.server_ca.empty() ? nullptr : options.server_ca.c_str(),
      options.client_certificate.empty() ? nullptr : &pair,
      nullptr,
      nullptr)};
}

/// What has to be done once, before the first channel.
void prepare_process() {
  // Debian's Abseil is built with the deadlock detector of debug builds: a global lock in every
  // mutex.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  adopt_protobuf_log();
  rpc::adopt_grpc_log();
}

credentials_ptr credentials_for(const connection_options& options) {
  if (!uses_tls(options))
    return credentials_ptr{grpc_insecure_credentials_create()};
  const auto wanted = options.tls.value_or(tls_options{});
  auto credentials = wanted.disable_host_verification ? unverified_credentials(wanted)
                                                      : verified_credentials(wanted);
  if (!credentials)
    throw connection_error("gRPC does not take the TLS certificates or keys that were given");
  return credentials;
}

/// Channel arguments as gRPC's core wants them. Keys are the literals of its headers.
class channel_arguments {
public:
  void set(const char* key, int value) {
    auto& added = next(key, GRPC_ARG_INTEGER);
    added.value.integer = value;
  }

  void set(const char* key, std::string value) {
    texts_.push_back(std::move(value));
    auto& added = next(key, GRPC_ARG_STRING);
    added.value.string = texts_.back().data();
  }

  [[nodiscard]] grpc_channel_args get() { return {list_.size(), list_.data()}; }

private:
  grpc_arg& next(const char* key, grpc_arg_type type) {
    auto& added = list_.emplace_back();
    added.type = type;
    added.key = const_cast<char*>(key); // only read, though it asks for a mutable pointer
    return added;
  }

  std::deque<std::string> texts_;
  std::vector<grpc_arg> list_;
};

} // namespace

void channel_deleter::operator()(grpc_channel* channel) const noexcept {
  grpc_channel_destroy(channel);
  grpc_shutdown();
}

channel_ptr make_channel(const connection_options& options) {
  static std::once_flag once;
  std::call_once(once, prepare_process);

  const bool is_tls = uses_tls(options);
  channel_arguments args;
  args.set(
      GRPC_ARG_PRIMARY_USER_AGENT_STRING,
      std::string{client_name} + "/" + std::string{client_version} + " grpc-c++/"
          + grpc::Version());
  args.set(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1); // channels of one target share nothing
  args.set(GRPC_ARG_ENABLE_RETRIES, 0);            // we retry ourselves, without buffering
  args.set(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 200);
  args.set(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  args.set(GRPC_ARG_MAX_METADATA_SIZE, 256 * 1024); // error details travel there
  args.set(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, as_int(options.max_message_bytes));
  args.set(GRPC_ARG_MAX_SEND_MESSAGE_LENGTH, as_int(options.max_message_bytes));
  if (options.keepalive) {
    const auto milliseconds = [](std::chrono::milliseconds time) {
      return as_int(static_cast<std::size_t>(std::max<std::int64_t>(1, time.count())));
    };
    args.set(GRPC_ARG_KEEPALIVE_TIME_MS, milliseconds(options.keepalive->interval));
    args.set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, milliseconds(options.keepalive->timeout));
    args.set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    args.set(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  }
  if (!options.http_proxy.empty())
    args.set(GRPC_ARG_HTTP_PROXY, "http://" + options.http_proxy);
  else if (is_loopback(options.target))
    args.set(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (is_tls && options.tls && !options.tls->server_name.empty()) {
    args.set(GRPC_SSL_TARGET_NAME_OVERRIDE_ARG, options.tls->server_name);
    args.set(GRPC_ARG_DEFAULT_AUTHORITY, options.tls->server_name);
  }
  grpc_init(); // its shutdown comes with the channel
  const auto list = args.get();
  try {
    const auto credentials = credentials_for(options);
    return channel_ptr{grpc_channel_create(options.target.c_str(), credentials.get(), &list)};
  } catch (...) {
    grpc_shutdown();
    throw;
  }
}

} // namespace troupe::rpc
