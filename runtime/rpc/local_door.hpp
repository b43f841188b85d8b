// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/transport.hpp"

#include <shared_mutex>

namespace troupe::rpc {

/// A service in this process, for those who may outlive it: whatever they call once it has closed
/// is answered `unavailable`. Thread-safe.
class local_door final : public local_service {
public:
  explicit local_door(local_service& behind) : behind_(&behind) {}

  cancel_function handle(request what, reply_handler on_reply) override;

  /// Before the service dies: waits for calls that are being handed in, and lets no more through.
  /// Not from within one of them.
  void close();

private:
  std::shared_mutex mutex_; ///< guards `behind_`, and keeps it alive while it takes a call
  local_service* behind_;
};

} // namespace troupe::rpc
