// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/manual_shard.hpp"

#include "runtime/base/current_executor.hpp"

#include <algorithm>

namespace troupe::actors {

bool manual_clock::run_until_idle() {
  bool ran = false;
  for (bool again = true; again;) {
    again = false;
    reorder();
    // By index: what runs may add shards.
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      again |= shards_[i]->turn([](auto& one) { return one.run_due_timers(); });
      again |= shards_[i]->turn([](auto& one) { return one.drain(); });
    }
    if (!again)
      for (std::size_t i = 0; i < shards_.size(); ++i)
        again |= shards_[i]->turn([](auto& one) { return one.run_deferred(); });
    ran |= again;
  }
  return ran;
}

/// Not with the library's shuffle: its order is another one in each library.
void manual_clock::reorder() {
  if (chance_)
    for (auto left = shards_.size(); left > 1; --left)
      std::swap(shards_[left - 1], shards_[(*chance_)() % left]);
}

void manual_clock::move_to(time_point when) {
  now_ = std::max(now_, when);
  run_until_idle();
}

void manual_clock::advance(duration by) {
  auto until = now_ + by;
  run_until_idle();
  for (;;) {
    auto next = timer_heap::instant{until.time_since_epoch().count()};
    bool found = false;
    for (auto* each : shards_)
      if (auto due = each->next_timer(); due && *due <= next) {
        next = *due;
        found = true;
      }
    if (!found)
      break;
    move_to(time_point{duration{next}});
  }
  move_to(until);
}

bool manual_clock::advance_to_next_timer() {
  run_until_idle();
  const auto next = next_timer();
  if (next)
    move_to(*next);
  return next.has_value();
}

std::optional<time_point> manual_clock::next_timer() const {
  std::optional<time_point> next;
  for (auto* each : shards_)
    if (const auto due = each->next_timer()) {
      const time_point when{duration{*due}};
      next = std::min(next.value_or(when), when);
    }
  return next;
}

manual_shard::manual_shard(caf::actor_system& system, std::shared_ptr<manual_clock> clock)
    : shard(system), clock_(std::move(clock)) {
  clock_->shards_.push_back(this);
}

manual_shard::~manual_shard() {
  stop();
}

/// The end of a thread that was left behind; its successor has begun already.
template <class Part>
bool manual_shard::turn(Part part) {
  // Of several shards on this thread it is the one that runs; a turn may lie within another's.
  struct scope {
    explicit scope(pulse* of) : before(set_pulse(of)) {}
    ~scope() { set_pulse(before); }
    pulse* before;
  };
  const auto clock = clock_; // the shard may be gone
  const auto own = present();
  const scope here{&own->said};
  const executor_scope current{*this};
  try {
    return part(*this);
  } catch (const thread_left_behind&) {
    if (!clock->is_of_this_thread())
      throw;
    return true;
  }
}

bool manual_shard::leave_behind(const foreign_look& seen) {
  if (!present()->claim(seen.excursion))
    return false;
  const bool is_from_outside = !clock_->is_of_this_thread();
  clock_->hand_to_this_thread();
  const executor_scope current{*this};
  auto* const owned = owner_of_this_thread();
  tenures_.push_back(take_over());
  if (is_from_outside) { // of no turn that ends it
    set_pulse(nullptr);
    owner_of_this_thread() = owned;
  }
  return true;
}

void manual_shard::stop() {
  if (std::exchange(stopped_, true))
    return;
  ask_actors_to_leave();
  clock_->run_until_idle();
  close();
  std::erase(clock_->shards_, this);
}

} // namespace troupe::actors
