// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// A URL as the real server reads it, which does so by Go's `net/url`.
struct go_url {
  std::string problem; ///< in Go's words; the others are empty then
  std::string scheme;  ///< in small letters; empty if it has none
  std::string host;    ///< with its port; empty if it has none
  std::string text;    ///< put together again, escaped where it has to be
};

[[nodiscard]] go_url read_go_url(std::string_view text);

/// What a URL is to who calls it over HTTP. There is no other way from a URL to the host that is
/// dialled, so that it is the one that was looked at before.
struct http_target {
  std::string problem;       ///< why it cannot be called; the others are empty then
  std::string host;          ///< without the brackets of an IPv6 address
  std::string port;          ///< that of the scheme if it names none
  std::string path;          ///< with the query, escaped, from its slash on; no fragment
  bool is_encrypted = false; ///< `https`
};

[[nodiscard]] http_target http_target_of(const go_url& url);

} // namespace troupe
