// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/client_loop.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/rpc/completion_tag.hpp"
#include "runtime/rpc/polled_queue.hpp"

#include <troupe/error.hpp>

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace troupe::rpc {

struct client_loop::state {
  using steady = std::chrono::steady_clock;

  /// The alarm's tag: it only makes the loop come round.
  struct wake_tag final : completion_tag {
    void complete(bool) override {}
  };

  void post(unique_function<void()> work) {
    std::lock_guard lock{mutex};
    if (is_closed)
      return;
    posted.push_back(std::move(work));
    wake();
  }

  /// Under the lock. One alarm at a time: a second `Set` on a pending one is not allowed. The
  /// deadline lies in the past, since gRPC rounds "now" up to the next whole millisecond.
  void wake() {
    if (!is_in_queue) {
      changed.notify_one();
      return;
    }
    if (is_wake_sent)
      return;
    is_wake_sent = true;
    alarm.Set(&queue, gpr_inf_past(GPR_CLOCK_MONOTONIC), static_cast<completion_tag*>(&on_wake));
  }

  void stop() {
    std::lock_guard lock{mutex};
    is_stopping = true;
    wake();
  }

  static void guarded(unique_function<void()>& work) {
    try {
      work();
    } catch (...) {
      log::error("work of a client threw", {{"error", describe(std::current_exception())}});
    }
  }

  /// Runs what was posted; false once the loop is to end.
  bool run_posted() {
    for (;;) {
      std::deque<unique_function<void()>> batch;
      {
        std::lock_guard lock{mutex};
        if (posted.empty()) {
          if (is_stopping)
            is_closed = true;
          return !is_stopping;
        }
        batch.swap(posted);
      }
      for (auto& work : batch)
        guarded(work);
    }
  }

  void run_timers() {
    while (!timers.empty() && timers.begin()->first.first <= steady::now()) {
      auto due = timers.extract(timers.begin());
      due_of.erase(due.key().second);
      guarded(due.mapped());
    }
  }

  void serve(void* tag, bool ok) {
    if (tag == static_cast<completion_tag*>(&on_wake)) {
      std::lock_guard lock{mutex};
      is_wake_sent = false;
      return;
    }
    static_cast<completion_tag*>(tag)->complete(ok);
  }

  /// Waits outside gRPC (see polled_queue) until there is something to do.
  void wait_outside() {
    std::unique_lock lock{mutex};
    const auto has_work = [this] { return !posted.empty() || is_stopping; };
    if (timers.empty())
      changed.wait(lock, has_work);
    else
      changed.wait_until(lock, timers.begin()->first.first, has_work);
  }

  /// False if something was posted since it was last looked for.
  bool enter_queue() {
    std::lock_guard lock{mutex};
    is_in_queue = posted.empty() && !is_stopping;
    return is_in_queue;
  }

  void leave_queue() {
    std::lock_guard lock{mutex};
    is_in_queue = false;
  }

  void run() {
    void* tag = nullptr;
    bool ok = false;
    while (run_posted()) {
      run_timers();
      if (polled.in_flight == 0) {
        wait_outside();
        continue;
      }
      if (!enter_queue())
        continue;
      // A timer may have been set by work above, so its due time is asked now.
      const auto until =
          timers.empty() ? std::chrono::system_clock::time_point::max()
                         : std::chrono::system_clock::now()
                               + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                   timers.begin()->first.first - steady::now());
      const auto got = timers.empty() ? (queue.Next(&tag, &ok) ? grpc::CompletionQueue::GOT_EVENT
                                                               : grpc::CompletionQueue::SHUTDOWN)
                                      : queue.AsyncNext(&tag, &ok, until);
      if (got == grpc::CompletionQueue::GOT_EVENT)
        serve(tag, ok);
      leave_queue();
    }
    queue.Shutdown();
    while (queue.Next(&tag, &ok))
      serve(tag, ok);
    // What dies may cancel timers of its own: they are found gone.
    const auto dying = std::exchange(timers, {});
  }

  grpc::CompletionQueue queue;
  polled_queue polled{&queue};
  grpc::Alarm alarm;
  wake_tag on_wake;

  // Own thread only.
  std::map<std::pair<steady::time_point, timer_id>, unique_function<void()>> timers;
  std::unordered_map<timer_id, steady::time_point> due_of;
  timer_id last_timer = 0;

  std::mutex mutex;                ///< guards what follows
  std::condition_variable changed; ///< for waits outside the queue
  std::deque<unique_function<void()>> posted;
  bool is_in_queue = false; ///< or about to wait there
  bool is_wake_sent = false;
  bool is_stopping = false;
  bool is_closed = false;

  std::thread thread;
  std::atomic<std::thread::id> thread_id;
};

client_loop::client_loop() : state_(std::make_shared<state>()) {
  state_->thread = std::thread{[shared = state_] {
    shared->thread_id = std::this_thread::get_id();
    shared->run();
  }};
}

client_loop::~client_loop() {
  const bool on_own_thread = runs_here();
  state_->stop();
  if (on_own_thread)
    state_->thread.detach();
  else
    state_->thread.join();
}

polled_queue& client_loop::queue() noexcept {
  return state_->polled;
}

void client_loop::post(unique_function<void()> work) {
  state_->post(std::move(work));
}

executor::timer_id client_loop::schedule(duration after, unique_function<void()> work) {
  const auto id = ++state_->last_timer;
  const auto due = state::steady::now() + after;
  state_->due_of.emplace(id, due);
  state_->timers.emplace(std::pair{due, id}, std::move(work));
  return id;
}

void client_loop::cancel(timer_id timer) {
  const auto found = state_->due_of.find(timer);
  if (found == state_->due_of.end())
    return;
  state_->timers.erase({found->second, timer});
  state_->due_of.erase(found);
}

time_point client_loop::now() const {
  return std::chrono::system_clock::now();
}

bool client_loop::runs_here() const {
  return state_->thread_id.load() == std::this_thread::get_id();
}

} // namespace troupe::rpc
