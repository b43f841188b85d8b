// SPDX-License-Identifier: Apache-2.0
// How a record comes into memory and leaves it.

#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "actors/embedded/store/record_rows.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/slices/slice.hpp"
#include "runtime/embedded/record/wire.hpp"

#include <utility>

namespace troupe::embedded {

namespace {

using actors::tell;

/// A store that could not be read is asked again after this.
constexpr duration load_pause = std::chrono::seconds{1};

} // namespace

void execution_actor::load() {
  ++life_;
  const auto due = directory_.deadlines.remove(*key_);
  if (!directory_.store.keeps_rows()) {
    record_ = directory_.store.take(owner_);
    arm(due);
    came_into_memory();
    return;
  }
  directory_.store.load(
      owner_,
      ranges_of(key_->namespace_id, key_->workflow_id),
      [weak = caf::actor_cast<caf::actor_addr>(this), life = life_](loaded_rows rows) {
        if (auto self = caf::actor_cast<execution_handle>(weak))
          tell(self, record_loaded{life, std::make_shared<loaded_rows>(std::move(rows))});
      });
}

void execution_actor::loaded(const record_loaded& what) {
  const auto& rows = *what.rows;
  if (!rows) {
    take_record({nullptr, "the store could not be read"});
    return;
  }
  if (rows->size() < directory_.slices.units()) {
    take_record(read_record(*rows));
    return;
  }
  auto outcome = std::make_shared<read_outcome>();
  run_in_slices(
      [outcome, all = what.rows] {
        *outcome = read_record(**all);
        for (auto& each = **all; !each.empty(); each.pop_back())
          spend();
      },
      [this, outcome](const rpc_status* lost) {
        if (lost != nullptr)
          outcome->problem = lost->message;
        take_record(std::move(*outcome));
      });
}

void execution_actor::take_record(read_outcome outcome) {
  record_ = std::move(outcome.rec);
  const auto& problem = outcome.problem;
  if (problem.empty()) {
    came_into_memory();
    forget_when_empty();
    return;
  }
  record_.reset();
  log::error(
      "a record could not be loaded", {{"workflow_id", key_->workflow_id}, {"problem", problem}});
  // Callers may come again; what comes from the inside waits.
  std::erase_if(held_, [](const held_message& each) {
    if (each.from)
      each.from->answer(store_failed());
    return each.from != nullptr;
  });
  home().schedule(load_pause, [weak = caf::actor_cast<caf::actor_addr>(this)] {
    if (auto self = caf::actor_cast<execution_handle>(weak))
      tell(self, load_again{});
  });
}

void execution_actor::came_into_memory() {
  if (!record_) {
    const auto* name_space = directory_.namespaces.find_by_id(key_->namespace_id);
    record_ = make_record(
        name_space ? name_space->name : std::string{}, key_->namespace_id, key_->workflow_id);
  }
  if (ticket_ == 0 && !is_empty(*record_))
    ticket_ = directory_.residents.stays(key_, false);
  if (directory_.store.keeps_rows() && !is_empty(*record_))
    guard([&] { set_going(); }, [](const rpc_status&) {});
  take_held();
}

void execution_actor::lose(const rpc_status& why) {
  reply lost{why, nullptr};
  let_go_of_slices(why);
  directory_.slices.discard(std::exchange(record_, nullptr));
  ++life_;
  has_failed_ = std::make_shared<bool>(false);
  disarm();
  for (auto& [id, waiting] : std::exchange(readers_, {})) {
    home().cancel(waiting.timer);
    waiting.from->answer(why);
  }
  for (auto& [id, waiting] : std::exchange(queries_, {})) {
    home().cancel(waiting.timer);
    waiting.from->answer(why);
  }
  lose_update_waits(why);
  for (auto& each : std::exchange(undurable_, {})) {
    each.then(lost);
    for (auto& follower : each.followers)
      follower.then(lost);
  }
}

bool execution_actor::is_idle() {
  return is_ready() && undurable_.empty() && readers_.empty() && queries_.empty()
         && update_waits_.empty() && held_.empty() && postponed_ == 0 && mailbox().empty();
}

void execution_actor::unload() {
  if (timer_due_)
    directory_.deadlines.put(key_, *timer_due_);
  disarm();
  if (!directory_.store.keeps_rows())
    directory_.store.keep(owner_, std::move(record_));
  directory_.slices.discard(std::exchange(record_, nullptr));
  leave();
}

void execution_actor::leave() {
  has_left_ = true;
  directory_.forget_execution(*key_);
  quit();
}

void execution_actor::forget_when_empty() {
  if (is_leaving_ || !is_ready() || !is_empty(*record_) || !undurable_.empty() || !readers_.empty()
      || !queries_.empty() || !update_waits_.empty() || !held_.empty() || postponed_ != 0)
    return;
  if (mailbox().empty()) {
    record_.reset();
    disarm();
    leave();
    return;
  }
  // Something came meanwhile, perhaps a start: look again behind it.
  is_leaving_ = true;
  tell(me(), forget_if_empty{});
}

} // namespace troupe::embedded
