// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/result.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace grpc::experimental {
class ExternalConnectionAcceptor;
}

namespace troupe::embedded {

/// Listens on an address and hands the connections that come to a gRPC server.
///
/// Why not gRPC itself: 1.51 stops accepting for ever when the process once has no descriptor for a
/// connection, and says nothing. Here those that come wait until others are closed, and the log
/// says what is wrong, what to do, and when it is over.
///
/// Has one thread, which does nothing else. Calls never see it.
class connection_listener {
public:
  using receiver = grpc::experimental::ExternalConnectionAcceptor;

  /// Takes the address, `ip:port`; port 0 is a free one. Who connects waits until `start`. The
  /// error says what is wrong with the address (in use, not of this machine, malformed).
  static result<std::unique_ptr<connection_listener>, std::string> open(const std::string& address);

  /// Stops.
  ~connection_listener();
  connection_listener(const connection_listener&) = delete;
  connection_listener& operator=(const connection_listener&) = delete;

  /// Where it listens, with the port that was taken.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  [[nodiscard]] int port() const noexcept { return port_; }

  /// Hands connections over from now on, once. The server of the receiver runs already.
  void start(std::unique_ptr<receiver> to);
  /// Lets nobody in any more, and gives the port free. Those that were handed over stay. May be
  /// called often; not from several threads at once.
  void stop();

private:
  connection_listener() = default;

  /// Empty, or why not.
  std::string take(const std::string& address);
  void run();
  /// Zero, or the error of a system that has no more descriptors or memory.
  int accept_some(int from);
  void tell(int missing);

  std::string address_;
  int port_ = 0;
  std::vector<int> sockets_; ///< a name may stand for several addresses
  int wake_ = -1;            ///< an event that ends the thread
  std::unique_ptr<receiver> to_;
  std::thread thread_;
  // The thread's own.
  bool is_told_ = false;
  std::chrono::steady_clock::time_point quiet_until_;
};

} // namespace troupe::embedded
