// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/exporter.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/quiet_thread.hpp"
#include "runtime/otlp/metrics_json.hpp"

#include <utility>

namespace troupe::otlp {

namespace {

constexpr std::string_view metrics_path = "/v1/metrics";

} // namespace

exporter::exporter(std::shared_ptr<const telemetry::registry> from, otlp_options options)
    : from_(std::move(from)), options_(std::move(options)) {
  to_ = collector_url(options_, metrics_path);
  if (options_.interval <= std::chrono::milliseconds{0})
    throw options_error("the interval of OTLP must be more than zero");
  thread_ = quiet_thread("troupe-otlp", [this] { run(); });
}

exporter::~exporter() {
  {
    const std::lock_guard guard{mutex_};
    is_stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void exporter::run() {
  std::unique_lock guard{mutex_};
  for (;;) {
    const bool is_last =
        changed_.wait_for(guard, options_.interval, [this] { return is_stopping_; });
    guard.unlock();
    push();
    guard.lock();
    if (is_last)
      return;
  }
}

void exporter::push() {
  std::string problem;
  try {
    problem = post_json(
        to_,
        options_.headers,
        to_json(from_->read(), {options_.resource, since_, std::chrono::system_clock::now()}),
        options_.timeout);
  } catch (const std::exception& failed) {
    problem = failed.what();
  }
  if (problem.empty() == !is_failing_)
    return;
  is_failing_ = !problem.empty();
  if (is_failing_)
    log::warn(
        "metrics could not be pushed, trying again",
        {{"endpoint", options_.endpoint}, {"error", problem}});
  else
    log::info("metrics are pushed again", {{"endpoint", options_.endpoint}});
}

} // namespace troupe::otlp
