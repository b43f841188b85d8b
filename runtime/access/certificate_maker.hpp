// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/access/error.hpp"
#include "runtime/base/executor.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace troupe::access {

/// A certificate and its key, both as PEM text.
struct made_certificate {
  std::string certificate;
  std::string key;
};

/// What a certificate is to say.
struct certificate_request {
  std::string organisation;
  std::string common_name = {};        ///< empty: the organisation's
  std::vector<std::string> hosts = {}; ///< names and IP addresses of a server; empty: of a client
  std::chrono::seconds validity{};
};

/// A CA that signs itself, to sign others with; its key is of P-256. Throws `access_error` for a
/// request that makes no sense.
[[nodiscard]] made_certificate make_authority(const certificate_request& what, time_point now);

/// A certificate for clients, and with `hosts` for servers, too. Throws `access_error` also if
/// `authority` is no CA with its key, or ends earlier.
[[nodiscard]] made_certificate
make_leaf(const certificate_request& what, const made_certificate& authority, time_point now);

} // namespace troupe::access
