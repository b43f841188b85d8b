// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/kitchen_sink/driver.hpp"
#include "bench/kitchen_sink/surroundings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kitchen_sink {

/// What all groups together have done.
struct totals {
  std::size_t programs = 0;
  std::size_t actions = 0;
  std::size_t runs = 0;
  std::size_t events = 0;
  std::array<std::size_t, endings> ended{};
  std::array<std::size_t, kinds> done{};
  std::array<std::size_t, stations> seen{};
  deed_counts did{};
  std::size_t deployments = 0;
};

/// Runs so many programs side by side, in an environment of their own, which the seed decides
/// everything in: on workers that keep few runs, and whose code may change meanwhile. Then replays
/// all runs there are, children and the workflows behind operations included. What went wrong.
std::vector<std::string> run_group(std::uint64_t seed, int programs, totals& sum);

} // namespace kitchen_sink
