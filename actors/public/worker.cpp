// SPDX-License-Identifier: Apache-2.0
#include "actors/public/threaded_home.hpp"
#include "actors/public/until_signal.hpp"
#include "actors/public/worker_impl.hpp"
#include "runtime/base/log/log.hpp"

#include <troupe/worker.hpp>

#include <string>
#include <vector>

namespace troupe {

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
  detail::signal_scope signals;
  try {
    impl_->begin();
  } catch (const worker_error& error) {
    log::error(error.what());
    return 1;
  }
  // Not told while it is still connecting, so that a signal ends that too.
  impl_->when_stopped([] { detail::signal_scope::wake(); });
  if (signals.wait([this] { return state() == worker_state::stopped; })) {
    log::info("stopping: running tasks are finished; signal again to leave at once");
    detail::stop_or_leave(
        [this] { stop(); }, impl_->grace(), [this] { return std::vector{snapshot()}; });
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
