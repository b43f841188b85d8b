// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace troupe::rpc {

/// What every tag on a completion queue of ours points to, so that one loop serves all who use the
/// queue.
///
/// The loop calls `complete` on its own thread, once per operation, also while the queue is shut
/// down. `ok` is what gRPC reported for the operation. The tag may delete itself in there.
struct completion_tag {
  virtual void complete(bool ok) = 0;

protected:
  ~completion_tag() = default;
};

} // namespace troupe::rpc
