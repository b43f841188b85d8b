// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/worker/slot_pool.hpp"
#include "actors/worker/worker_counters.hpp"
#include "runtime/rpc/transport.hpp"

#include <troupe/unique_function.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace troupe::actors {

/// An answered poll as a poller sees it.
struct poll_result {
  /// Hands the task on, with the slot it runs in; empty if the poll brought no task.
  unique_function<void(slot_permit)> deliver;
  std::optional<int> poller_advice;
  std::string unreadable; ///< why the answer cannot be used; empty if it can
};

/// What differs between polls for Nexus tasks, workflow tasks and sticky workflow tasks. Lives in
/// its poller.
class poll_source {
public:
  virtual ~poll_source() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual rpc::call make_poll() = 0;
  [[nodiscard]] virtual poll_result read(rpc::bytes answer, const poller_handle& poller) = 0;
  /// A handler that this source's tasks ran on is free again.
  virtual void handler_idled(const nexus_handler_handle&) {}
  /// The gauge of open polls.
  [[nodiscard]] virtual counter& open_polls() = 0;
};

} // namespace troupe::actors
