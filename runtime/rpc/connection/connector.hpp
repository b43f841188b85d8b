// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/connection/connection_options.hpp"
#include "runtime/rpc/transport.hpp"

#include <memory>

namespace troupe::rpc {

struct polled_queue;

/// A connection that several transports of one loop go over. Thread-safe.
class shared_connection {
public:
  virtual ~shared_connection() = default;
  /// A transport as `connector::connect` makes them. It keeps what it needs of the connection.
  [[nodiscard]] virtual std::unique_ptr<transport> connect() const = 0;
};

/// Knows one service and makes transports to it: one for a client's loop, one for each shard.
/// Immutable, thread-safe.
class connector {
public:
  virtual ~connector() = default;

  /// Resolved: see `resolve`.
  [[nodiscard]] virtual const connection_options& options() const noexcept = 0;

  /// True if transports need a completion queue that is polled.
  [[nodiscard]] virtual bool needs_queue() const noexcept = 0;

  /// A transport whose handlers run on `runs_on`, which polls `queue` (null where none is needed).
  [[nodiscard]] virtual std::unique_ptr<transport>
  connect(executor& runs_on, polled_queue* queue) const = 0;

  /// One connection for many such transports. The connector must outlive it.
  [[nodiscard]] virtual std::shared_ptr<shared_connection>
  share(executor& runs_on, polled_queue* queue) const = 0;
};

/// Over gRPC. Throws `connection_error` for options that cannot work.
[[nodiscard]] std::shared_ptr<const connector> grpc_connector(connection_options options);

/// To a service in this process. `target` and TLS are not used.
[[nodiscard]] std::shared_ptr<const connector>
direct_connector(std::shared_ptr<local_service> service, connection_options options = {});

} // namespace troupe::rpc
