// SPDX-License-Identifier: Apache-2.0
#include "actors/public/worker_impl.hpp"
#include "runtime/base/log.hpp"

#include <troupe/worker.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace troupe {

namespace {

/// Written by the signal handler, read by `run_until_signal`: all that a handler may do is write to
/// a pipe.
int signal_pipe[2] = {-1, -1};
volatile std::sig_atomic_t signals_seen = 0;

constexpr char signal_byte = 's';
constexpr char stopped_byte = 'x';

extern "C" void on_signal(int number) {
  if (signals_seen > 0)
    _exit(128 + number);
  signals_seen = 1;
  const auto saved = errno;
  [[maybe_unused]] auto written = write(signal_pipe[1], &signal_byte, 1);
  errno = saved;
}

/// SIGINT and SIGTERM are ours while it lives.
class signal_scope {
public:
  signal_scope() {
    if (pipe2(signal_pipe, O_CLOEXEC) != 0)
      throw worker_error("no pipe for signals: the process has too many open files");
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
    close(signal_pipe[0]);
    close(signal_pipe[1]);
    signal_pipe[0] = signal_pipe[1] = -1;
  }
  signal_scope(const signal_scope&) = delete;
  signal_scope& operator=(const signal_scope&) = delete;

  /// Waits for a signal or for `wake`.
  static char wait() {
    char what = stopped_byte;
    while (read(signal_pipe[0], &what, 1) < 0 && errno == EINTR) {
    }
    return what;
  }
  static void wake() { [[maybe_unused]] auto written = write(signal_pipe[1], &stopped_byte, 1); }

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
    : impl_(std::make_unique<detail::worker_impl>(nullptr, std::move(client), std::move(options))) {
}
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

void worker::start() {
  impl_->start();
}

void worker::stop() {
  impl_->stop();
  impl_->wait_stopped();
}

int worker::run_until_signal() {
  signal_scope signals;
  impl_->on_phase([](actors::worker_phase phase) {
    if (phase == actors::worker_phase::stopped)
      signal_scope::wake();
  });
  try {
    start();
  } catch (const worker_error& error) {
    if (!impl_->is_started()) // what went wrong later, the worker has logged
      log::error(error.what());
    return 1;
  }
  if (signals.wait() == signal_byte)
    log::info("stopping: running tasks are finished; signal again to leave at once");
  stop();
  const auto why = impl_->error();
  return why.empty() ? 0 : 1;
}

worker_state worker::state() const {
  return impl_->state();
}

worker_snapshot worker::snapshot() const {
  return impl_->snapshot();
}

} // namespace troupe
