// SPDX-License-Identifier: Apache-2.0
#include "actors/shard/watchdog.hpp"

#include "runtime/base/log/log.hpp"

#include <pthread.h>

#include <chrono>
#include <string>

namespace troupe::actors {

namespace {

constexpr std::chrono::seconds interval{1};

} // namespace

watchdog::watchdog(std::vector<const shard*> shards) {
  for (const auto* each : shards)
    shards_.push_back({each});
}

watchdog::~watchdog() {
  stop();
}

void watchdog::start() {
  thread_ = std::thread{[this] {
    pthread_setname_np(pthread_self(), "troupe-watch");
    std::unique_lock guard{mutex_};
    while (!changed_.wait_for(guard, interval, [this] { return is_stopping_; }))
      look(std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
               .count());
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
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    auto& each = shards_[i];
    const auto since = each.what->busy_since();
    if (since == 0 || since == each.reported || now - since < patience_nanoseconds)
      continue;
    each.reported = since;
    stalls_.fetch_add(1, std::memory_order_relaxed);
    const auto actor = each.what->running_actor();
    log::warn(
        "code on a shard blocks or spins; nothing else runs there. Blocking work belongs into "
        "plain "
        "function handlers",
        {{"shard", std::to_string(i)},
         {"milliseconds", std::to_string((now - since) / 1'000'000)},
         {"actor", actor == 0 ? std::string{"none"} : std::to_string(actor)}});
  }
}

} // namespace troupe::actors
