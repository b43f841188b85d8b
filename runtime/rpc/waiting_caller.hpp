// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/transport.hpp"

namespace troupe::rpc {

/// How a call ended.
struct reply {
  rpc_status status;
  bytes message; ///< empty unless the status is `ok`
};

/// Makes calls whose caller has nothing else to do meanwhile: handlers that are called without a
/// worker, whose time stands still.
class waiting_caller {
public:
  virtual ~waiting_caller() = default;

  /// Sends it, tries again as clients do, and waits for its end. Thread-safe; not on a thread that
  /// serves calls.
  [[nodiscard]] virtual reply call_now(call what) = 0;
};

} // namespace troupe::rpc
