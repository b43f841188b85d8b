// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/timer_heap.hpp"

#include <algorithm>
#include <functional>

namespace troupe::actors {

executor::timer_id timer_heap::add(instant due, unique_function<void()> work) {
  auto id = ++last_id_;
  live_.emplace(id, std::move(work));
  heap_.push_back({due, id});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
  return id;
}

void timer_heap::cancel(executor::timer_id timer) {
  // The work may own things whose destructors cancel timers: take it out before it dies.
  auto found = live_.extract(timer);
  if (found.empty())
    return;
  if (heap_.size() > 64 && heap_.size() > 2 * live_.size()) {
    std::erase_if(heap_, [this](const entry& e) { return !live_.contains(e.id); });
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>{});
  }
}

void timer_heap::drop_dead_top() {
  while (!heap_.empty() && !live_.contains(heap_.front().id)) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
    heap_.pop_back();
  }
}

std::optional<timer_heap::instant> timer_heap::next_due() {
  drop_dead_top();
  if (heap_.empty())
    return std::nullopt;
  return heap_.front().due;
}

unique_function<void()> timer_heap::take_due(instant now) {
  drop_dead_top();
  if (heap_.empty() || heap_.front().due > now)
    return {};
  auto found = live_.extract(heap_.front().id);
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
  heap_.pop_back();
  return std::move(found.mapped());
}

void timer_heap::clear() {
  auto dying = std::exchange(live_, {});
  heap_.clear();
}

} // namespace troupe::actors
