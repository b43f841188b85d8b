// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/kitchen_sink/program.hpp"

#include <chrono>
#include <cstdint>
#include <random>

namespace kitchen_sink {

/// How a workflow comes to be.
enum class beginning {
  start,             ///< by a start
  signal_with_start, ///< by the first of its signals
  update_with_start, ///< by the first of its updates
  eager_start,       ///< by a start that asks for the first task
};
BOOST_DESCRIBE_ENUM(beginning, start, signal_with_start, update_with_start, eager_start)

/// What happens to a workflow besides what its program does: what clients do.
struct plan {
  program what = {};
  kitchen_sink::beginning beginning = kitchen_sink::beginning::start;
  std::chrono::milliseconds start_delay{0};
  std::chrono::milliseconds run_timeout{0};
  int attempts = 0;      ///< of its retry policy; 0: it has none
  int cron_runs = 0;     ///< so many by cron, one a minute, and the next one is terminated; 0: none
  bool is_reset = false; ///< goes on from an earlier point, while it runs or after its end
  bool is_changed = false; ///< gets another priority
};

/// Draws numbers: the same on every machine, unlike the standard's distributions.
inline std::int64_t below(std::mt19937_64& chance, std::int64_t limit) {
  return static_cast<std::int64_t>(chance() % static_cast<std::uint64_t>(limit));
}

/// A plan by chance: the same numbers, the same plan.
plan make_plan(std::mt19937_64& chance);

} // namespace kitchen_sink
