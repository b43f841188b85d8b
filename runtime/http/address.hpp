// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::http {

/// Where to listen: an IP address and a port.
struct address {
  std::string ip; ///< without brackets
  std::uint16_t port = 0;

  friend bool operator==(const address&, const address&) = default;
};

/// Reads `ip:port`, `[v6]:port`, `localhost:port` (127.0.0.1) and `:port` (0.0.0.0); nothing if it
/// is none of these. Names are not looked up.
[[nodiscard]] std::optional<address> parse_address(std::string_view text);
/// `ip:port`, with brackets around an IPv6 address.
[[nodiscard]] std::string to_string(const address& of);

} // namespace troupe::http
