// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slots/pooled_slots.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace troupe::actors {

pooled_slots::pooled_slots(std::shared_ptr<slot_pool> pool, tuning::budget_share share, use how)
    : pool_(std::move(pool)), how_(how) {
  slot_pool::access locked{*pool_};
  id_ = locked.join(*this, share);
}

pooled_slots::~pooled_slots() {
  remove();
  slot_pool::access locked{*pool_};
  locked.leave(id_);
}

std::size_t pooled_slots::guaranteed() const noexcept {
  return std::numeric_limits<std::size_t>::max();
}

std::optional<slot_share> pooled_slots::share() const {
  slot_pool::access locked{*pool_};
  if (is_removed_)
    return std::nullopt;
  const auto now = locked->of(id_);
  return slot_share{
      .weight = now.share.weight,
      .minimum = now.share.minimum,
      .running = now.running,
      .polls = now.polls,
      .waiting_tasks = now.waiting_tasks,
      .oldest_waits_since = waiting_.empty() ? time_point::max() : waiting_.front().since,
      .waits_to_poll = now.waits_to_poll};
}

void pooled_slots::begin(std::size_t pollers) {
  slot_pool::access locked{*pool_};
  seats_ = std::vector<seat>(pollers);
}

slot_permit pooled_slots::try_reserve(const slot_request& by) {
  slot_pool::access locked{*pool_};
  locked.look(by.home->now());
  auto& who = seats_.at(by.poller);
  if (how_ == use::without_polls)
    return ask(locked, by);
  if (is_removed_)
    return {};
  const bool is_given = locked->try_poll(id_, who.polls == 0);
  locked.keep_rounds(*by.home);
  who.is_refused_for_others = !is_given && locked->of(id_).waits_to_poll;
  who.refused_at = reasons_;
  if (!is_given)
    return {};
  ++who.polls;
  permits_.took();
  const auto waits = [](const seat& each) { return each.on_free && each.is_refused_for_others; };
  if (std::ranges::any_of(seats_, waits))
    locked->wait_to_poll(id_);
  return make_permit(tag_of(stage::claim, by.poller));
}

slot_permit pooled_slots::ask(slot_pool::access& locked, const slot_request& by) {
  auto& who = seats_[by.poller];
  if (who.begun != 0) {
    --who.begun;
    return make_slot(by.poller);
  }
  if (who.has_asked || is_removed_)
    return {};
  if (locked->task_came(id_, false))
    return make_slot(by.poller);
  who.has_asked = true;
  waiting_.push_back({by.poller, by.home->now()});
  return {};
}

/// As a task that has come; but it waits for none.
slot_permit pooled_slots::try_reserve_spare(const slot_request& by) {
  slot_pool::access locked{*pool_};
  locked.look(by.home->now());
  return is_removed_ || !locked->try_take_spare(id_) ? slot_permit{} : make_slot(by.poller);
}

bool pooled_slots::try_use(slot_permit& claim, const slot_request& by) {
  slot_pool::access locked{*pool_};
  locked.look(by.home->now());
  auto& who = seats_.at(by.poller);
  switch (static_cast<stage>(claim.tag() % stages)) {
  case stage::claim:
    --who.polls;
    if (locked->task_came(id_)) {
      retag(claim, tag_of(stage::slot, by.poller));
      return true;
    }
    retag(claim, tag_of(stage::waiting_task, by.poller));
    waiting_.push_back({by.poller, by.home->now()});
    who.refused_at = reasons_;
    return false;
  case stage::waiting_task:
    who.refused_at = reasons_;
    if (who.begun == 0)
      return false;
    --who.begun;
    retag(claim, tag_of(stage::slot, by.poller));
    return true;
  case stage::slot: break;
  }
  return true;
}

void pooled_slots::when_free(const slot_request& by, unique_function<void()> on_free) {
  slot_pool::access locked{*pool_};
  auto& who = seats_.at(by.poller);
  const bool is_now =
      who.begun != 0 || (how_ == use::without_polls ? !who.has_asked : who.refused_at != reasons_);
  if (is_now) {
    locked.told.push_back(std::move(on_free));
    return;
  }
  std::swap(who.on_free, on_free);
  locked.keep_rounds(*by.home);
  if (on_free) // what it replaced goes after the lock
    locked.told.push_back([forgotten = std::move(on_free)] {});
}

void pooled_slots::stop_waiting(const slot_request& by) noexcept {
  unique_function<void()> forgotten; // goes after the lock
  slot_pool::access locked{*pool_};
  auto& who = seats_[by.poller];
  forgotten = std::exchange(who.on_free, nullptr);
  if (how_ != use::without_polls)
    return;
  if (who.has_asked) {
    who.has_asked = false;
    (void)give_up_one(locked, by.poller);
  }
  for (; who.begun != 0; --who.begun)
    locked->task_ended(id_);
}

bool pooled_slots::give_up_one(slot_pool::access& locked, std::uint32_t poller) {
  const auto its = std::ranges::find(waiting_, poller, &waiting_task::poller);
  if (its == waiting_.end())
    return false;
  waiting_.erase(its);
  locked->task_given_up(id_);
  return true;
}

void pooled_slots::reweight(tuning::budget_share share) {
  slot_pool::access locked{*pool_};
  if (is_removed_)
    throw std::invalid_argument("this worker has been removed from its host");
  locked->reweight(id_, share);
  locked->begin_round();
}

void pooled_slots::remove() {
  slot_pool::access locked{*pool_};
  if (std::exchange(is_removed_, true))
    return;
  locked->remove(id_);
  locked->begin_round();
}

void pooled_slots::released(std::uint32_t tag) noexcept {
  unique_function<void()> all;
  {
    slot_pool::access locked{*pool_};
    const auto poller = tag / stages;
    switch (static_cast<stage>(tag % stages)) {
    case stage::claim:
      --seats_[poller].polls;
      locked->poll_ended(id_);
      break;
    case stage::waiting_task: // its poller has died
      if (!give_up_one(locked, poller)) {
        --seats_[poller].begun;
        locked->task_ended(id_);
      }
      break;
    case stage::slot: locked->task_ended(id_); break;
    }
    // Own polls and tasks that end are a reason to try again, whatever the pool says.
    tell_all(locked.told);
    permits_.gave_back(all);
  }
  if (all)
    all();
}

void pooled_slots::task_may_begin(slot_pool::told_functions& told) {
  auto& who = seats_[waiting_.front().poller];
  waiting_.pop_front();
  ++who.begun;
  who.has_asked = false;
  tell_all(told);
}

slot_permit pooled_slots::make_slot(std::uint32_t poller) {
  permits_.took();
  return make_permit(tag_of(stage::slot, poller));
}

void pooled_slots::tell_all(slot_pool::told_functions& told) {
  ++reasons_;
  for (auto& each : seats_)
    if (each.on_free)
      told.push_back(std::exchange(each.on_free, nullptr));
}

} // namespace troupe::actors
