// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slot_pool.hpp"

namespace troupe::actors {

void slot_permit::release() noexcept {
  if (auto pool = std::exchange(pool_, nullptr))
    pool->give_back();
}

slot_permit slot_pool::try_take() {
  std::lock_guard guard{mutex_};
  if (free_ == 0)
    return {};
  --free_;
  return slot_permit{shared_from_this()};
}

void slot_pool::when_free(unique_function<void()> on_free) {
  {
    std::lock_guard guard{mutex_};
    if (free_ == 0) {
      waiting_.push_back(std::move(on_free));
      waiting_count_.store(waiting_.size(), std::memory_order_relaxed);
      return;
    }
  }
  on_free();
}

void slot_pool::when_all_free(unique_function<void()> on_all_free) {
  {
    std::lock_guard guard{mutex_};
    if (free_ != total_) {
      waiting_for_all_.push_back(std::move(on_all_free));
      return;
    }
  }
  on_all_free();
}

std::size_t slot_pool::free() const {
  std::lock_guard guard{mutex_};
  return free_;
}

void slot_pool::give_back() noexcept {
  unique_function<void()> next;
  std::deque<unique_function<void()>> all;
  {
    std::lock_guard guard{mutex_};
    if (++free_ == total_)
      all.swap(waiting_for_all_);
    if (!waiting_.empty()) {
      next = std::move(waiting_.front());
      waiting_.pop_front();
      waiting_count_.store(waiting_.size(), std::memory_order_relaxed);
    }
  }
  if (next)
    next();
  for (auto& each : all)
    each();
}

} // namespace troupe::actors
