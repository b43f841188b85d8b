// SPDX-License-Identifier: Apache-2.0
#include "actors/testing/virtual_pool.hpp"

#include <algorithm>
#include <utility>

namespace troupe::testing {

virtual_pool::runner*& virtual_pool::of_this_thread() noexcept {
  constinit thread_local runner* mine = nullptr;
  return mine;
}

virtual_pool::~virtual_pool() {
  lock guard{mutex_};
  ending_ = true;
  queue_.clear();
  for (const auto& each : runners_)
    give_turn(guard, *each); // out of its wait, and to its end
  guard.unlock();
  for (const auto& each : runners_)
    each->thread.join();
}

void virtual_pool::submit(std::vector<actors::pool_work> batch) {
  for (auto& work : batch)
    queue_.push_back(std::move(work));
}

bool virtual_pool::run() {
  lock guard{mutex_};
  bool moved = false;
  // By index: a function may make others, and those new runners.
  for (std::size_t i = 0; i < runners_.size(); ++i)
    if (auto& one = *runners_[i]; one.waits) {
      give_turn(guard, one);
      moved |= !one.has_work;
    }
  while (!queue_.empty()) {
    auto& one = idle_runner();
    one.work = std::move(queue_.front());
    queue_.pop_front();
    one.has_work = true;
    give_turn(guard, one);
    moved = true;
  }
  return moved;
}

virtual_pool::runner& virtual_pool::idle_runner() {
  const auto idle = std::ranges::find_if(runners_, [](const auto& one) { return !one->has_work; });
  if (idle != runners_.end())
    return **idle;
  auto& made = *runners_.emplace_back(std::make_unique<runner>());
  made.thread = std::thread{[this, &made] { live(made); }};
  return made;
}

void virtual_pool::give_turn(lock& guard, runner& to) {
  turn_ = &to;
  to.called.notify_one();
  returned_.wait(guard, [this] { return turn_ == nullptr; });
  clock_->hand_to_this_thread();
}

void virtual_pool::give_back(lock& guard, runner& me) {
  turn_ = nullptr;
  returned_.notify_one();
  me.called.wait(guard, [&] { return turn_ == &me; });
  clock_->hand_to_this_thread();
}

void virtual_pool::live(runner& me) {
  of_this_thread() = &me;
  lock guard{mutex_};
  me.called.wait(guard, [&] { return turn_ == &me; });
  clock_->hand_to_this_thread();
  for (;;) {
    if (me.has_work) {
      auto work = std::exchange(me.work, {});
      guard.unlock();
      work.run();
      if (work.back != nullptr)
        work.back->post(std::move(work.done));
      work = {};
      guard.lock();
      me.has_work = false;
    }
    if (ending_) {
      turn_ = nullptr;
      returned_.notify_one();
      return;
    }
    give_back(guard, me);
  }
}

bool virtual_pool::is_of_this_thread() const noexcept {
  const auto* mine = of_this_thread();
  return mine != nullptr
         && std::ranges::any_of(runners_, [&](const auto& one) { return one.get() == mine; });
}

bool virtual_pool::yield() {
  auto& me = *of_this_thread();
  lock guard{mutex_};
  if (ending_)
    return false;
  me.waits = true;
  give_back(guard, me);
  me.waits = false;
  return !ending_;
}

} // namespace troupe::testing
