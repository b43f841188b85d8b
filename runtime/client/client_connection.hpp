// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/client/client_core.hpp"
#include "runtime/rpc/blocking.hpp"
#include "runtime/rpc/call_metrics.hpp"
#include "runtime/rpc/connector.hpp"
#include "runtime/rpc/retry.hpp"
#include "runtime/rpc/unary.hpp"
#include "runtime/telemetry/registry.hpp"

#include <troupe/client.hpp>

#include <memory>

namespace troupe {

namespace rpc {
class client_loop;
}

/// What all copies of a `client` share: a way to the service, a thread that serves it (or a
/// hand-drained executor), and the asynchronous core.
class client_connection {
public:
  /// With a thread of its own.
  client_connection(std::shared_ptr<const rpc::connector> to, data_converter converter);
  /// On an executor of somebody else, which must outlive it; `pump` drains it where no thread does.
  /// For services in the same process and for virtual time.
  client_connection(
      std::shared_ptr<const rpc::connector> to,
      data_converter converter,
      executor& runs_on,
      rpc::pump_function pump);
  ~client_connection();
  client_connection(const client_connection&) = delete;
  client_connection& operator=(const client_connection&) = delete;

  /// What workers make their own transports with.
  [[nodiscard]] const std::shared_ptr<const rpc::connector>& connector() const noexcept {
    return connector_;
  }
  [[nodiscard]] const connection_options& options() const noexcept { return connector_->options(); }
  [[nodiscard]] client_core& core() noexcept { return *core_; }
  [[nodiscard]] executor& runs_on() noexcept { return *runs_on_; }
  [[nodiscard]] const rpc::waiter& wait() const noexcept { return wait_; }
  /// What its calls count, with the namespace as label. Workers count their own.
  [[nodiscard]] const std::shared_ptr<telemetry::registry>& metrics() const noexcept {
    return metrics_;
  }

  /// GetSystemInfo. Throws `connection_error`; a service that does not know the method is fine.
  void check();

  /// One typed call with retries for a caller that blocks; throws `rpc_error`. Timeout 0: the
  /// connection's.
  template <class Response>
  Response call(
      std::string_view method,
      const google::protobuf::MessageLite& request,
      std::chrono::milliseconds timeout = {},
      rpc::call_kind kind = rpc::call_kind::plain) {
    if (timeout.count() == 0)
      timeout = options().rpc_timeout;
    return rpc::call_blocking<Response>(*retrying_, wait_, method, request, timeout, kind);
  }

private:
  std::shared_ptr<const rpc::connector> connector_;
  std::unique_ptr<rpc::client_loop> loop_; ///< null: the executor is somebody else's
  executor* runs_on_;
  rpc::waiter wait_;
  std::shared_ptr<telemetry::registry> metrics_;
  std::unique_ptr<telemetry::meter> meter_;
  rpc::call_metrics counts_; ///< on the executor's thread
  std::unique_ptr<rpc::transport> transport_;
  std::unique_ptr<rpc::transport> retrying_;
  std::unique_ptr<client_core> core_;
};

/// A client of a service in this process, e.g. the embedded one, on its own thread.
[[nodiscard]] client local_client(
    rpc::local_service& service, connection_options options = {}, data_converter converter = {});
/// The same on an executor that is drained by hand: blocking calls drain it with `pump`.
[[nodiscard]] client local_client(
    rpc::local_service& service,
    executor& runs_on,
    rpc::pump_function pump,
    connection_options options = {},
    data_converter converter = {});

} // namespace troupe
