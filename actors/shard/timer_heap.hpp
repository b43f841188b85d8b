// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/unique_function.hpp>

#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// The timers of one shard, ordered by when they are due and then by when they were made.
///
/// Times are nanoseconds on the owner's own clock (steady or virtual). Cancelled timers leave the
/// index at once and the heap when they surface, or at the next compaction: request timeouts are
/// nearly always cancelled, so the heap is rebuilt once more than half of it is dead. Not
/// thread-safe.
class timer_heap {
public:
  using instant = std::int64_t;

  executor::timer_id add(instant due, unique_function<void()> work);
  void cancel(executor::timer_id timer);

  /// When the next live timer is due.
  [[nodiscard]] std::optional<instant> next_due();

  /// Takes the work of the first timer due at `now` or before; empty if there is none.
  unique_function<void()> take_due(instant now);

  [[nodiscard]] std::size_t size() const noexcept { return live_.size(); }
  [[nodiscard]] std::size_t heap_size() const noexcept { return heap_.size(); }
  void clear();

private:
  struct entry {
    instant due;
    executor::timer_id id;
    bool operator>(const entry& other) const noexcept {
      return due != other.due ? due > other.due : id > other.id;
    }
  };

  void drop_dead_top();

  std::vector<entry> heap_;
  std::unordered_map<executor::timer_id, unique_function<void()>> live_;
  executor::timer_id last_id_ = 0;
};

} // namespace troupe::actors
