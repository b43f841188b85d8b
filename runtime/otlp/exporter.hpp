// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/otlp/options.hpp"
#include "runtime/telemetry/registry.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace troupe::otlp {

/// Pushes what a registry holds, once an interval and once at its end, on a thread of its own.
///
/// A push that fails is told in the log, the first time and when pushes work again; the next one
/// has everything in it, as the numbers are sums. Destroying it pushes for the last time, which
/// takes `timeout` at most.
class exporter {
public:
  /// `resolve`d options. Throws `options_error`.
  exporter(std::shared_ptr<const telemetry::registry> from, otlp_options options);
  ~exporter();
  exporter(const exporter&) = delete;
  exporter& operator=(const exporter&) = delete;

private:
  void run();
  void push();

  std::shared_ptr<const telemetry::registry> from_;
  otlp_options options_;
  http_url to_;
  std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
  bool is_failing_ = false; ///< of its thread

  std::mutex mutex_; ///< guards `is_stopping_`
  std::condition_variable changed_;
  bool is_stopping_ = false;
  std::thread thread_;
};

} // namespace troupe::otlp
