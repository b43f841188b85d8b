// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/semaphore.hpp>

namespace troupe::workflow {

/// One coroutine of a workflow at a time, also while it waits for something: between two awaits
/// nobody else runs anyway. Served in the order in which they came; not recursive.
///
/// A handle, as a `semaphore` is: copies are the same mutex. To keep other *workflows* out, ask a
/// workflow that does nothing else (the sample `mutex`).
class mutex {
public:
  /// Nobody holds it.
  mutex() : only_(1) {}

  /// Ready when it is this caller's, until the permit is destroyed or released. Cancelled together
  /// with the scope of `ctx`.
  [[nodiscard]] future<permit> lock(const context& ctx) const { return only_.acquire(ctx); }
  /// Empty if somebody holds it.
  [[nodiscard]] permit try_lock() const { return only_.try_acquire(); }
  /// Does somebody hold it?
  [[nodiscard]] bool is_locked() const noexcept { return only_.available() == 0; }

private:
  semaphore only_;
};

} // namespace troupe::workflow
