// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <algorithm>
#include <chrono>

namespace troupe::actors {

/// How long to wait before trying again: exponential, capped, with jitter. Plain state, no clock.
///
/// `jitter` is a number in [-1, 1] from the caller's source of randomness.
struct backoff_policy {
  duration initial = std::chrono::milliseconds{200};
  duration maximum = std::chrono::seconds{10};
  double factor = 2.0;
  double spread = 0.2;
};

class backoff {
public:
  explicit backoff(backoff_policy policy) : policy_(policy) {}

  /// The wait after one more failure.
  duration next(double jitter) {
    auto seconds = std::chrono::duration<double>(policy_.initial).count();
    const auto cap = std::chrono::duration<double>(policy_.maximum).count();
    for (int i = 0; i < failures_ && seconds < cap; ++i)
      seconds *= policy_.factor;
    ++failures_;
    seconds = std::min(seconds, cap) * (1 + policy_.spread * std::clamp(jitter, -1.0, 1.0));
    return std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
  }

  void reset() noexcept { failures_ = 0; }
  [[nodiscard]] int failures() const noexcept { return failures_; }

private:
  backoff_policy policy_;
  int failures_ = 0;
};

} // namespace troupe::actors
