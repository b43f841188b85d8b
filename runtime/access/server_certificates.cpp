// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/server_certificates.hpp"

#include "runtime/access/client_authorities.hpp"
#include "runtime/access/watched_file.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/time/time_text.hpp"
#include "runtime/http/tls_context.hpp"
#include "runtime/rpc/connection/pem.hpp"

#include <troupe/connection.hpp>

#include <exception>
#include <filesystem>
#include <mutex>
#include <utility>

namespace troupe::access {

namespace {

constexpr std::chrono::hours warned_before{24 * 14};
constexpr std::chrono::hours between_warnings{24};

time_point now() {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

} // namespace

struct server_certificates::implementation {
  explicit implementation(server_certificate_files given)
      : files(std::move(given)), certificate(files.certificate), key(files.key) {
    for (const auto& each : files.client_authorities)
      authorities.emplace_back(each);
  }

  /// True if a file is another one than it was.
  bool has_changed() {
    bool any = false;
    const auto look = [&](watched_file& file) { any = file.read_if_changed().has_value() || any; };
    look(certificate);
    look(key);
    for (auto& each : authorities)
      look(each);
    return any;
  }

  /// Reads all of them: they must fit together. Throws `access_error`. A CA whose file was taken
  /// away later is left out, as its clients are.
  void read(bool is_first) {
    auto made = std::make_shared<http::tls_material>();
    made->clients = files.clients;
    try {
      auto own = rpc::load_pem(files.certificate, "certificate");
      auto own_key = rpc::load_pem(files.key, "key");
      rpc::check_pair(own, own_key);
      made->certificate = std::move(own.text);
      made->key = std::move(own_key.text);
      for (const auto& each : files.client_authorities) {
        if (!is_first && !std::filesystem::exists(each))
          continue;
        auto authority = rpc::load_pem(each, "CA certificate");
        rpc::check_certificates(authority);
        made->client_authorities += authority.text + '\n';
      }
      (void)http::make_context(*made); // what TLS refuses, as a key that is too short
    } catch (const connection_error& wrong) {
      throw access_error{wrong.what()};
    } catch (const std::exception& wrong) {
      throw access_error{"cannot use \"" + files.certificate + "\" for TLS: " + wrong.what()};
    }
    const auto ends = expiry_of(made->certificate).value_or(time_point{});
    const std::lock_guard guard{mutex};
    material = std::move(made);
    expires = ends;
    next_warning = time_point{};
  }

  void warn_of_expiry() {
    const auto at = now();
    const std::lock_guard guard{mutex};
    if (expires - at > warned_before || at < next_warning)
      return;
    next_warning = at + between_warnings;
    log::warn(
        expires > at ? "the certificate of this service ends soon: put a new one into its file"
                     : "the certificate of this service is over: put a new one into its file",
        {{"path", files.certificate}, {"expires", rfc3339(expires)}});
  }

  const server_certificate_files files;
  watched_file certificate;
  watched_file key;
  std::vector<watched_file> authorities;
  std::mutex mutex; ///< guards what follows
  std::shared_ptr<const http::tls_material> material;
  time_point expires;
  time_point next_warning;
};

server_certificates::server_certificates(server_certificate_files files)
    : impl_(std::make_unique<implementation>(std::move(files))) {
  impl_->has_changed();
  impl_->read(true);
  impl_->warn_of_expiry();
}

server_certificates::~server_certificates() = default;

std::shared_ptr<const http::tls_material> server_certificates::current() const {
  const std::lock_guard guard{impl_->mutex};
  return impl_->material;
}

time_point server_certificates::expires() const {
  const std::lock_guard guard{impl_->mutex};
  return impl_->expires;
}

void server_certificates::refresh() {
  if (impl_->has_changed()) {
    try {
      impl_->read(false);
      log::info(
          "the certificate of this service was read anew",
          {{"path", impl_->files.certificate}, {"expires", rfc3339(expires())}});
    } catch (const access_error& wrong) {
      log::error(
          "a certificate or key that has changed cannot be used: what was read before stays",
          {{"error", wrong.what()}});
    }
  }
  impl_->warn_of_expiry();
}

} // namespace troupe::access
