// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/nexus/call_trace.hpp"
#include "runtime/nexus/dispatch.hpp"
#include "runtime/nexus/operation_links.hpp"
#include "runtime/nexus/task.hpp"
#include "runtime/rpc/call_scope.hpp"

#include <troupe/cancellation.hpp>
#include <troupe/nexus/context.hpp>

#include <memory>
#include <optional>

namespace troupe::nexus::detail {

/// What the contexts of one request look into, and the scope of the calls that its handler makes.
/// Const while a handler runs, but for the outbound links.
struct operation_state : rpc::call_scope {
  operation_state() {
    token = cancellation.token();
    carried = &client_headers;
    links = &tied;
  }

  std::shared_ptr<const dispatch_environment> environment;
  nexus_task task;
  std::shared_ptr<void> keeps_where; ///< contexts may be kept for longer than their request
  cancellation_source cancellation;
  operation_links tied{task};
  headers client_headers;            ///< that interceptors give along to what the handler calls
  std::unique_ptr<call_trace> trace; ///< null without a tracer
};

} // namespace troupe::nexus::detail
