// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/blocking.hpp"
#include "runtime/rpc/client_loop.hpp"
#include "runtime/rpc/grpc_transport.hpp"

#include <memory>
#include <optional>
#include <string>

namespace grpc {
class ServerCredentials;
}

namespace troupe::test {

/// A real gRPC server that answers whatever method by its name: `/t/echo`, `/t/hang` (until the
/// caller goes), `/t/fail` (with details), `/t/headers` (the caller's metadata as lines),
/// `/t/gzip`.
class grpc_test_server {
public:
  /// Port 0: a free one. Null credentials: plain text.
  explicit grpc_test_server(int port = 0, std::shared_ptr<grpc::ServerCredentials> with = {});
  ~grpc_test_server();

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string target() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Waits until a call of `/t/hang` was given up by its caller.
  void wait_for_abandoned_call();
  /// Waits until `/t/hang` was called.
  void wait_for_hanging_call();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
  int port_ = 0;
};

struct reply {
  rpc_status status;
  std::string message;
};

/// A transport on a loop of its own, with calls that block.
class blocking_caller {
public:
  explicit blocking_caller(connection_options options);
  ~blocking_caller();

  reply call(
      std::string_view method,
      std::string request = {},
      std::chrono::milliseconds timeout = std::chrono::seconds{20});
  /// Runs on the loop's thread and waits for it.
  void on_loop(unique_function<void()> work);

  rpc::client_loop loop;
  std::optional<rpc::grpc_transport> transport;
};

} // namespace troupe::test
