// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/cancellation.hpp>
#include <troupe/headers.hpp>
#include <troupe/tracing.hpp>

#include <atomic>
#include <memory>
#include <optional>

namespace troupe::rpc {

class call_links;
class transport;

/// What all calls have in common that are made while something is served (a request of Nexus, say):
/// they go out on its thread, are cancelled with it and end when its time is over.
///
/// Filled before anybody sees it, then only read, but for `is_open`. A client or handle that was
/// made inside may live longer; once the scope is closed it is like any other.
struct call_scope {
  executor* where = nullptr;          ///< looked into on its own thread only
  transport* over = nullptr;          ///< of that thread; null: the client's own is used
  std::optional<time_point> deadline; ///< nothing: none
  cancellation_token token;
  std::shared_ptr<tracer> traced_by;   ///< null: as the client says
  std::optional<trace_context> within; ///< the span of what is served
  const headers* carried = nullptr;    ///< what came along with it; null: nothing
  call_links* links = nullptr;         ///< what its calls are tied to; null: nothing
  std::atomic<bool> is_open{true};     ///< false: what it was for has ended
};

} // namespace troupe::rpc
