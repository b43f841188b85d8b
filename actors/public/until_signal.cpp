// SPDX-License-Identifier: Apache-2.0
#include "actors/public/until_signal.hpp"

#include "runtime/base/log/log.hpp"

#include <semaphore.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <future>
#include <string>
#include <thread>

namespace troupe::detail {

namespace {

/// What handlers have from their cancellation on, at the end of the grace, until the process ends.
constexpr std::chrono::seconds last_words{2};

/// What keeps workers from stopping, for a line of the log.
std::vector<log::field> code_under_way(const std::vector<worker_snapshot>& all) {
  std::string requests;
  std::string activities;
  for (const auto& of : all) {
    for (const auto& each : of.requests)
      requests.append(requests.empty() ? "" : ", ")
          .append(each.service)
          .append("/")
          .append(each.operation);
    for (const auto& each : of.activities) {
      activities.append(activities.empty() ? "" : ", ")
          .append(each.activity_type)
          .append(" ")
          .append(each.activity_id);
      if (!each.workflow_id.empty())
        activities.append(" of ").append(each.workflow_id);
    }
  }
  return {{"requests", requests}, {"activities", activities}};
}

// What `signal_scope` waits for. The semaphore is all that a signal handler may touch (POSIX names
// sem_post among the few safe functions); it lives as long as the process, so a handler that is
// late finds it too. Who wakes it first writes the reason, and the waiter looks at the reasons: a
// wake-up that is left over from an earlier run does no harm.
sem_t wake_up;
[[maybe_unused]] const int is_wake_up_made = sem_init(&wake_up, 0, 0);
std::atomic<int> signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

extern "C" void on_signal(int number) {
  if (signals_seen.fetch_add(1) > 0)
    _exit(128 + number);
  const auto saved = errno;
  sem_post(&wake_up);
  errno = saved;
}

} // namespace

signal_scope::signal_scope() {
  signals_seen = 0;
  struct sigaction ours{};
  ours.sa_handler = on_signal;
  sigemptyset(&ours.sa_mask);
  sigaction(SIGINT, &ours, &old_int_);
  sigaction(SIGTERM, &ours, &old_term_);
}

signal_scope::~signal_scope() {
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
}

bool signal_scope::wait(const std::function<bool()>& has_stopped) {
  while (signals_seen == 0) {
    if (has_stopped())
      return false;
    sem_wait(&wake_up); // interrupted or left over: looks again
  }
  return true;
}

void signal_scope::wake() {
  sem_post(&wake_up);
}

void stop_or_leave(
    const std::function<void()>& stop,
    std::chrono::nanoseconds grace,
    const std::function<std::vector<worker_snapshot>()>& look) {
  constexpr std::chrono::nanoseconds longest = std::chrono::hours{24 * 365}; // so no sum overflows
  std::promise<void> stopped;
  auto has_stopped = stopped.get_future();
  std::jthread stopping{[&] {
    stop();
    stopped.set_value();
  }};
  if (has_stopped.wait_for(std::min(grace, longest) + last_words) == std::future_status::ready)
    return;
  log::write_fields(
      log::level::error,
      "user code does not come back, leaving without it",
      code_under_way(look()));
  log::flush();
  _exit(1);
}

} // namespace troupe::detail
