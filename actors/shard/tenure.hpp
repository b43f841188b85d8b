// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/pulse.hpp"

#include <atomic>
#include <cstdint>

namespace troupe::actors {

/// One thread's time as the thread of a shard: who of two threads may touch the shard while user's
/// code runs that may never come back.
///
/// | state       | who           | does                    | then                          |
/// |-------------|---------------|-------------------------|-------------------------------|
/// | at home     | its thread    | `leave`                 | abroad                        |
/// | abroad (n)  | its thread    | `come_back` -> true     | at home, the next is n + 1    |
/// | abroad (n)  | another one   | `claim(n)` -> true      | claimed                       |
/// | claimed     | its thread    | `come_back`             | waits                         |
/// | claimed     | who claimed   | `unclaim`               | abroad (n)                    |
/// | claimed     | its successor | `hand_over`             | over                          |
/// | over        | its thread    | `come_back` -> false    | must touch nothing of the shard |
///
/// What its thread wrote before `leave` is seen by who has claimed; what the successor wrote before
/// `hand_over` is seen by who gets false from `come_back`.
class tenure {
public:
  /// Its thread goes abroad.
  void leave() noexcept {
    // Releases to the acquire in `claim`.
    state_.store(state_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  /// Its thread is back; false if the shard goes on without it.
  [[nodiscard]] bool come_back() noexcept {
    auto here = number_;
    if (state_.compare_exchange_strong(
            here, number_ + 1, std::memory_order_acq_rel, std::memory_order_acquire)) [[likely]] {
      number_ += 2;
      return true;
    }
    return wait_for_verdict();
  }

  /// The number of the excursion that is under way, 0 if none is or if it was claimed.
  [[nodiscard]] std::uint64_t excursion() const noexcept {
    const auto now = state_.load(std::memory_order_relaxed);
    return now % 2 == 1 && now < claimed ? now : 0;
  }
  [[nodiscard]] bool is_abroad() const noexcept {
    return state_.load(std::memory_order_relaxed) % 2 == 1;
  }

  /// Takes the shard from its thread if that is still on this excursion.
  [[nodiscard]] bool claim(std::uint64_t excursion) noexcept {
    return excursion != 0
           && state_.compare_exchange_strong(
               excursion, claimed, std::memory_order_acq_rel, std::memory_order_relaxed);
  }
  void unclaim(std::uint64_t excursion) noexcept { end_claim(excursion); }
  void hand_over() noexcept { end_claim(over); }

  /// What its thread says of the code that it runs.
  pulse said;
  /// How long that may go without a beat, in nanoseconds; negative: as long as any.
  std::atomic<std::int64_t> patience{-1};

private:
  // Odd, like every number of an excursion.
  static constexpr std::uint64_t claimed = ~std::uint64_t{0} - 2;
  static constexpr std::uint64_t over = ~std::uint64_t{0};

  void end_claim(std::uint64_t next) noexcept {
    state_.store(next, std::memory_order_release);
    state_.notify_all();
  }

  bool wait_for_verdict() noexcept {
    for (;;) {
      state_.wait(claimed, std::memory_order_acquire);
      if (state_.load(std::memory_order_acquire) == over)
        return false;
      auto here = number_;
      if (state_.compare_exchange_strong(
              here, number_ + 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
        number_ += 2;
        return true;
      }
    }
  }

  std::uint64_t number_ = 1; ///< of the next or present excursion; its own thread's
  std::atomic<std::uint64_t> state_{0};
};

} // namespace troupe::actors
