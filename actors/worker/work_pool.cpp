// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/work_pool.hpp"

#include <pthread.h>

#include <iterator>
#include <utility>

namespace troupe::actors {

thread_work_pool::~thread_work_pool() {
  std::deque<pool_work> dropped;
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
    dropped.swap(queue_);
  }
  called_.notify_all();
  standby_wakes_.notify_all();
  for (auto& each : threads_)
    each.join();
}

void thread_work_pool::submit(std::vector<pool_work> batch) {
  std::lock_guard guard{mutex_};
  if (stopping_)
    return;
  if (queue_.empty()) // nobody waited until now
    last_begun_ = std::chrono::steady_clock::now();
  std::move(batch.begin(), batch.end(), std::back_inserter(queue_));
  call_runners(runners_needed());
  if (busy_ > 0)
    call_standby();
}

duration thread_work_pool::expected_wait() const {
  std::lock_guard guard{mutex_};
  return actors::expected_wait(
      {.threads = limit_,
       .busy = busy_,
       .waiting = queue_.size(),
       .usual_time = usual_time_,
       .stalled = std::chrono::steady_clock::now() - last_begun_});
}

std::size_t thread_work_pool::threads() const {
  std::lock_guard guard{mutex_};
  return threads_.size();
}

/// Quick functions: one runner for all, as long as it comes round. Others: one for each.
std::size_t thread_work_pool::runners_needed() const {
  if (usual_time_ < quick)
    return runners_ == 0 && !queue_.empty() ? 1 : 0;
  const auto looking = runners_ - busy_;
  return queue_.size() > looking ? queue_.size() - looking : 0;
}

void thread_work_pool::call_runners(std::size_t wanted) {
  while (wanted-- > 0 && call(role::runner)) {
  }
}

void thread_work_pool::call_standby() {
  if (!has_standby_ && call(role::standby))
    has_standby_ = true;
}

bool thread_work_pool::call(role as) {
  const auto called = called_runners_ + (called_standby_ ? 1 : 0);
  if (idle_ > called) {
    if (as == role::runner)
      ++called_runners_;
    else
      called_standby_ = true;
    called_.notify_one();
  } else if (threads_.size() < limit_) {
    threads_.emplace_back([this, as] {
      pthread_setname_np(pthread_self(), "troupe-pool");
      live(as);
    });
  } else {
    return false;
  }
  if (as == role::runner)
    ++runners_;
  return true;
}

void thread_work_pool::live(role now) {
  lock guard{mutex_};
  for (;;) {
    switch (now) {
    case role::runner:
      run_work(guard);
      --runners_;
      now = role::idle;
      break;
    case role::standby: now = stand_by(guard); break;
    case role::idle:
      ++idle_;
      called_.wait(guard, [this] { return stopping_ || called_runners_ > 0 || called_standby_; });
      --idle_;
      if (called_runners_ > 0) {
        --called_runners_;
        now = role::runner;
      } else if (std::exchange(called_standby_, false)) {
        now = role::standby;
      } else {
        return;
      }
    }
  }
}

void thread_work_pool::run_work(lock& guard) {
  deliver(guard);
  std::chrono::steady_clock::time_point first_finished; // of those that have not gone back
  while (!queue_.empty()) {
    auto work = std::move(queue_.front());
    queue_.pop_front();
    ++begun_;
    ++busy_;
    // Whoever waits, for a thread or for its result, must not wait for this function's end.
    if (!queue_.empty() || !finished_.empty())
      call_standby();
    const auto start = std::chrono::steady_clock::now();
    last_begun_ = start;
    guard.unlock();
    work.run();
    work.run = nullptr;
    const auto end = std::chrono::steady_clock::now();
    guard.lock();
    --busy_;
    usual_time_ += (end - start - usual_time_) / 8;
    if (finished_.empty())
      first_finished = end;
    finished_.push_back(std::move(work));
    if (queue_.empty() || usual_time_ >= quick || end - first_finished >= longest_wait)
      deliver(guard);
  }
}

/// Looks every `patience` whether those who run come round; takes over if they do not.
thread_work_pool::role thread_work_pool::stand_by(lock& guard) {
  for (auto seen = begun_; !stopping_; seen = begun_) {
    standby_wakes_.wait_for(guard, patience, [this] { return stopping_; });
    if (begun_ != seen)
      continue;
    // Nothing has begun for a while: either there is nothing to do, or they block.
    has_standby_ = false;
    if (!queue_.empty()) {
      ++runners_;
      call_runners(queue_.size() - 1);
      return role::runner;
    }
    deliver(guard);
    return role::idle;
  }
  has_standby_ = false;
  return role::idle;
}

/// Sends finished work home, one wake-up for each shard.
void thread_work_pool::deliver(lock& guard) {
  auto batch = std::exchange(finished_, {});
  guard.unlock();
  // Nearly always all of one shard.
  for (auto first = batch.begin(); first != batch.end();) {
    auto* const back = first->back;
    std::vector<unique_function<void()>> done;
    done.reserve(batch.size());
    for (; first != batch.end() && first->back == back; ++first)
      done.push_back(std::move(first->done));
    back->post([done = std::move(done)]() mutable {
      for (auto& each : done)
        each();
    });
  }
  guard.lock();
}

} // namespace troupe::actors
