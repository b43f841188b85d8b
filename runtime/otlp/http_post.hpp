// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/post.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace troupe::otlp {

using http::http_url;
using http::parse_http_url;

/// One POST of JSON. Returns what went wrong, also an answer that is no success; empty if it went
/// well.
[[nodiscard]] inline std::string post_json(
    const http_url& to,
    const std::vector<std::pair<std::string, std::string>>& headers,
    std::string body,
    std::chrono::milliseconds at_most) {
  return http::post_json(to, headers, std::move(body), {.time = at_most}).problem;
}

} // namespace troupe::otlp
