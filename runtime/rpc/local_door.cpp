// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/local_door.hpp"

#include <mutex>
#include <utility>

namespace troupe::rpc {

local_service::cancel_function local_door::handle(request what, reply_handler on_reply) {
  {
    const std::shared_lock guard{mutex_};
    if (behind_ != nullptr)
      return behind_->handle(std::move(what), std::move(on_reply));
  }
  on_reply({status_code::unavailable, "the service in this process is gone", {}}, {});
  return [] {};
}

void local_door::close() {
  const std::lock_guard guard{mutex_};
  behind_ = nullptr;
}

} // namespace troupe::rpc
