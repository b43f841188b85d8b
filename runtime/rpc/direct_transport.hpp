// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/connection/connection_options.hpp"
#include "runtime/rpc/transport.hpp"

#include <memory>

namespace troupe::rpc {

/// Calls to a service in the same process: no socket, no copy, no clock but the executor's.
///
/// Deadlines are timers of the executor, replies are posted to it. The service may live on any
/// thread; one that is given by reference must outlive the transport. Own thread of the executor
/// only, but for the constructor. Destroying it cancels the calls in flight: their handlers are
/// posted, with `cancelled`.
class direct_transport final : public transport {
public:
  direct_transport(
      local_service& service, executor& runs_on, const connection_options& options = {});
  direct_transport(
      std::shared_ptr<local_service> service,
      executor& runs_on,
      const connection_options& options = {});
  ~direct_transport() override;

  call_id start(call what, reply_handler on_reply) override;
  void cancel(call_id id) override;

  [[nodiscard]] std::size_t in_flight() const noexcept;

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::rpc
