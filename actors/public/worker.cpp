// SPDX-License-Identifier: Apache-2.0
#include "actors/public/threaded_home.hpp"
#include "actors/public/worker_impl.hpp"
#include "runtime/base/log/log.hpp"

#include <troupe/worker.hpp>

#include <semaphore.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace troupe {

namespace {

/// What handlers have from their cancellation on, at the end of the grace, until the process ends.
constexpr std::chrono::seconds last_words{2};

/// What keeps a worker from stopping, for a line of the log.
std::vector<log::field> code_under_way(const worker_snapshot& of) {
  std::string requests;
  for (const auto& each : of.requests)
    requests.append(requests.empty() ? "" : ", ")
        .append(each.service)
        .append("/")
        .append(each.operation);
  std::string activities;
  for (const auto& each : of.activities) {
    activities.append(activities.empty() ? "" : ", ")
        .append(each.activity_type)
        .append(" ")
        .append(each.activity_id);
    if (!each.workflow_id.empty())
      activities.append(" of ").append(each.workflow_id);
  }
  return {{"requests", requests}, {"activities", activities}};
}

/// Stops it, or ends the process when its grace is over: a plain function cannot be set aside as a
/// coroutine can, so threads wait for it that nothing else ends.
void stop_or_leave(worker& what, std::chrono::nanoseconds grace) {
  constexpr std::chrono::nanoseconds longest = std::chrono::hours{24 * 365}; // so no sum overflows
  std::promise<void> stopped;
  auto has_stopped = stopped.get_future();
  std::jthread stopping{[&] {
    what.stop();
    stopped.set_value();
  }};
  if (has_stopped.wait_for(std::min(grace, longest) + last_words) == std::future_status::ready)
    return;
  log::write_fields(
      log::level::error,
      "user code does not come back, leaving without it",
      code_under_way(what.snapshot()));
  log::flush();
  _exit(1);
}

// What `run_until_signal` waits for. The semaphore is all that a signal handler may touch (POSIX
// names sem_post among the few safe functions); it lives as long as the process, so a handler that
// is late finds it too. Who wakes it first writes the reason, and the waiter looks at the reasons:
// a wake-up that is left over from an earlier run does no harm.
sem_t wake_up;
[[maybe_unused]] const int made = sem_init(&wake_up, 0, 0);
std::atomic<int> signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

extern "C" void on_signal(int number) {
  if (signals_seen.fetch_add(1) > 0)
    _exit(128 + number);
  const auto saved = errno;
  sem_post(&wake_up);
  errno = saved;
}

/// SIGINT and SIGTERM are ours while it lives.
class signal_scope {
public:
  signal_scope() {
    signals_seen = 0;
    struct sigaction ours{};
    ours.sa_handler = on_signal;
    sigemptyset(&ours.sa_mask);
    sigaction(SIGINT, &ours, &old_int_);
    sigaction(SIGTERM, &ours, &old_term_);
  }
  ~signal_scope() {
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
  }
  signal_scope(const signal_scope&) = delete;
  signal_scope& operator=(const signal_scope&) = delete;

  /// Waits for a signal (true) or until `has_stopped` (false), which somebody says with `wake`.
  template <class Condition>
  static bool wait(const Condition& has_stopped) {
    while (signals_seen == 0) {
      if (has_stopped())
        return false;
      sem_wait(&wake_up); // interrupted or left over: looks again
    }
    return true;
  }
  static void wake() { sem_post(&wake_up); }

private:
  struct sigaction old_int_{};
  struct sigaction old_term_{};
};

} // namespace

std::uint64_t worker_snapshot::tasks::running() const {
  auto left = accepted;
  for (const auto& [name, count] : outcomes)
    left -= count;
  return left;
}

worker::worker(client client, worker_options options)
    : impl_(std::make_unique<detail::worker_impl>(
          std::make_unique<detail::threaded_home>(nullptr),
          std::move(client),
          std::move(options))) {}
worker::worker(std::unique_ptr<detail::worker_impl> impl) noexcept : impl_(std::move(impl)) {}
worker::~worker() = default;
worker::worker(worker&&) noexcept = default;
worker& worker::operator=(worker&&) noexcept = default;

worker& worker::add(nexus::service_handler service) {
  impl_->add(std::move(service));
  return *this;
}

worker& worker::add(std::shared_ptr<const workflow::definition> definition) {
  impl_->add(std::move(definition));
  return *this;
}

worker& worker::add(activity::implementation implementation) {
  impl_->add(std::move(implementation));
  return *this;
}

void worker::start() {
  impl_->start();
}

void worker::stop() {
  impl_->stop();
  impl_->wait_stopped();
}

int worker::run_until_signal() {
  signal_scope signals;
  try {
    impl_->begin();
  } catch (const worker_error& error) {
    log::error(error.what());
    return 1;
  }
  // Not told while it is still connecting, so that a signal ends that too.
  impl_->when_stopped([] { signal_scope::wake(); });
  if (signals.wait([this] { return state() == worker_state::stopped; })) {
    log::info("stopping: running tasks are finished; signal again to leave at once");
    stop_or_leave(*this, impl_->grace());
  }
  stop();
  return impl_->error().empty() ? 0 : 1; // why it stopped by itself, the worker has logged
}

worker_state worker::state() const {
  return impl_->state();
}

std::string worker::metrics_text() const {
  return impl_->metrics_text();
}

std::string worker::metrics_address() const {
  return impl_->metrics_address();
}

worker_snapshot worker::snapshot(const snapshot_options& what) const {
  return impl_->snapshot(what);
}

} // namespace troupe
