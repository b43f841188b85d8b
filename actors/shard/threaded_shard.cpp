// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/threaded_shard.hpp"

#include "runtime/base/current_executor.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/rpc/completion_tag.hpp"
#include "runtime/rpc/polled_queue.hpp"

#include <caf/actor_system.hpp>

#include <grpc/support/time.h>
#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>
#include <pthread.h>

#include <ratio>
#include <system_error>
#include <thread>

namespace troupe::actors {

namespace {

/// After so many rounds of the run queue timers and completions have their turn, however much work
/// is left: actors that keep each other busy must not keep the shard from its timeouts and polls.
constexpr std::size_t rounds_per_turn = 16;
/// Deferred work runs after so many completions even if there are always more.
constexpr std::size_t completions_per_deferral = 64;

std::int64_t steady_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// gRPC's monotonic clock is the steady one.
gpr_timespec at_ticks(std::int64_t nanoseconds) {
  return {
      .tv_sec = nanoseconds / std::nano::den,
      .tv_nsec = static_cast<std::int32_t>(nanoseconds % std::nano::den),
      .clock_type = GPR_CLOCK_MONOTONIC};
}

struct wake_tag final : rpc::completion_tag {
  explicit wake_tag(unique_function<void()> on_wake) : woken(std::move(on_wake)) {}
  void complete(bool) override { woken(); }
  unique_function<void()> woken;
};

} // namespace

struct threaded_shard::impl {
  impl(
      std::unique_ptr<grpc::CompletionQueue> with,
      unique_function<void()> on_wake,
      std::string called)
      : queue(std::move(with)), woken(std::move(on_wake)), name(std::move(called)) {}

