// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::otlp {

/// `http://host:port/path`, or the same with `https`.
struct http_url {
  std::string host;
  std::string port = "80"; ///< of `https` 443, if it says none
  std::string path = "/";
  bool is_tls = false;
  std::string ca_file = {}; ///< PEM of who may have signed; empty: whom the system trusts
};
/// Nothing if it is no such URL.
[[nodiscard]] std::optional<http_url> parse_http_url(std::string_view text);

/// One POST of JSON, on the calling thread, on a connection of its own.
///
/// Waits no longer than `at_most` in all. Returns what went wrong, also an answer that is no
/// success; empty if it went well.
[[nodiscard]] std::string post_json(
    const http_url& to,
    const std::vector<std::pair<std::string, std::string>>& headers,
    std::string body,
    std::chrono::milliseconds at_most);

} // namespace troupe::otlp
