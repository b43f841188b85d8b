// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/access/gatekeeper.hpp"
#include "runtime/access/refresher.hpp"
#include "runtime/access/server_certificates.hpp"
#include "runtime/http/tls.hpp"

#include <memory>

namespace troupe {
struct service_options;
}

namespace troupe::embedded {

/// Who may come in to a service, and by what its listeners encrypt; keeps both as their files have
/// it.
class doors {
public:
  /// Throws `service_error` for options that make no sense and files that cannot be used.
  explicit doors(const service_options& options);

  /// Null: everybody may do everything.
  [[nodiscard]] const std::shared_ptr<access::gatekeeper>& keeper() const noexcept {
    return keeper_;
  }
  /// Null: nothing is encrypted.
  [[nodiscard]] const std::shared_ptr<access::server_certificates>& certificates() const noexcept {
    return certificates_;
  }
  /// Empty: nothing is encrypted.
  [[nodiscard]] http::tls_source tls() const;

private:
  std::shared_ptr<access::gatekeeper> keeper_;
  std::shared_ptr<access::server_certificates> certificates_;
  std::unique_ptr<access::refresher> refresher_; ///< last: uses the others
};

} // namespace troupe::embedded
