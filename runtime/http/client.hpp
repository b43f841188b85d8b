// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/post.hpp"

#include <troupe/unique_function.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::http {

/// A POST to another server.
struct outgoing {
  http_url to = {}; ///< whose path has the query
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::chrono::milliseconds time{10'000}; ///< in all, with what it waits for its turn
};

/// What came of it.
struct received {
  /// Why there is no answer; empty: there is one, whatever its status.
  std::string problem = {};
  bool is_too_large = false; ///< the problem: so it would be the next time
  bool is_late = false;      ///< the problem: its time was over
  unsigned status = 0;
  std::string reason = {}; ///< the words behind the status
  /// Names in lower case, in the order in which they came.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {}; ///< decompressed
};

/// Why a file cannot be the `ca_file` of a URL; empty: it can.
[[nodiscard]] std::string why_no_authorities(const std::string& path);

/// What requests may cost.
struct client_limits {
  std::size_t connections = 64;       ///< to one server at once; more requests wait
  std::size_t waiting = 4096;         ///< requests, of all servers; more are refused at once
  std::size_t waiting_for_one = 1024; ///< of them, for one server
  std::size_t idle = 16;              ///< connections to one server that are kept
  std::chrono::milliseconds idle_time{30'000}; ///< after which they are closed
  std::size_t header_bytes = std::size_t{64} << 10;
  std::size_t body_bytes = std::size_t{4} << 20; ///< of an answer, before and after decompression
};

/// Posts to other servers, on one thread of its own: HTTP/1.1, with or without TLS, over
/// connections that are kept. Does not follow redirects and keeps no cookies. A `ca_file` that has
/// changed counts for new connections.
///
/// A connection that was kept and turns out to be closed is replaced, and the request sent once
/// more: whoever reads it twice must be able to tell.
class client {
public:
  explicit client(client_limits within = {});
  /// As `stop`.
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// Thread-safe. `done` is called once, on the client's thread, and must not wait; if the client
  /// is stopped, on this one.
  void send(outgoing what, unique_function<void(received)> done);

  /// Ends what is under way, each with a problem, and the thread. Not from that thread.
  void stop();

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe::http
