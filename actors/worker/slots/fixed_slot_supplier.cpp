// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slots/fixed_slot_supplier.hpp"

#include <algorithm>

namespace troupe::actors {

void fixed_slot_supplier::begin(std::size_t pollers) {
  const std::lock_guard guard{mutex_};
  seats_ = std::vector<seat>(std::min(pollers, total_));
  shared_free_ = total_ - seats_.size();
}

slot_permit fixed_slot_supplier::try_reserve(const slot_request& by) {
  const std::lock_guard guard{mutex_};
  auto& own = seats_.at(by.poller).own_is_free;
  if (own) {
    own = false;
    permits_.took();
    return make_permit(by.poller + 1);
  }
  if (shared_free_ == 0)
    return {};
  --shared_free_;
  permits_.took();
  return make_permit(shared_tag);
}

slot_permit fixed_slot_supplier::try_reserve_spare(const slot_request&) {
  const std::lock_guard guard{mutex_};
  if (shared_free_ == 0)
    return {}; // and so it is while somebody waits
  --shared_free_;
  permits_.took();
  return make_permit(shared_tag);
}

void fixed_slot_supplier::when_free(const slot_request& by, unique_function<void()> on_free) {
  {
    const std::lock_guard guard{mutex_};
    auto& who = seats_.at(by.poller);
    if (!who.own_is_free && shared_free_ == 0) {
      if (!who.on_free)
        waiting_.fetch_add(1, std::memory_order_relaxed);
      std::swap(who.on_free, on_free);
      if (!std::exchange(who.is_queued, true))
        queue_.push_back(by.poller);
      return; // what it replaced goes after the lock
    }
  }
  on_free();
}

void fixed_slot_supplier::stop_waiting(const slot_request& by) noexcept {
  unique_function<void()> forgotten; // goes after the lock
  const std::lock_guard guard{mutex_};
  forgotten = stop_waiting_at(seats_[by.poller]);
}

bool fixed_slot_supplier::try_keep(const slot_permit& slot, const slot_request&, bool waits) {
  // Approximate without the lock: who comes too late for this slot gets the next one.
  return slot.tag() != shared_tag || waiting_.load(std::memory_order_relaxed) <= (waits ? 1U : 0U);
}

std::size_t fixed_slot_supplier::free() const {
  const std::lock_guard guard{mutex_};
  return total_ - permits_.out();
}

void fixed_slot_supplier::released(std::uint32_t tag) noexcept {
  unique_function<void()> next;
  unique_function<void()> all;
  {
    const std::lock_guard guard{mutex_};
    permits_.gave_back(all);
    if (tag == shared_tag) {
      ++shared_free_;
      next = next_waiting();
    } else {
      auto& who = seats_[tag - 1];
      who.own_is_free = true;
      next = stop_waiting_at(who);
    }
  }
  if (next)
    next();
  if (all)
    all();
}

unique_function<void()> fixed_slot_supplier::stop_waiting_at(seat& who) noexcept {
  unique_function<void()> told;
  if (who.on_free) {
    told = std::exchange(who.on_free, nullptr);
    waiting_.fetch_sub(1, std::memory_order_relaxed);
  }
  return told;
}

unique_function<void()> fixed_slot_supplier::next_waiting() noexcept {
  while (!queue_.empty()) {
    auto& who = seats_[queue_.front()];
    queue_.pop_front();
    who.is_queued = false;
    if (auto told = stop_waiting_at(who))
      return told;
  }
  return {};
}

} // namespace troupe::actors
