// SPDX-License-Identifier: Apache-2.0
#include "actors/public/threaded_home.hpp"
#include "actors/public/until_signal.hpp"
#include "actors/public/worker_host_core.hpp"
#include "runtime/base/log/log.hpp"

#include <troupe/worker_host.hpp>

#include <utility>

namespace troupe {

hosted_worker::hosted_worker(
    std::unique_ptr<detail::worker_impl> impl, std::shared_ptr<detail::hosted_member> member)
    : worker(std::move(impl)), member_(std::move(member)) {}

hosted_worker::~hosted_worker() {
  if (member_)
    member_->release();
}

hosted_worker::hosted_worker(hosted_worker&&) noexcept = default;

hosted_worker& hosted_worker::operator=(hosted_worker&& other) noexcept {
  if (member_)
    member_->release(); // before what it was is stopped
  member_ = std::move(other.member_);
  worker::operator=(std::move(other));
  return *this;
}

void hosted_worker::reweight(const worker_share& share) {
  member_->reweight(share);
}

worker_host::worker_host(worker_host_options options)
    : worker_host(std::make_unique<detail::threaded_home>(nullptr), std::move(options)) {}

worker_host::worker_host(std::unique_ptr<detail::worker_home> home, worker_host_options options)
    : core_(std::make_shared<detail::worker_host_core>(std::move(home), std::move(options))) {}

worker_host::~worker_host() = default;

hosted_worker
worker_host::add(const client& of, worker_options options, const worker_share& share) {
  return core_->add(of, std::move(options), share);
}

void worker_host::resize(const task_numbers& slots) {
  core_->resize(slots);
}

worker_host_snapshot worker_host::snapshot() const {
  return core_->snapshot();
}

std::size_t worker_host::workers() const {
  return core_->workers();
}

int worker_host::run_until_signal() {
  const detail::signal_scope signals;
  detail::signal_scope::wait([] { return false; });
  log::info("stopping: running tasks are finished; signal again to leave at once");
  const bool has_failed = core_->has_failed();
  detail::stop_or_leave(
      [this] { stop(); }, core_->grace(), [this] { return core_->worker_snapshots(); });
  return has_failed ? 1 : 0;
}

void worker_host::stop() {
  core_->stop();
}

} // namespace troupe
