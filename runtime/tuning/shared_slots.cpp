// SPDX-License-Identifier: Apache-2.0
#include "runtime/tuning/shared_slots.hpp"

#include <utility>

namespace troupe::tuning {

shared_slots::member shared_slots::add(budget_share of) {
  const auto who = budget_.add(of);
  entries_.emplace(who, entry{});
  return who;
}

void shared_slots::remove(member who) {
  auto& its = entries_.at(who);
  if (std::exchange(its.is_removed, true))
    return;
  stop_waiting_to_poll(its);
  budget_.reweight(who, {.weight = budget_.of(who).share.weight, .minimum = 0});
  forget_if_over(who);
}

bool shared_slots::try_poll(member who, bool is_first_of_its_sort) {
  auto& its = entries_.at(who);
  if (its.is_removed)
    return false;
  const auto could_take = budget_.prospects(who);
  const bool may_have_first = is_first_of_its_sort && (could_take != 0 || budget_.is_behind(who));
  if (its.waiting_tasks == 0 && (its.polls < could_take || may_have_first)) {
    stop_waiting_to_poll(its);
    ++its.polls;
    return true;
  }
  // Who has as many polls as it could take slots, or a task that waits, hears of its own.
  if (could_take == 0 && its.waiting_tasks == 0)
    wait_to_poll(who);
  return false;
}

void shared_slots::wait_to_poll(member who) {
  auto& its = entries_.at(who);
  if (its.waits_to_poll != 0)
    return;
  its.waits_to_poll = ++last_wait_;
  to_poll_.emplace(its.waits_to_poll, who);
}

void shared_slots::poll_ended(member who) {
  --entries_.at(who).polls;
  forget_if_over(who);
}

bool shared_slots::task_came(member who, bool had_poll) {
  auto& its = entries_.at(who);
  if (had_poll)
    --its.polls;
  // Those that came before have their turn first.
  if (its.waiting_tasks == 0 && budget_.try_take(who))
    return true;
  ++its.waiting_tasks;
  budget_.wait(who);
  return false;
}

bool shared_slots::try_take_spare(member who) {
  return entries_.at(who).waiting_tasks == 0 && budget_.try_take(who);
}

void shared_slots::task_given_up(member who) {
  if (--entries_.at(who).waiting_tasks == 0)
    budget_.stop_waiting(who);
  forget_if_over(who);
}

void shared_slots::task_ended(member who) {
  budget_.give_back(who);
  if (may_try_ < budget_.open())
    ++may_try_;
  forget_if_over(who);
}

std::optional<shared_slots::member> shared_slots::next_task() {
  const auto who = budget_.next();
  if (!who)
    return std::nullopt;
  auto& its = entries_.at(*who);
  if (!budget_.try_take(*who))
    return std::nullopt; // cannot be: it has just been named
  if (--its.waiting_tasks != 0)
    budget_.wait(*who);
  return who;
}

std::optional<shared_slots::member> shared_slots::next_poll() {
  while (may_try_ != 0 && budget_.open() != 0 && !to_poll_.empty()) {
    const auto who = to_poll_.begin()->second;
    auto& its = entries_.at(who);
    // Whom its own tasks keep from it tries again when one of them has begun.
    const bool can_try = its.waiting_tasks == 0;
    if (can_try && budget_.prospects(who) == 0)
      break; // others have a better right to what is open
    stop_waiting_to_poll(its);
    if (!can_try)
      continue;
    --may_try_;
    return who;
  }
  return std::nullopt;
}

shared_slots::numbers shared_slots::of(member who) const {
  const auto& its = entries_.at(who);
  const auto in_budget = budget_.of(who);
  return {
      .polls = its.polls,
      .waiting_tasks = its.waiting_tasks,
      .running = in_budget.out,
      .waits_to_poll = its.waits_to_poll != 0,
      .share = in_budget.share};
}

/// A member that was removed stays in the budget while tasks of it wait: they are to have slots.
void shared_slots::forget_if_over(member who) {
  const auto& its = entries_.at(who);
  if (!its.is_removed || its.polls != 0 || its.waiting_tasks != 0 || budget_.of(who).out != 0)
    return;
  budget_.remove(who);
  entries_.erase(who);
}

void shared_slots::stop_waiting_to_poll(entry& who) noexcept {
  if (who.waits_to_poll != 0)
    to_poll_.erase(std::exchange(who.waits_to_poll, 0));
}

} // namespace troupe::tuning
