// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/task_kind.hpp"

#include <memory>

namespace troupe::nexus {
struct dispatch_environment;
}

namespace troupe::actors {

struct nexus_task_options {
  std::shared_ptr<const nexus::dispatch_environment> environment;
  std::shared_ptr<slot_supplier> slots;
  poller_limits pollers;
};

/// Nexus tasks: polled on the worker's queue, each run by a `nexus_handler_actor`.
[[nodiscard]] task_kind nexus_tasks(const nexus_task_options& options);

} // namespace troupe::actors
