// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

namespace troupe::embedded {

/// How many tasks a second a queue hands out at most: a bucket of one second's worth, at least one,
/// that is full at first. Pure; of one thread.
class task_limit {
public:
  /// From now on; nothing: no limit. What is not above zero lets no task through. True if that is
  /// another limit than it was.
  bool set(std::optional<double> per_second, time_point now) {
    if (per_second && *per_second > largest_rate)
      per_second = largest_rate;
    if (per_second == per_second_)
      return false;
    per_second_ = per_second;
    tokens_ = std::min(tokens_.value_or(largest()), largest());
    counted_ = now;
    return true;
  }

  [[nodiscard]] bool is_on() const noexcept { return per_second_.has_value(); }
  [[nodiscard]] std::optional<double> per_second() const noexcept { return per_second_; }

  /// Takes one task's worth; false if none is left.
  bool take(time_point now) {
    if (!is_on())
      return true;
    fill(now);
    if (*tokens_ < 1)
      return false;
    *tokens_ -= 1;
    return true;
  }

  /// How long until the next task may go; nothing if none ever may.
  [[nodiscard]] std::optional<duration> until_next(time_point now) {
    if (!is_on())
      return duration::zero();
    if (!lets_through())
      return std::nullopt;
    fill(now);
    const double seconds = std::max(1 - *tokens_, 0.0) / *per_second_;
    // Rounded up, so that there is one then; a rate close to nothing waits for another poll.
    constexpr double longest = 24.0 * 3600;
    return std::chrono::duration_cast<duration>(
               std::chrono::duration<double>{std::min(seconds, longest)})
           + std::chrono::microseconds{1};
  }

private:
  static constexpr double largest_rate = 1e6; ///< as good as none

  [[nodiscard]] bool lets_through() const { return *per_second_ > 0; }
  [[nodiscard]] double largest() const {
    return !is_on() || !lets_through() ? 0 : std::max(std::ceil(*per_second_), 1.0);
  }
  void fill(time_point now) {
    const double seconds = std::chrono::duration<double>{now - counted_}.count();
    if (lets_through())
      tokens_ = std::min(*tokens_ + seconds * *per_second_, largest());
    counted_ = now;
  }

  std::optional<double> per_second_;
  std::optional<double> tokens_; ///< nothing before there ever was a limit
  time_point counted_{};
};

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
