// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/watchdog.hpp"

#include "runtime/base/log/log.hpp"

#include <pthread.h>

#include <algorithm>

namespace troupe::actors {

watchdog::watchdog(
    std::vector<shard*> shards,
    std::chrono::nanoseconds patience,
    std::chrono::nanoseconds shortest)
    : patience_(patience),
      interval_(
          shortest.count() > 0
              ? std::max<std::chrono::nanoseconds>(shortest / looks, shortest_interval)
              : std::chrono::seconds{1}) {
  for (auto* each : shards)
    shards_.push_back({each});
}

watchdog::~watchdog() {
  stop();
}

void watchdog::start() {
  thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), "troupe-watch");
    std::unique_lock guard{mutex_};
    while (!changed_.wait_for(guard, interval_, [this] { return is_stopping_; })) {
      guard.unlock();
      look(std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
               .count());
      guard.lock();
    }
  }};
}

void watchdog::stop() {
  {
    std::lock_guard guard{mutex_};
    is_stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

void watchdog::look(std::int64_t now) {
  for (auto& each : shards_) {
    look_at_foreign(each);
    look_at_turn(each, now);
  }
}

void watchdog::look_at_foreign(watched& at) const {
  const auto seen = at.what->look_at_foreign();
  at.unchanged = seen.excursion != 0 && seen == at.last ? at.unchanged + 1 : 0;
  at.last = seen;
  const auto patience = seen.patience < 0 ? patience_ : std::chrono::nanoseconds{seen.patience};
  if (patience.count() <= 0)
    return;
  const auto needed = (patience + interval_ - std::chrono::nanoseconds{1}) / interval_;
  if (at.unchanged >= std::max<std::int64_t>(needed, 1) && at.what->leave_behind(seen))
    at.unchanged = 0;
}

void watchdog::look_at_turn(watched& at, std::int64_t now) {
  const auto since = at.what->busy_since();
  if (since == 0 || since == at.reported || now - since < stall_nanoseconds)
    return;
  at.reported = since;
  stalls_.fetch_add(1, std::memory_order_relaxed);
  const auto actor = at.what->running_actor();
  log::warn(
      "code on a shard blocks or spins; nothing else runs there. Blocking work belongs into plain "
      "function handlers",
      {{"shard", &at - shards_.data()},
       {"milliseconds", (now - since) / 1'000'000},
       {"actor", actor == 0 ? std::string{"none"} : std::to_string(actor)},
       {"threads_away", at.what->threads_away()}});
}

} // namespace troupe::actors
