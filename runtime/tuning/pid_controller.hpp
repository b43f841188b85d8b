// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/tuner.hpp>

#include <algorithm>
#include <optional>

namespace troupe::tuning {

/// A PID controller: from a target and what was measured to how much more (above 0) or less is
/// wanted. The differential part goes by the measure, so that a new target makes no jump. Plain
/// state.
class pid_controller {
public:
  explicit pid_controller(const pid_options& options) : options_(options) {}

  /// Once for each measure.
  double next(double target, double measured) {
    const auto error = target - measured;
    sum_ = clamped(sum_ + options_.i_gain * error);
    const auto rise = measured - last_.value_or(measured);
    last_ = measured;
    return output_ = clamped(options_.p_gain * error + sum_ - options_.d_gain * rise);
  }

  /// The last one.
  [[nodiscard]] double output() const noexcept { return output_; }
  [[nodiscard]] bool wants_more() const noexcept { return output_ > options_.output_threshold; }

private:
  /// Outputs and the integral part alone.
  static constexpr double limit = 100;
  static double clamped(double value) { return std::clamp(value, -limit, limit); }

  pid_options options_;
  double sum_ = 0;
  std::optional<double> last_;
  double output_ = 0;
};

} // namespace troupe::tuning
