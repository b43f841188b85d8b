// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/otlp/options.hpp"

#include <troupe/tracing.hpp>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::otlp {

/// Pushes spans in batches on a thread of its own: when a batch is full, once an interval, and at
/// its end. What `record` waits for is the lock that guards a vector.
class span_pusher final : public tracer {
public:
  /// `resolve`d options; the ratio is that of `sampling_ratio`. Throws `options_error`.
  span_pusher(otlp_options options, const trace_options& traces, double ratio);
  ~span_pusher() override;

  void record(trace_span&& ended) noexcept override;
  [[nodiscard]] bool samples(const trace_id& trace) noexcept override;

private:
  void run();
  [[nodiscard]] bool is_stopping();
  /// Returns how many were lost.
  std::uint64_t push(const std::vector<trace_span>& batch);

  otlp_options options_;
  trace_options traces_;
  http_url to_;
  std::uint64_t sampled_below_ = 0;
  bool is_all_ = false;
  bool is_losing_ = false; ///< of its thread

  std::mutex mutex_; ///< guards what follows, but for the thread
  std::condition_variable changed_;
  std::vector<trace_span> queued_;
  std::uint64_t dropped_ = 0;
  bool is_stopping_ = false;
  std::thread thread_;
};

} // namespace troupe::otlp
