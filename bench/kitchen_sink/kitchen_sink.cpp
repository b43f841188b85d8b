// SPDX-License-Identifier: Apache-2.0
// Runs random programs in virtual time, on workers that keep few runs in memory. Every run must end
// as its program says, and its history must replay.
//
//   kitchen_sink --programs 10000 --seed 1
//
// (`make kitchen-sink`; a few of them are a part of `make test`.)
//
// Programs run in groups, each in an environment of its own, whose seed decides every order. A
// failing group says how it runs again alone.

#include "bench/kitchen_sink/group.hpp"

#include <troupe/error.hpp>
#include <troupe/log.hpp>

#include <CLI/CLI.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <vector>

namespace {

using namespace kitchen_sink;

constexpr int group_size = 25;
/// From so many on, everything there is has to occur.
constexpr int enough_for_all = 500;

/// A line for each value of an enumeration; gives how many have not occurred.
template <class Enum, std::size_t Size>
int write_counts(const char* title, const std::array<std::size_t, Size>& counts) {
  std::cout << title << ":\n";
  int missing = 0;
  for (std::size_t at = 0; at < Size; ++at) {
    std::cout << "  " << std::left << std::setw(24)
              << boost::describe::enum_to_string(static_cast<Enum>(at), "?") << std::right
              << std::setw(9) << counts[at] << '\n';
    missing += counts[at] == 0 ? 1 : 0;
  }
  return missing;
}

} // namespace

int main(int argc, char** argv) try {
  CLI::App app{"Runs random programs in virtual time: each must end as it says, and replay."};
  int programs = 10'000;
  std::uint64_t seed = 1;
  app.add_option("--programs", programs, "How many")->capture_default_str();
  app.add_option("--seed", seed, "Of the first group of 25; the next ones count up")
      ->capture_default_str();
  bool is_verbose = false;
  app.add_flag("--verbose", is_verbose, "Writes what workers and service log");
  CLI11_PARSE(app, argc, argv);
  troupe::log::set_level(is_verbose ? troupe::log::level::debug : troupe::log::level::error);

  const auto begin = std::chrono::steady_clock::now();
  totals sum;
  std::vector<std::uint64_t> failing;
  for (int left = programs; left > 0; left -= group_size, ++seed) {
    const auto problems = run_group(seed, std::min(left, group_size), sum);
    for (const auto& each : problems)
      std::cerr << "seed " << seed << ": " << each << '\n';
    if (problems.empty())
      continue;
    failing.push_back(seed);
    std::cerr << "  again: kitchen_sink --seed " << seed << " --programs "
              << std::min(left, group_size) << '\n';
  }
  int missing = write_counts<kind>("done by runs", sum.done);
  missing += write_counts<deed>("done by clients", sum.did);
  missing += write_counts<station>("headers that arrived", sum.seen);
  missing += write_counts<ending>("programs by their ends", sum.ended);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << sum.programs << " programs of " << sum.actions << " actions, " << sum.deployments
            << " deployments meanwhile; " << sum.runs << " runs with " << sum.events
            << " events replayed; " << failing.size() << " failing groups; " << std::fixed
            << std::setprecision(1) << took.count() << " s\n";
  if (programs >= enough_for_all && missing > 0) {
    std::cerr << missing << " things did not occur\n";
    return 1;
  }
  return failing.empty() ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << troupe::describe(error) << '\n';
  return 1;
}
