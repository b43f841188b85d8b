// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/http/address.hpp"
#include "runtime/http/message.hpp"
#include "runtime/http/tls.hpp"

#include <troupe/unique_function.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::http {

/// What a client has shown of itself, verified.
struct client_certificate {
  std::string common_name = {};
  std::vector<std::string> alternative_names = {}; ///< DNS names, URIs, addresses
  std::string pem = {};                            ///< the certificate, then what came with it
};

/// A request that was read whole. Does not change, lives as long as somebody holds it.
struct incoming {
  std::string method = {}; ///< `GET`
  std::string path = {};   ///< without the query, escaped as it came
  std::string query = {};  ///< behind the `?`
  /// Names in lower case.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {}; ///< decompressed
  std::string peer = {}; ///< `ipv4:127.0.0.1:4711`, `ipv6:[::1]:4711`
  /// Null: there is none, or no TLS.
  std::shared_ptr<const client_certificate> certificate = {};

  /// The first header of that lower-case name; empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// Makes an answer, on the server's thread.
using answer_maker = unique_function<response()>;
/// Answers a request: called at most once, from any thread. One that is dropped uncalled answers
/// 500.
using answer_function = unique_function<void(answer_maker)>;

/// Why a request could not be read.
enum class refusal : char {
  malformed,           ///< it is no HTTP
  header_too_large,    ///< more than `server_limits::header_bytes`
  body_too_large,      ///< more than `server_limits::body_bytes`, before or after decompression
  unreadable_body,     ///< its gzip is damaged
  unknown_encoding,    ///< a `Content-Encoding` other than gzip
  unknown_expectation, ///< an `Expect` other than 100-continue
  too_much_at_a_time,  ///< the bodies that are on their way take `server_limits::bodies_bytes`
};

/// What a server serves.
class handler {
public:
  virtual ~handler() = default;

  /// The server's thread, before the first request. Whoever keeps it for longer than the server
  /// keeps what does nothing any more.
  virtual void use(std::shared_ptr<executor> loop) { static_cast<void>(loop); }

  /// Serves one request, on the server's thread, without waiting. Returns what to call, at most
  /// once and on the server's thread, when the client is gone before it was answered; then it must
  /// still be answered. May return nothing.
  virtual unique_function<void()>
  serve(std::shared_ptr<const incoming> request, answer_function answer) = 0;

  /// What is said of a request that could not be read; its connection is closed.
  [[nodiscard]] virtual response refuse(refusal why) const;
};

/// What clients may cost.
struct server_limits {
  /// At once. For one more the one is closed whose client has let it wait longest, for a request or
  /// to take an answer. If none waits for its client, the new one is.
  std::size_t connections = 1024;
  std::size_t header_bytes = std::size_t{64} << 10;
  std::size_t body_bytes = std::size_t{4} << 20;
  std::size_t bodies_bytes = std::size_t{256} << 20; ///< of all that are on their way
  std::chrono::milliseconds request_time{30'000};    ///< to send a request
  std::chrono::milliseconds answer_time{60'000};     ///< to take an answer
  std::chrono::milliseconds idle_time{120'000};      ///< between two requests
};

/// What a server has seen.
struct server_counts {
  std::uint64_t accepted = 0; ///< connections
  std::uint64_t refused =
      0; ///< of them, closed at once or before their time, as there were too many
  std::uint64_t requests = 0; ///< read whole
};

/// A listener could not be opened: what() says why.
class listen_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// An HTTP/1.1 server on one thread of its own, over TLS if there is a source for it.
///
/// Requests are read whole within the limits and handed to the handler, which may answer later and
/// from any thread; answers of one connection leave in the order of its requests. Connections are
/// kept alive, requests may be pipelined, bodies may be gzip both ways. A client that is gone is
/// noticed while its request is served, unless it has sent another one by then.
class server {
public:
  /// Listens and starts the thread. Throws `listen_error`. A port of 0 takes a free one. The
  /// handler must outlive it.
  server(
      const http::address& where, handler& serves, server_limits within = {}, tls_source tls = {});
  /// Stops as `stop(0)` would.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// With the port that was taken.
  [[nodiscard]] const http::address& where() const noexcept;
  /// Runs work and timers on the server's thread, for handlers that answer later.
  [[nodiscard]] executor& loop() noexcept;
  /// Thread-safe.
  [[nodiscard]] server_counts counts() const noexcept;

  /// Takes no new connections and requests, lets those under way be answered for at most `grace`,
  /// then cancels and cuts them; what is answered at once is still heard. Returns when each request
  /// was answered, which the handler must still do, and the thread is gone. Not from the server's
  /// own thread.
  void stop(std::chrono::milliseconds grace);

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe::http
