// SPDX-License-Identifier: Apache-2.0
#include "actors/testing/virtual_driver.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace troupe::testing {

namespace {

/// How often it looks: four times in its patience.
std::chrono::nanoseconds interval_of(std::chrono::nanoseconds patience) {
  return std::max<std::chrono::nanoseconds>(patience / 4, std::chrono::milliseconds{1});
}

} // namespace

/// The thread and what is handed to it. Held by both sides: one that was left behind outlives the
/// world.
struct virtual_driver::hand {
  std::mutex mutex; ///< guards the rest
  std::condition_variable called, returned;
  std::function<void()> work; ///< empty: none
  std::exception_ptr thrown;
  bool is_ending = false;
  std::thread thread;
};

virtual_driver::~virtual_driver() {
  if (!hand_)
    return;
  {
    const std::lock_guard guard{hand_->mutex};
    hand_->is_ending = true;
  }
  hand_->called.notify_one();
  // Code that the world ran may have held it last.
  if (hand_->thread.get_id() == std::this_thread::get_id())
    hand_->thread.detach();
  else
    hand_->thread.join();
}

void virtual_driver::watch(actors::shard& where, std::chrono::nanoseconds patience) {
  const std::lock_guard guard{mutex_};
  shards_.push_back({&where, std::max(patience, patience_)});
}

void virtual_driver::forget(const actors::shard& where) {
  const std::lock_guard guard{mutex_};
  std::erase_if(shards_, [&](const watched& each) { return each.what == &where; });
}

void virtual_driver::live(
    const std::shared_ptr<hand>& me, const std::shared_ptr<actors::manual_clock>& clock) {
  std::unique_lock guard{me->mutex};
  for (;;) {
    me->called.wait(guard, [&] { return me->work || me->is_ending; });
    if (!me->work)
      return;
    auto work = me->work;
    guard.unlock();
    clock->hand_to_this_thread();
    std::exception_ptr thrown;
    try {
      work();
    } catch (const actors::thread_left_behind&) {
      return; // nobody waits any more
    } catch (...) {
      thrown = std::current_exception();
    }
    guard.lock();
    me->thrown = std::move(thrown);
    me->work = nullptr;
    me->returned.notify_one();
  }
}

bool virtual_driver::leaves_behind(watched& at) const {
  const auto seen = at.what->look_at_foreign();
  at.unchanged = seen.excursion != 0 && seen == at.last ? at.unchanged + 1 : 0;
  at.last = seen;
  if (seen.patience == 0) // its worker lets it
    return false;
  const auto patience = std::max(at.patience, std::chrono::nanoseconds{seen.patience});
  const auto needed = std::max<std::int64_t>(patience / interval_of(patience_), 1);
  return at.unchanged >= needed && at.what->leave_behind(seen);
}

bool virtual_driver::leaves_any_behind() {
  const std::lock_guard guard{mutex_};
  // By index: what was left behind may end a shard.
  for (std::size_t i = 0; i < shards_.size(); ++i)
    if (leaves_behind(shards_[i]))
      return true;
  return false;
}

bool virtual_driver::run(std::function<void()> work) {
  if (patience_.count() <= 0 || is_running_) {
    work();
    return true;
  }
  if (!hand_) {
    auto made = std::make_shared<hand>();
    made->thread = std::thread{[me = made, clock = clock_] { live(me, clock); }};
    hand_ = std::move(made);
  }
  const auto with = hand_;
  is_running_ = true;
  std::unique_lock guard{with->mutex};
  with->work = std::move(work);
  with->called.notify_one();
  {
    const std::lock_guard shards{mutex_};
    for (auto& each : shards_)
      each.unchanged = 0;
  }
  const auto interval = interval_of(patience_);
  while (!with->returned.wait_for(guard, interval, [&] { return !with->work; })) {
    guard.unlock();
    if (leaves_any_behind()) {
      with->thread.detach();
      hand_ = nullptr;
      is_running_ = false;
      return false;
    }
    guard.lock();
  }
  clock_->hand_to_this_thread();
  is_running_ = false;
  if (auto thrown = std::exchange(with->thrown, nullptr))
    std::rethrow_exception(std::move(thrown));
  return true;
}

} // namespace troupe::testing
