// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/work_pool.hpp"

#include <pthread.h>

namespace troupe::actors {

thread_work_pool::~thread_work_pool() {
  std::deque<unique_function<void()>> dropped;
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
    dropped.swap(queue_);
  }
  wake_.notify_all();
  for (auto& each : threads_)
    each.join();
}

void thread_work_pool::submit(unique_function<void()> work) {
  {
    std::lock_guard guard{mutex_};
    if (stopping_)
      return;
    queue_.push_back(std::move(work));
    if (idle_ < queue_.size() && threads_.size() < limit_)
      threads_.emplace_back([this] {
        pthread_setname_np(pthread_self(), "troupe-pool");
        run();
      });
  }
  wake_.notify_one();
}

std::size_t thread_work_pool::threads() const {
  std::lock_guard guard{mutex_};
  return threads_.size();
}

void thread_work_pool::run() {
  std::unique_lock guard{mutex_};
  for (;;) {
    ++idle_;
    wake_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty())
      return;
    auto work = std::move(queue_.front());
    queue_.pop_front();
    guard.unlock();
    work();
    work = nullptr;
    guard.lock();
  }
}

} // namespace troupe::actors
