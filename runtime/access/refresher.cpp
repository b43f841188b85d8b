// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/refresher.hpp"

#include "runtime/base/quiet_thread.hpp"

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
  impl_->thread = quiet_thread("troupe-access", [raw = impl_.get(), every] { raw->run(every); });
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
