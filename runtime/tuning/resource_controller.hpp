// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/tuning/pid_controller.hpp"
#include "runtime/tuning/resource_reader.hpp"

#include <troupe/tuner.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace troupe {

/// Measures when it is asked and the last measure is too old, and decides once for each measure.
class resource_controller {
public:
  /// Absent: it cannot be read, and why.
  using measure = std::function<std::optional<tuning::resource_usage>(std::string& why)>;

  resource_controller(const resource_controller_options& options, measure read);

  /// True if there is room for one more task than runs now. `now` is the asker's time.
  [[nodiscard]] bool has_room(time_point now);

  struct state {
    tuning::resource_usage usage;
    double memory_output = 0;
    double cpu_output = 0;
  };
  /// As it was measured last.
  [[nodiscard]] state last() const;

  /// How old a measure may be.
  static constexpr duration period = std::chrono::milliseconds{100};

private:
  void refresh(time_point now);

  const resource_controller_options options_;
  mutable std::mutex mutex_; ///< guards what follows
  measure read_;
  tuning::pid_controller memory_;
  tuning::pid_controller cpu_;
  tuning::resource_usage usage_;
  bool has_room_ = false;
  std::optional<time_point> measured_;
  std::optional<time_point> complained_;
};

} // namespace troupe
