// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::rpc {

/// Who a verified client certificate names.
struct tls_identity {
  std::string common_name;
  std::vector<std::string> alternative_names; ///< DNS names, URIs, addresses
  std::string certificate_pem;                ///< its own, then those that came with it
};

/// Who makes a call, as far as the front that took it can tell.
///
/// Nothing is read from the connection before somebody asks, so calls that nobody asks about pay
/// nothing. Lives until the call is answered. All members may be called from the service's thread.
class caller {
public:
  virtual ~caller() = default;

  /// Where the call came from: `ipv4:127.0.0.1:4711`, `unix:...`; `in-process` without a network.
  [[nodiscard]] virtual std::string peer() const = 0;

  /// True for code of the same process, which needs no network. What a network brings must not say
  /// so.
  [[nodiscard]] virtual bool is_inside() const noexcept { return false; }

  /// Nothing without TLS, and nothing if the client showed no certificate that was verified.
  [[nodiscard]] virtual std::optional<tls_identity> identity() const = 0;

  /// A header of the call by its lower-case name; empty if it has none. Valid until the call is
  /// answered.
  [[nodiscard]] virtual std::string_view header(std::string_view name) const = 0;
};

} // namespace troupe::rpc