  std::unique_ptr<grpc::CompletionQueue> queue;
  rpc::polled_queue polled{queue.get()};
  grpc::Alarm alarm;
  wake_tag woken;
  const std::string name;
  std::atomic<bool> stopping{false};
  std::atomic<std::thread::id> thread_id;
  std::once_flag stopped;
  std::atomic<bool> ended{false}; ///< the loop
  /// Threads that were left behind and have not ended; they outlive the shard.
  std::shared_ptr<std::atomic<std::size_t>> away = std::make_shared<std::atomic<std::size_t>>(0);
  std::mutex thread_mutex; ///< guards `thread`
  std::thread thread;
};

threaded_shard::threaded_shard(caf::actor_system& system, std::string name)
    : threaded_shard(system, std::move(name), std::make_unique<grpc::CompletionQueue>()) {}

threaded_shard::threaded_shard(
    caf::actor_system& system, std::string name, std::unique_ptr<grpc::CompletionQueue> queue)
    : shard(system),
      impl_(std::make_unique<impl>(std::move(queue), [this] { woken(); }, name.substr(0, 15))) {
  begin_thread();
}

/// The thread is this shard's when it returns. The caller holds the lock, or is the constructor.
void threaded_shard::begin_thread() {
  auto ready = std::make_shared<std::atomic<bool>>(false);
  impl_->thread = std::thread{[this, ready, away = impl_->away] {
    try {
      pthread_setname_np(pthread_self(), impl_->name.c_str());
      impl_->thread_id = std::this_thread::get_id();
      const auto held = take_over();
      ready->store(true, std::memory_order_release);
      ready->notify_one();
      loop();
      impl_->ended.store(true, std::memory_order_release);
      impl_->ended.notify_all();
    } catch (const thread_left_behind&) {
      // The shard may be gone by now.
      set_pulse(nullptr);
      away->fetch_sub(1, std::memory_order_release);
    }
  }};
  ready->wait(false, std::memory_order_acquire);
}

bool threaded_shard::leave_behind(const foreign_look& seen) {
  const std::lock_guard guard{impl_->thread_mutex};
  if (threads_away() >= most_away)
    return false;
  const auto former = present();
  if (!former->claim(seen.excursion))
    return false;
  impl_->away->fetch_add(1, std::memory_order_relaxed);
  auto lost = std::move(impl_->thread);
  try {
    begin_thread();
  } catch (const std::system_error& error) {
    impl_->thread = std::move(lost);
    impl_->away->fetch_sub(1, std::memory_order_release);
    former->unclaim(seen.excursion);
    log::error("a shard cannot go on on a new thread", {{"error", error.what()}});
    return false;
  }
  pthread_setname_np(lost.native_handle(), "troupe-away");
  lost.detach();
  return true;
}

std::size_t threaded_shard::threads_away() const {
  return impl_->away->load(std::memory_order_acquire);
}

threaded_shard::~threaded_shard() {
  stop();
}

grpc::CompletionQueue* threaded_shard::completion_queue() noexcept {
  return impl_->queue.get();
}

time_point threaded_shard::now() const {
  return std::chrono::system_clock::now();
}

rpc::polled_queue& threaded_shard::polled() noexcept {
  return impl_->polled;
}

bool threaded_shard::runs_here() const {
  return std::this_thread::get_id() == impl_->thread_id;
}

timer_heap::instant threaded_shard::ticks() const {
  return steady_nanoseconds();
}

void threaded_shard::wake() {
  // One alarm serves all wake-ups: an alarm may be set again only after its tag was taken off the
  // queue, and the base calls this only once until `woken`, which that tag calls. The deadline lies
  // in the past, not now: gRPC rounds up to whole milliseconds and would wait for the next one.
  impl_->alarm.Set(
      impl_->queue.get(),
      gpr_inf_past(GPR_CLOCK_MONOTONIC),
      static_cast<rpc::completion_tag*>(&impl_->woken));
}

void threaded_shard::stop() {
  std::call_once(impl_->stopped, [this] {
    post([this] { impl_->stopping = true; });
    // Who ends the loop is the shard's last thread.
    impl_->ended.wait(false, std::memory_order_acquire);
    const std::lock_guard guard{impl_->thread_mutex};
    impl_->thread.join();
  });
}

void threaded_shard::loop() {
  const executor_scope here{*this};
  const auto bump = [](std::atomic<std::uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  };
  std::size_t completions_since_deferral = 0;
  // Read once a turn, which begins with a completion: of a small call each reading was a hundredth.
  // A timer that falls due meanwhile is late by that completion at most.
  auto begun = ticks();
  for (;;) {
    bump(counters_.turns);
    busy_since_.store(begun, std::memory_order_relaxed);
    run_due_timers(begun);
    drain(rounds_per_turn);
    if (impl_->stopping) {
      if (pinned_actors() == 0) {
        drain(rounds_per_turn); // what was posted before: but not for ever
        break;
      }
      ask_actors_to_leave(); // again for those that were launched meanwhile
      begun = ticks();
      continue;
    }
    auto deadline = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    if (has_more() || has_deferred()) {
      deadline = gpr_inf_past(GPR_CLOCK_MONOTONIC);
    } else if (auto due = next_timer()) {
      deadline = at_ticks(*due);
    }
    if (!has_more() && !has_deferred())
      busy_since_.store(0, std::memory_order_relaxed);
    void* tag = nullptr;
    bool ok = false;
    const auto next = impl_->queue->AsyncNext(&tag, &ok, deadline);
    begun = ticks();
    if (next == grpc::CompletionQueue::GOT_EVENT) {
      busy_since_.store(begun, std::memory_order_relaxed);
      bump(counters_.completions);
      static_cast<rpc::completion_tag*>(tag)->complete(ok);
      run_foreign_code();
      if (!has_deferred() || ++completions_since_deferral < completions_per_deferral)
        continue;
    } else if (has_more()) {
      continue;
    }
    completions_since_deferral = 0;
    run_deferred();
  }
  shut_queue_down();
}

void threaded_shard::shut_queue_down() {
  close();
  impl_->queue->Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (impl_->queue->Next(&tag, &ok))
    static_cast<rpc::completion_tag*>(tag)->complete(ok);
  busy_since_.store(0, std::memory_order_relaxed);
}

} // namespace troupe::actors
