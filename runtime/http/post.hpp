// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::http {

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

/// What one request may cost.
struct post_limits {
  std::chrono::milliseconds time{5'000};            ///< in all
  std::size_t answer_bytes = std::size_t{64} << 10; ///< of the answer's body
};

/// What came of a request.
struct posted {
  std::string problem = {}; ///< what went wrong, also an answer that is no success; empty: nothing
  unsigned status = 0;      ///< of HTTP; 0: there was no answer
  std::string body = {};    ///< of a success
};

/// One GET of JSON, as the POST below.
[[nodiscard]] posted get_json(const http_url& to, post_limits within = {});

/// One POST of JSON, on the calling thread, on a connection of its own.
[[nodiscard]] posted post_json(
    const http_url& to,
    const std::vector<std::pair<std::string, std::string>>& headers,
    std::string body,
    post_limits within = {});

} // namespace troupe::http
