// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slots/resource_slot_supplier.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// After that somebody who waits tries again.
constexpr duration patience = std::chrono::milliseconds{10};

} // namespace

void resource_slot_supplier::begin(std::size_t pollers) {
  const std::lock_guard guard{mutex_};
  seats_ = std::vector<seat>(std::min(pollers, limits_.maximum));
}

slot_permit resource_slot_supplier::try_reserve(const slot_request& by) {
  const std::lock_guard guard{mutex_};
  auto& own = seats_.at(by.poller).own_is_free;
  if (!own)
    return try_share(by);
  own = false;
  permits_.took();
  last_issue_ = by.home->now();
  return make_permit(by.poller + 1);
}

slot_permit resource_slot_supplier::try_reserve_spare(const slot_request& by) {
  const std::lock_guard guard{mutex_};
  const auto waits = [](const seat& each) { return static_cast<bool>(each.on_free); };
  return std::ranges::any_of(seats_, waits) ? slot_permit{} : try_share(by);
}

slot_permit resource_slot_supplier::try_share(const slot_request& by) {
  if (seats_.empty() || shared_out_ >= limits_.maximum - seats_.size())
    return {};
  const auto now = by.home->now();
  if (permits_.out() >= limits_.minimum
      && (now - last_issue_ < limits_.ramp || !controller_->has_room(now)))
    return {};
  ++shared_out_;
  permits_.took();
  last_issue_ = now;
  return make_permit(shared_tag);
}

void resource_slot_supplier::when_free(const slot_request& by, unique_function<void()> on_free) {
  {
    const std::lock_guard guard{mutex_};
    auto& who = seats_.at(by.poller);
    if (!who.own_is_free) {
      std::swap(who.on_free, on_free);
      const auto ramp = last_issue_ + limits_.ramp - by.home->now();
      if (who.timer == 0)
        who.timer = by.home->schedule(
            std::max(patience, ramp),
            [self = std::static_pointer_cast<resource_slot_supplier>(shared_from_this()),
             poller = by.poller] { self->on_timer(poller); });
      return; // what it replaced goes after the lock
    }
  }
  on_free();
}

void resource_slot_supplier::on_timer(std::uint32_t poller) {
  unique_function<void()> told;
  {
    const std::lock_guard guard{mutex_};
    auto& who = seats_[poller];
    who.timer = 0;
    told = std::exchange(who.on_free, nullptr);
  }
  if (told)
    told();
}

/// A timer that still runs finds nobody.
void resource_slot_supplier::stop_waiting(const slot_request& by) noexcept {
  unique_function<void()> forgotten; // goes after the lock
  const std::lock_guard guard{mutex_};
  forgotten = std::exchange(seats_[by.poller].on_free, nullptr);
}

bool resource_slot_supplier::try_keep(const slot_permit& slot, const slot_request& by, bool) {
  if (slot.tag() != shared_tag)
    return true;
  const std::lock_guard guard{mutex_};
  return permits_.out() <= limits_.minimum || controller_->has_room(by.home->now());
}

void resource_slot_supplier::released(std::uint32_t tag) noexcept {
  unique_function<void()> next;
  unique_function<void()> all;
  {
    const std::lock_guard guard{mutex_};
    permits_.gave_back(all);
    if (tag == shared_tag) {
      --shared_out_;
    } else {
      auto& who = seats_[tag - 1];
      who.own_is_free = true;
      next = std::exchange(who.on_free, nullptr);
    }
  }
  if (next)
    next();
  if (all)
    all();
}

} // namespace troupe::actors
