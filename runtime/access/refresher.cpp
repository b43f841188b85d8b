// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/refresher.hpp"

#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace troupe::access {

struct refresher::implementation {
  void run(std::chrono::milliseconds every) {
    std::unique_lock lock{mutex};
    while (!changed.wait_for(lock, every, [this] { return is_over; })) {
      lock.unlock();
      for (const auto& task : tasks)
        task();
      lock.lock();
    }
  }

  std::vector<std::function<void()>> tasks;
  std::mutex mutex;
  std::condition_variable changed;
  bool is_over = false;
  std::thread thread;
};

refresher::refresher(std::vector<std::function<void()>> tasks, std::chrono::milliseconds every)
    : impl_(std::make_unique<implementation>()) {
  impl_->tasks = std::move(tasks);
  // Signals are for the program's own threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  impl_->thread = std::thread{[raw = impl_.get(), every] {
    pthread_setname_np(pthread_self(), "troupe-access");
    raw->run(every);
  }};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

refresher::~refresher() {
  {
    const std::lock_guard guard{impl_->mutex};
    impl_->is_over = true;
  }
  impl_->changed.notify_one();
  impl_->thread.join();
}

} // namespace troupe::access
