// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/nexus/dispatch.hpp"
#include "runtime/nexus/task.hpp"

#include <troupe/cancellation.hpp>
#include <troupe/nexus/context.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace troupe::nexus::detail {

/// What the contexts of one request look into. Const while a handler runs, but for the outbound
/// links, which belong to the running handler.
struct operation_state {
  std::shared_ptr<const dispatch_environment> environment;
  nexus_task task;
  executor* where = nullptr;
  std::shared_ptr<void> keeps_where; ///< contexts may be kept for longer than their request
  std::optional<time_point> deadline;
  cancellation_source cancellation;
  cancellation_token token = cancellation.token();
  std::vector<link> outbound_links;
};

} // namespace troupe::nexus::detail
