// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/transport.hpp"

#include <troupe/result.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace grpc {
class ServerBuilder;
class ServerCompletionQueue;
class ServerCredentials;
} // namespace grpc

namespace troupe::embedded {

/// A method whose calls are taken by gRPC's core API, as workers make them all the time.
struct hot_method {
  std::string name;     ///< full, leading slash
  bool is_poll = false; ///< calls wait: the service is told when the client goes away
};

/// How a gRPC listener behaves.
struct grpc_front_options {
  std::string address = "127.0.0.1:7233";      ///< `ip:port`; port 0 takes a free one
  std::size_t request_limit = 4 * 1024 * 1024; ///< bytes after decompression, as the real server
  std::chrono::seconds body_patience{300};     ///< how long a request may be on its way
  std::size_t most_awaited =
      10'000; ///< calls whose requests are on their way; one more ends the oldest
  /// How long a connection may take until it speaks HTTP/2, encrypted or not. gRPC 1.51 does not
  /// bound how many of these there are.
  std::chrono::milliseconds handshake_patience{30'000};
  /// A connection from which nothing came for so long is pinged, as by the real server; one that
  /// then says nothing is closed, and the service hears that its calls are gone.
  std::chrono::milliseconds keepalive_interval{60'000};
  std::chrono::milliseconds keepalive_timeout{10'000};
  std::vector<hot_method> hot = {};
  std::shared_ptr<grpc::ServerCredentials> credentials = nullptr; ///< null: no TLS
};

/// A gRPC listener before a `local_service`: every unary method of it, health and reflection.
///
/// Has one completion-queue thread; calls into the service from it, and takes answers on any
/// thread. Pings of every SDK are tolerated, gzip requests are accepted. A client that vanishes
/// cancels its call in the service.
class grpc_front {
public:
  /// Starts to listen. The error says what is wrong with the address (in use, not of this machine,
  /// malformed).
  static result<std::unique_ptr<grpc_front>, std::string>
  listen(rpc::local_service& service, grpc_front_options options);

  /// The same on a queue that the builder made and somebody else serves (the service's shard):
  /// calls then need no hand-off between threads. The queue must be served until `stop` has
  /// returned.
  static result<std::unique_ptr<grpc_front>, std::string> listen_on(
      rpc::local_service& service,
      grpc_front_options options,
      std::unique_ptr<grpc::ServerBuilder>& builder,
      grpc::ServerCompletionQueue* queue);

  /// Stops as `stop(0)` would.
  ~grpc_front();
  grpc_front(const grpc_front&) = delete;
  grpc_front& operator=(const grpc_front&) = delete;

  /// Where it listens, with the port that was taken.
  [[nodiscard]] const std::string& address() const noexcept;
  [[nodiscard]] int port() const noexcept;

  /// Takes no new calls, lets running ones finish for at most `grace`, then cancels them. Returns
  /// when the thread is gone. The service must still answer: each cancelled call is answered once.
  /// Not from the front's own thread.
  void stop(duration grace);

private:
  struct implementation;
  explicit grpc_front(std::unique_ptr<implementation> impl);
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe::embedded
