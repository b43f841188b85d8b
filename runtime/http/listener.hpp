// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/address.hpp"
#include "runtime/http/message.hpp"
#include "runtime/http/server.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace troupe::http {

/// What a client may cost.
struct limits {
  /// At once. For one more the one is closed whose client has let it wait longest, for a request or
  /// to take an answer: idle ones keep nobody out.
  std::size_t connections = 32;
  std::size_t header_bytes = std::size_t{8} << 10;
  std::size_t body_bytes = std::size_t{64} << 10;
  std::chrono::milliseconds request_time{5'000}; ///< to send a request, and to take the answer
};

/// A small HTTP server on one thread of its own: GET and HEAD of fixed paths.
///
/// Handlers run on its thread, one at a time. What they throw is an answer 500 without the text;
/// unknown paths are 404, other methods 405. Connections are kept alive within the limits. The
/// constructor returns when it listens; the destructor cuts what is under way and joins the thread.
class listener {
public:
  using handler = std::function<response(const request&)>;

  /// Throws `listen_error`. A port of 0 takes a free one.
  listener(
      const http::address& where,
      std::map<std::string, handler> paths,
      limits within = {},
      tls_source tls = {});
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// With the port that was taken.
  [[nodiscard]] const http::address& where() const noexcept;

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe::http
