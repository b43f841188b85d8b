// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/unique_function.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

namespace troupe::actors {

class slot_pool;

/// One slot: the right to poll for one task and to run it. Gives itself back when destroyed, on any
/// thread.
class slot_permit {
public:
  slot_permit() = default;
  slot_permit(slot_permit&& other) noexcept = default;
  slot_permit& operator=(slot_permit&& other) noexcept {
    if (this != &other) {
      release();
      pool_ = std::move(other.pool_);
    }
    return *this;
  }
  ~slot_permit() { release(); }

  explicit operator bool() const noexcept { return pool_ != nullptr; }
  /// Whose slot it is; null for an empty permit.
  [[nodiscard]] const slot_pool* pool() const noexcept { return pool_.get(); }
  void release() noexcept;

private:
  friend class slot_pool;
  explicit slot_permit(std::shared_ptr<slot_pool> pool) : pool_(std::move(pool)) {}
  std::shared_ptr<slot_pool> pool_;
};

/// A number of slots that pollers on several shards share. Thread-safe.
///
/// Slots come before polls: a poller takes a permit, polls, and hands the permit on with the task.
/// Who finds the pool empty leaves a callback; each returned slot calls one of them, in the order
/// in which they came.
class slot_pool : public std::enable_shared_from_this<slot_pool> {
public:
  explicit slot_pool(std::size_t slots) : total_(slots), free_(slots) {}

  /// A permit, or an empty one if all are out.
  [[nodiscard]] slot_permit try_take();

  /// Calls `on_free` once, on whatever thread returns a slot (at once if one is free): then try
  /// again.
  void when_free(unique_function<void()> on_free);

  /// Calls `on_all_free` once, when every slot is back: nothing polls and nothing runs. At once if
  /// that is so now.
  void when_all_free(unique_function<void()> on_all_free);

  [[nodiscard]] std::size_t total() const noexcept { return total_; }
  [[nodiscard]] std::size_t free() const;
  /// How many wait for a slot.
  [[nodiscard]] std::size_t waiting() const noexcept {
    return waiting_count_.load(std::memory_order_relaxed);
  }

private:
  friend class slot_permit;
  void give_back() noexcept;

  const std::size_t total_;
  mutable std::mutex mutex_;
  std::size_t free_;
  std::deque<unique_function<void()>> waiting_;
  std::atomic<std::size_t> waiting_count_{0}; ///< size of `waiting_`, to be read without the lock
  std::deque<unique_function<void()>> waiting_for_all_;
};

} // namespace troupe::actors
