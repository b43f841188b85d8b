// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/tracing.hpp>

#include <condition_variable>
#include <mutex>
#include <vector>

namespace troupe::test {

/// Keeps the spans that it is given.
class recorded_spans final : public tracer {
public:
  explicit recorded_spans(bool samples = true) : samples_(samples) {}

  void record(trace_span&& ended) noexcept override {
    const std::lock_guard guard{mutex_};
    all_.push_back(std::move(ended));
    changed_.notify_all();
  }
  [[nodiscard]] bool samples(const trace_id&) noexcept override { return samples_; }

  [[nodiscard]] std::vector<trace_span> all() const {
    const std::lock_guard guard{mutex_};
    return all_;
  }
  /// Waits until there are so many.
  std::vector<trace_span> wait_for(std::size_t count) {
    std::unique_lock guard{mutex_};
    changed_.wait(guard, [&] { return all_.size() >= count; });
    return all_;
  }

private:
  const bool samples_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<trace_span> all_;
};

} // namespace troupe::test
