// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/support/measure.hpp"
#include "bench/support/task_bytes.hpp"

#include <cstdint>
#include <vector>

namespace troupe::bench {

/// What became of every task that the frontend gave away: each has to be answered exactly once.
class ledger {
public:
  /// Latencies that began before this moment are not counted (warm-up).
  void count_from(std::int64_t moment) { count_from_ = moment; }

  task_token give(std::int64_t due, std::uint32_t run = 0) {
    answered_flags_.push_back(false);
    return {answered_flags_.size(), due, now_nanoseconds(), run};
  }

  /// False if no such task was given, or if it was answered before.
  bool answer(const task_token& token) {
    if (token.number == 0 || token.number > answered_flags_.size()
        || answered_flags_[token.number - 1]) {
      ++failures_;
      return false;
    }
    answered_flags_[token.number - 1] = true;
    ++answered_;
    const auto now = now_nanoseconds();
    if (token.due >= count_from_)
      since_due_.add(now - token.due);
    if (token.given >= count_from_)
      since_given_.add(now - token.given);
    return true;
  }
  void fail() { ++failures_; }

  [[nodiscard]] std::uint64_t given() const { return answered_flags_.size(); }
  [[nodiscard]] std::uint64_t answered() const { return answered_; }
  /// Answers that were refused, unknown or doubled.
  [[nodiscard]] std::uint64_t failures() const { return failures_; }
  /// From the moment a task was due, whether or not anybody was there to take it.
  latencies& since_due() { return since_due_; }
  /// From the moment a poll took it.
  latencies& since_given() { return since_given_; }

private:
  std::vector<bool> answered_flags_;
  std::uint64_t answered_ = 0;
  std::uint64_t failures_ = 0;
  std::int64_t count_from_ = 0;
  latencies since_due_;
  latencies since_given_;
};

} // namespace troupe::bench
