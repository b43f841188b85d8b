// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace troupe::embedded {

/// How many tasks came, or went, in each of the last seconds. Pure; of one thread.
class task_rate {
public:
  void count(time_point now) {
    advance(now);
    ++slots_[at_];
    if (!began_)
      began_ = now;
  }

  /// Of the last half minute, or of as long as there are tasks.
  [[nodiscard]] float per_second(time_point now) {
    if (!began_)
      return 0;
    advance(now);
    std::int64_t all = 0;
    for (const auto each : slots_)
      all += each;
    constexpr auto window = slot * (slot_count - 1);
    const auto seconds =
        std::chrono::duration<double>{std::clamp<duration>(now - *began_, shortest, window)};
    return static_cast<float>(static_cast<double>(all) / seconds.count());
  }

private:
  static constexpr duration slot = std::chrono::seconds{5};
  static constexpr duration shortest = std::chrono::seconds{1};
  static constexpr std::int64_t slot_count = 7;

  void advance(time_point now) {
    const auto number = now.time_since_epoch() / slot;
    const auto passed = std::clamp<std::int64_t>(number - number_, 0, slot_count);
    for (std::int64_t i = 0; i < passed; ++i) {
      at_ = (at_ + 1) % slots_.size();
      slots_[at_] = 0;
    }
    number_ = std::max<std::int64_t>(number_, number);
  }

  std::array<std::uint32_t, slot_count> slots_{};
  std::size_t at_ = 0;
  std::int64_t number_ = 0; ///< of the slot that is counted in
  std::optional<time_point> began_;
};

} // namespace troupe::embedded
