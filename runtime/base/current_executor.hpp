// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace troupe {

class executor;

/// The executor whose work runs on this thread right now and holds up everything else there if it
/// blocks: a shard. Null on all other threads, where who waits harms nobody but himself.
[[nodiscard]] executor* current_executor() noexcept;

/// Says so for as long as it lives, on the thread that made it.
class executor_scope {
public:
  explicit executor_scope(executor& current) noexcept;
  ~executor_scope();
  executor_scope(const executor_scope&) = delete;
  executor_scope& operator=(const executor_scope&) = delete;

private:
  executor* before_;
};

} // namespace troupe
