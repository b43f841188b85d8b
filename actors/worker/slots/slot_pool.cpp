// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/slots/slot_pool.hpp"

#include "runtime/tuning/resource_controller.hpp"

#include <chrono>
#include <optional>

namespace troupe::actors {

namespace {

/// Between two rounds of those who wait.
constexpr duration round_time = std::chrono::milliseconds{100};

} // namespace

slot_pool::access::~access() {
  while (const auto who = pool_.slots_.next_task())
    pool_.members_.at(*who)->task_may_begin(told);
  while (const auto who = pool_.slots_.next_poll())
    pool_.members_.at(*who)->may_poll(told);
  guard_.unlock();
  for (auto& each : told)
    if (each)
      each();
}

slot_pool::id slot_pool::access::join(member& who, tuning::budget_share of) {
  const auto made = pool_.slots_.add(of);
  pool_.members_.emplace(made, &who);
  return made;
}

void slot_pool::access::leave(id who) {
  pool_.members_.erase(who);
}

void slot_pool::access::look(time_point now) {
  if (!pool_.controller_)
    return;
  pool_.has_room_ = pool_.controller_->has_room(now);
  pool_.slots_.hold_back(pool_.has_room_ ? std::nullopt : std::optional{pool_.always_});
}

void slot_pool::access::keep_rounds(executor& on) {
  // While all slots are taken it is a task's end that names who may poll.
  const auto& slots = pool_.slots_;
  const bool is_needed = pool_.has_room_ ? slots.has_waiting_polls() && slots.budget().open() != 0
                                         : slots.has_waiting_polls() || slots.has_waiting_tasks();
  if (!is_needed || std::exchange(pool_.is_round_timed_, true))
    return;
  on.schedule(round_time, [pool = pool_.shared_from_this(), &on] { pool->round(on); });
}

void slot_pool::round(executor& on) {
  access locked{*this};
  is_round_timed_ = false;
  locked.look(on.now());
  locked->begin_round();
  locked.keep_rounds(on);
}

} // namespace troupe::actors
