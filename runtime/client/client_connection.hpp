// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/client/client_settings.hpp"
#include "runtime/client/eager_starts.hpp"
#include "runtime/rpc/blocking.hpp"
#include "runtime/rpc/call_metrics.hpp"
#include "runtime/rpc/connection/connector.hpp"
#include "runtime/rpc/retry.hpp"
#include "runtime/rpc/waiting_caller.hpp"
#include "runtime/telemetry/registry.hpp"

#include <troupe/client.hpp>

#include <memory>

namespace troupe {

namespace rpc {
class client_loop;
}

/// What all copies of a `client` share: a way to the service, and a thread that serves it (or a
/// hand-drained executor).
class client_connection final : public rpc::waiting_caller {
public:
  /// With a thread of its own.
  client_connection(std::shared_ptr<const rpc::connector> to, data_converter converter);
  /// On an executor of somebody else, which must outlive it; `pump` drains it where no thread does.
  /// For services in the same process and for virtual time, where a poll that ends without an
  /// answer may be the only thing that happens: it can wait longer there.
  client_connection(
      std::shared_ptr<const rpc::connector> to,
      data_converter converter,
      executor& runs_on,
      rpc::pump_function pump,
      std::chrono::milliseconds long_poll_timeout = client_settings{}.long_poll_timeout);
  ~client_connection() override;
  client_connection(const client_connection&) = delete;
  client_connection& operator=(const client_connection&) = delete;

  /// What workers make their own transports with.
  [[nodiscard]] const std::shared_ptr<const rpc::connector>& connector() const noexcept {
    return connector_;
  }
  [[nodiscard]] const connection_options& options() const noexcept { return connector_->options(); }
  [[nodiscard]] const std::shared_ptr<const client_settings>& settings() const noexcept {
    return settings_;
  }
  [[nodiscard]] executor& runs_on() noexcept { return *runs_on_; }
  /// A retrying one, of that executor's thread.
  [[nodiscard]] rpc::transport& transport() noexcept { return *retrying_; }
  [[nodiscard]] const rpc::waiter& wait() const noexcept { return wait_; }
  /// What its calls count, with the namespace as label. Workers count their own.
  [[nodiscard]] const std::shared_ptr<telemetry::registry>& metrics() const noexcept {
    return metrics_;
  }

  /// The workers that were made with it.
  [[nodiscard]] const std::shared_ptr<detail::eager_starts>& starts() const noexcept {
    return starts_;
  }

  /// GetSystemInfo. Throws `connection_error`; a service that does not know the method is fine.
  void check();

  [[nodiscard]] rpc::reply call_now(rpc::call what) override;

private:
  std::shared_ptr<const rpc::connector> connector_;
  std::shared_ptr<const client_settings> settings_;
  std::shared_ptr<detail::eager_starts> starts_ = std::make_shared<detail::eager_starts>();
  std::unique_ptr<rpc::client_loop> loop_; ///< null: the executor is somebody else's
  executor* runs_on_;
  rpc::waiter wait_;
  std::shared_ptr<telemetry::registry> metrics_;
  std::unique_ptr<telemetry::meter> meter_;
  rpc::call_metrics counts_; ///< on the executor's thread
  std::unique_ptr<rpc::transport> transport_;
  std::unique_ptr<rpc::transport> retrying_;
};

namespace detail {

[[nodiscard]] inline const client_settings& settings_of(const call_origin& from) noexcept {
  return *from.connection->settings();
}

} // namespace detail

/// A client of a service in this process, e.g. the embedded one, on its own thread.
[[nodiscard]] client local_client(
    std::shared_ptr<rpc::local_service> service,
    connection_options options = {},
    data_converter converter = {});
/// The same of one that outlives it.
[[nodiscard]] client local_client(
    rpc::local_service& service, connection_options options = {}, data_converter converter = {});
/// The same on an executor that is drained by hand: blocking calls drain it with `pump`.
[[nodiscard]] client local_client(
    rpc::local_service& service,
    executor& runs_on,
    rpc::pump_function pump,
    connection_options options = {},
    data_converter converter = {},
    std::chrono::milliseconds long_poll_timeout = client_settings{}.long_poll_timeout);

} // namespace troupe
