// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/worker/slots/slot_supplier.hpp"
#include "runtime/rpc/bytes.hpp"

#include <troupe/unique_function.hpp>

#include <caf/actor_control_block.hpp>

#include <optional>
#include <string>

namespace troupe::actors {

/// An answered poll as a poller sees it.
struct poll_result {
  /// Hands the task on, with the slot it runs in; empty if the poll brought no task.
  unique_function<void(slot_permit)> deliver;
  std::optional<int> poller_advice;
  std::string unreadable; ///< why the answer cannot be used; empty if it can
};

/// What one sort of poll asks and what its answers mean. Lives in its poller, on its shard.
class poll_source {
public:
  virtual ~poll_source() = default;

  /// The request of a poll; asked for again for each.
  [[nodiscard]] virtual rpc::bytes make_request() = 0;
  [[nodiscard]] virtual poll_result read(rpc::bytes answer, const poller_handle& poller) = 0;
  /// The actor that had one of this source's tasks has said `task_ended`: it is free again.
  virtual void task_ended(const caf::strong_actor_ptr&) {}
};

} // namespace troupe::actors
